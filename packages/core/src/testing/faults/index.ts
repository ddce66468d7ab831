import type { Kind } from '../../component.ts';
import { allocationFaults } from './allocation.ts';
import { datasetFaults } from './dataset.ts';
import { estimatorFaults } from './estimator.ts';
import type { Fault } from './fault.ts';
import { modelFaults } from './model.ts';
import { operatorFaults } from './operator.ts';
import { prunerFaults } from './pruner.ts';
import { regularizerFaults } from './regularizer.ts';
import { scheduleFaults } from './schedule.ts';
import { scoreFaults } from './score.ts';
import { thresholdFunctionFaults } from './threshold-function.ts';
import { thresholdSourceFaults } from './threshold-source.ts';

export type { Fault } from './fault.ts';

/** Faults that the contracts must find: what they are tested with. */
export const FAULTS: { readonly [K in Kind]: readonly Fault[] } = {
  pruner: prunerFaults,
  'threshold-function': thresholdFunctionFaults,
  estimator: estimatorFaults,
  operator: operatorFaults,
  'threshold-source': thresholdSourceFaults,
  allocation: allocationFaults,
  schedule: scheduleFaults,
  score: scoreFaults,
  regularizer: regularizerFaults,
  model: modelFaults,
  dataset: datasetFaults,
};
