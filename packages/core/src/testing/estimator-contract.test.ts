import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import { defineEstimator } from '../component.ts';
import { estimatorChecks, estimatorContract } from './estimator-contract.ts';
import { plugin, reference, sound } from './faults/estimator.ts';

describe('the contract', () => {
  const factory = reference();
  estimatorContract({ test }, () => factory(), { plugins: [plugin(factory)] });
});

it('holds no estimator against a function that it does not claim', () => {
  const silent = defineEstimator({
    name: 'silent',
    summary: 'For these tests',
    options: z.strictObject({}),
    create: () => ({ backward: sound.backward }),
  });
  expect(estimatorChecks(() => silent()).map(({ name }) => name)).not.toContain('is the gradient that it claims to be');
});
