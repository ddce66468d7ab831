import {
  corePlugin,
  createRegistry,
  cubic,
  erk,
  featherOperator,
  globalQuantile,
  hard,
  oneShot,
  softRescaled,
  topKThreshold,
} from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { describe, expect, it, test } from 'vitest';
import {
  identity,
  leaky,
  learned,
  longTail,
  maskedGradient,
  maskParameter,
  power,
  softplusSurrogate,
  straightThrough,
  strPlugin,
  thresholded,
} from './index.ts';

const plugins = [strPlugin];
const withCode = (code: string) => expect.objectContaining({ code });

describe('thresholded as it is', () => {
  prunerContract({ test }, (options) => thresholded({ ...options }), { plugins });
});

describe.each([
  [
    'top-k × hard × masked',
    { source: topKThreshold({ every: 3, freeze: true, hold: 'set' }), operator: hard(), estimator: maskedGradient() },
  ],
  [
    'top-k, one-shot × soft × straight-through',
    { source: topKThreshold({ schedule: oneShot({ at: 0 }), allocation: erk() }), estimator: straightThrough() },
  ],
  ['global-quantile × feather × leaky', { source: globalQuantile(), operator: featherOperator(), estimator: leaky({ alpha: 0.5 }) }],
  [
    'global-quantile, frozen × soft-rescaled × softplus-surrogate',
    {
      source: globalQuantile({ every: 2, freeze: true, scale: 'dimensions', repeat: 'filter' }),
      operator: softRescaled(),
      estimator: softplusSurrogate(),
    },
  ],
  ['global-quantile, held set × soft', { source: globalQuantile({ every: 4, hold: 'set' }), estimator: straightThrough() }],
  [
    'learned identity per filter × hard × long-tail',
    { source: learned({ g: identity(), granularity: 'filter' }), operator: hard(), estimator: longTail() },
  ],
  ['learned power × soft × masked', { source: learned({ g: power(), every: 1 }), estimator: maskedGradient() }],
  ['mask-parameter × hard × straight-through', { source: maskParameter(), operator: hard(), estimator: straightThrough() }],
] as const)('%s', (_, point) => {
  prunerContract({ test }, (options) => thresholded({ ...point, ...options }), { plugins });
});

describe('the options of thresholded', () => {
  it('promise what the source promises', () => {
    const stopsShort = { kind: 'schedule', spec: { use: 'stops-short' }, at: (progress: number) => progress / 2 } as const;
    expect(thresholded().sparsity).toBe(0.9);
    expect(thresholded({ sparsity: 0.8, source: topKThreshold({ schedule: stopsShort }) }).sparsity).toBe(0.4);
    expect(thresholded({ sparsity: 0.8, source: topKThreshold({ rounding: 'layer' }) }).sparsity).toBeUndefined();
    expect(thresholded({ sparsity: null, source: learned({ sInit: -3 }) }).sparsity).toBeUndefined();
  });

  it.each([
    { sparsity: null },
    { sparsity: null, source: topKThreshold() },
    { sparsity: null, source: globalQuantile() },
    { sparsity: null, source: maskParameter() },
    { sparsity: 0.5, source: learned({ sInit: -3 }) },
    { sparsity: 0.5, source: learned({ decay: 0.1 }) },
    { sparsity: 0.5, source: maskParameter({ lambda: 0.1 }) },
    { source: hard() },
    { sparsity: 1 },
  ])('are refused where the source can not do what is asked: case %#', (options) => {
    expect(() => thresholded(options as never)).toThrow(withCode('E_OPTIONS'));
  });

  it('are read from a config by name', () => {
    const spec = {
      use: 'thresholded',
      sparsity: 0.8,
      source: { use: 'top-k', schedule: { use: 'cubic', end: 0.3 }, hold: 'set' },
      operator: 'hard',
      estimator: 'masked',
    };
    const pruner = createRegistry([corePlugin, strPlugin]).build('pruner', spec);
    expect(pruner.spec).toEqual({ ...spec, operator: { use: 'hard' }, estimator: { use: 'masked' } });
    expect(pruner.spec).toEqual(
      thresholded({
        sparsity: 0.8,
        source: topKThreshold({ schedule: cubic({ end: 0.3 }), hold: 'set' }),
        operator: hard(),
        estimator: maskedGradient(),
      }).spec,
    );
  });
});
