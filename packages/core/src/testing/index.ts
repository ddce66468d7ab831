/** Checks for components of one's own: `@espalier/core/testing`. */
export { type AllocationContractOptions, allocationChecks, allocationContract } from './allocation-contract.ts';
export type { ContractOptions } from './component-checks.ts';
export { datasetChecks, datasetContract } from './dataset-contract.ts';
export { estimatorChecks, estimatorContract } from './estimator-contract.ts';
export { type ModelContractOptions, modelChecks, modelContract } from './model-contract.ts';
export { operatorChecks, operatorContract } from './operator-contract.ts';
export { type CheckedComponent, type PluginCheckOptions, pluginChecks, type Trial } from './plugin-checks.ts';
export {
  type Check,
  type CreatePruner,
  type PrunerContractOptions,
  prunerChecks,
  prunerContract,
  type TestRegistrar,
} from './pruner-contract.ts';
export { regularizerChecks, regularizerContract } from './regularizer-contract.ts';
export { scheduleChecks, scheduleContract } from './schedule-contract.ts';
export { scoreChecks, scoreContract } from './score-contract.ts';
export { thresholdFunctionChecks, thresholdFunctionContract } from './threshold-function-contract.ts';
export { thresholdSourceChecks, thresholdSourceContract } from './threshold-source-contract.ts';
