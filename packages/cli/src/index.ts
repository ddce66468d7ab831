export { type AblateOptions, type AblationResult, ablate } from './ablate.ts';
export { type CompareOptions, type Comparison, compare } from './compare.ts';
export { type AblationConfig, type AxisValue, type Config, defineConfig } from './config/config.ts';
export { type CostOptions, type CostResult, cost } from './cost.ts';
