import { describe, test } from 'vitest';
import { plugin, reference } from './faults/threshold-function.ts';
import { thresholdFunctionContract } from './threshold-function-contract.ts';

describe('the contract', () => {
  const factory = reference();
  thresholdFunctionContract({ test }, () => factory(), { plugins: [plugin(factory)] });
});
