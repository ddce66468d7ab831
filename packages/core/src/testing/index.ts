/** Checks for methods of one's own: `@espalier/core/testing`. */
export {
  type Check,
  type CreatePruner,
  type PrunerContractOptions,
  prunerChecks,
  prunerContract,
  type TestRegistrar,
} from './pruner-contract.ts';
