import { type Component, thresholdFunctionConditions } from '@espalier/core';
import { estimatorContract, thresholdFunctionContract } from '@espalier/core/testing';
import { describe, expect, it, test } from 'vitest';
import {
  algebraic,
  annealed,
  arctan,
  autopruneEstimator,
  clipped,
  exp,
  identity,
  leaky,
  longTail,
  maskedGradient,
  power,
  sigmoid,
  sigmoidMask,
  softplus,
  softplusSurrogate,
  straightThrough,
  strPlugin,
  subgradient,
  tanh,
} from './index.ts';

const plugins = [strPlugin];

/** Each with what the paper asks of it and what it keeps of that: positive, limits, slope, start. */
const functions: readonly [Component<'threshold-function'>, string][] = [
  [sigmoid(), 'pass partial pass pass'],
  [sigmoid({ k: 2.5 }), 'pass partial pass pass'],
  [exp(), 'pass pass partial pass'],
  [exp({ k: 0.1 }), 'pass pass partial pass'],
  [softplus(), 'pass pass pass pass'],
  [softplus({ k: 0.5 }), 'pass pass pass pass'],
  [tanh(), 'pass partial pass pass'],
  [tanh({ k: 0.2 }), 'pass partial pass pass'],
  [arctan(), 'pass partial pass pass'],
  [arctan({ k: 2.5 }), 'pass partial pass pass'],
  [algebraic(), 'pass partial pass pass'],
  [algebraic({ k: 0.2 }), 'pass partial pass pass'],
  [identity(), 'fail fail pass fail'],
  [power(), 'fail pass fail pass'],
  [power({ p: 3 }), 'fail pass fail pass'],
];

const estimators: readonly Component<'estimator'>[] = [
  subgradient(),
  straightThrough(),
  maskedGradient(),
  leaky(),
  leaky({ alpha: 1 }),
  annealed(),
  annealed({ alpha: 0.5, decay: 'linear' }),
  softplusSurrogate(),
  softplusSurrogate({ beta: 10 }),
  sigmoidMask(),
  clipped(),
  clipped({ c: 0.3 }),
  longTail(),
  autopruneEstimator(),
  autopruneEstimator({ variant: 'linear' }),
  autopruneEstimator({ variant: 'leaky', c: 0.3 }),
];

const title = ({ spec }: { readonly spec: object }) => JSON.stringify(spec);

describe.each(functions.map(([g, verdicts]) => [title(g), g, verdicts] as const))('the threshold function %s', (_, g, verdicts) => {
  thresholdFunctionContract({ test }, () => g, { plugins });

  it(`meets the paper's conditions with: ${verdicts}`, () => {
    const found = thresholdFunctionConditions(g).map(({ verdict }) => verdict);
    expect(found.join(' ')).toBe(verdicts);
  });
});

describe.each(estimators.map((estimator) => [title(estimator), estimator] as const))('the estimator %s', (_, estimator) => {
  estimatorContract({ test }, () => estimator, { plugins });
});

describe('every component of the plugin', () => {
  it('is tried above', () => {
    const tried = new Set([...functions.map(([g]) => g), ...estimators].map(({ kind, spec }) => `${kind} ${spec.use}`));
    const tryable = strPlugin.components.filter(({ kind }) => kind === 'threshold-function' || kind === 'estimator');
    expect(tryable.map(({ kind, definition }) => `${kind} ${definition.name}`).filter((name) => !tried.has(name))).toEqual([]);
  });
});
