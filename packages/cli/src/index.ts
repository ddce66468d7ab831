export { type AblateOptions, type AblationResult, ablate } from './ablate.ts';
export { type CompareOptions, type Comparison, compare } from './compare.ts';
export { type AblationConfig, type AxisValue, type Config, defineConfig, type SwapConfig } from './config/config.ts';
export type { SwapControl } from './config/swap-controls.ts';
export { type CostOptions, type CostResult, cost } from './cost.ts';
export type { PlannedUpdate } from './plan/outline.ts';
export type { PlanWarning } from './plan/warnings.ts';
export { type Plan, type PlannedRun, type PlanOptions, plan } from './plan.ts';
export { type SwapOptions, swap } from './swap.ts';
