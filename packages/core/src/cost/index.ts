export { type CostConvention, type CostConventionName, type CountedKernel, costConventions } from './conventions.ts';
export { type MeasuredKernel, measuredKernels } from './measured.ts';
export { type CostOptions, type Costs, keptAt, type LayerCost, type ModelCost, modelCost } from './model-cost.ts';
export { gzipSize, type StorageSizes, storageSizes } from './storage.ts';
