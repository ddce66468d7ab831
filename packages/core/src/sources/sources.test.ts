import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { PrunedLayer } from '../kinds/pruner.ts';
import type { ThresholdSource } from '../kinds/threshold-source.ts';
import { keepCount } from '../masks/keep-counts.ts';
import { featherOperator } from '../operators/feather.ts';
import { hard } from '../operators/hard.ts';
import { soft } from '../operators/soft.ts';
import { softRescaled } from '../operators/soft-rescaled.ts';
import { randomStream } from '../random.ts';
import { linear } from '../schedules/linear.ts';
import { oneShot } from '../schedules/one-shot.ts';
import { magnitude } from '../scores/magnitude.ts';
import { kernelOf, onCpu, someNumbers, values, withCode } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { globalQuantile } from './global-quantile.ts';
import type { HeldState } from './held-thresholds.ts';
import { topKThreshold } from './top-k.ts';

onCpu();
afterEach(() => tf.disposeVariables());

const TOTAL = 100;
const FIRST = [0.1, -0.2, 0.3, 0.05];
const SECOND = [-1, 2, 3, 0.25, 5, -6];

/** A source at work on layers `[rows, 2]` with given weights: its hooks, without any training in between. */
function atWork(source: ThresholdSource, sparsity: number, weights: readonly (readonly number[])[], operator = soft()) {
  const kernels = weights.map((own, i) => kernelOf(`layer ${i}`, [own.length / 2, 2], own));
  const thresholds = source.towards(sparsity);
  const context = { kernels, totalSteps: TOTAL, random: () => randomStream(0, 'unused'), shared: <T>(_: string, make: () => T) => make() };
  const layers: PrunedLayer<HeldState>[] = kernels.map((kernel) => ({ kernel, state: thresholds.init(kernel, context) }));
  const step = { totalSteps: TOTAL, denseGradients: new Map(), random: context.random, maskMomentum: () => {} };
  const threshold = (i: number) =>
    values(() => thresholds.threshold((layers[i] as PrunedLayer<HeldState>).kernel.weight, layers[i]?.state));
  return {
    thresholds,
    beforeStep: (at: number) => tf.tidy(() => thresholds.beforeStep?.(layers, { ...step, step: at })),
    finish: () => tf.tidy(() => thresholds.finish?.(layers, { totalSteps: TOTAL, operator })),
    threshold,
    setWeights: (i: number, own: readonly number[]) =>
      tf.tidy(() => layers[i]?.kernel.weight.assign(tf.tensor([...own], [own.length / 2, 2]))),
    effective: () =>
      layers.map(({ kernel, state }) =>
        values(() => operator.apply(kernel.weight, thresholds.threshold(kernel.weight, state))).map((w) => w + 0),
      ),
  };
}
const left = (effective: readonly (readonly number[])[]) => effective.map((own) => own.filter((w) => w !== 0).length);
const atOnce = { schedule: oneShot({ at: 0 }) };

describe('topKThreshold', () => {
  it('holds the largest magnitude that is pruned', () => {
    const source = atWork(topKThreshold(atOnce), 0.5, [FIRST, SECOND]);
    expect(source.threshold(0)).toEqual([0]);
    source.beforeStep(0);
    expect(source.threshold(0)).toEqual([Math.fround(0.1)]);
    expect(source.threshold(1)).toEqual([2]);
    expect(source.effective()[1]).toEqual([0, 0, 1, 0, 3, -4]);
  });

  it('lets weights cross the threshold between two updates, where a held set stays', () => {
    const [threshold, set] = (['threshold', 'set'] as const).map((hold) =>
      atWork(topKThreshold({ ...atOnce, every: 10, hold }), 0.5, [FIRST, SECOND], hard()),
    ) as [ReturnType<typeof atWork>, ReturnType<typeof atWork>];
    for (const source of [threshold, set]) {
      source.beforeStep(0);
      expect(source.effective()[1]).toEqual([0, 0, 3, 0, 5, -6]);
      source.setWeights(1, [-4, 2, 1, 0.25, 5, -6]);
      source.beforeStep(9);
    }
    expect(threshold.effective()[1]).toEqual([-4, 0, 0, 0, 5, -6]);
    expect(set.effective()[1]).toEqual([0, 0, 1, 0, 5, -6]);
    set.beforeStep(10);
    expect(set.effective()[1]).toEqual([-4, 0, 0, 0, 5, -6]);
  });

  it('holds a set by thresholds that no weight, or every weight but 0, exceeds', () => {
    const source = atWork(topKThreshold({ ...atOnce, hold: 'set' }), 0.5, [[1, 1, 1, 1]], hard());
    source.beforeStep(0);
    const largest = 3.4028234663852886e38;
    expect(source.threshold(0)).toEqual([0, 0, largest, largest]);
    expect(source.thresholds.reported).toBeUndefined();
  });

  it('follows its schedule at every so-manieth step, and freezes at the target if it is told to', () => {
    const ten = [...SECOND, 7, 8, 9, 10];
    for (const freeze of [true, false]) {
      const schedule = linear({ start: 0, end: 0.5 });
      const source = atWork(topKThreshold({ schedule, every: 10, hold: 'set', freeze }), 0.8, [ten], hard());
      const counts = [0, 10, 20, 29, 50].map((step) => {
        source.beforeStep(step);
        return left(source.effective())[0];
      });
      expect(counts).toEqual([10, 8, 7, 7, 2]); // 0.8 · 0, 0.2, 0.4, 0.4, 1 of 10
      source.setWeights(0, [...SECOND.map((w) => w * 10), 7, 8, 9, 10]);
      source.beforeStep(60);
      source.finish();
      expect(source.effective()[0]).toEqual(freeze ? [0, 0, 0, 0, 0, 0, 0, 0, 9, 10] : [0, 0, 0, 0, 50, -60, 0, 0, 0, 0]);
    }
  });

  it('promises nothing where each layer is rounded by itself', () => {
    expect(topKThreshold().towards(0.75).sparsity).toBe(0.75);
    const source = atWork(topKThreshold({ ...atOnce, rounding: 'layer' }), 0.75, [[1, 2, 3, 4, 5, 6], someNumbers(10)]);
    expect(source.thresholds.sparsity).toBeUndefined();
    source.beforeStep(0);
    expect(left(source.effective())).toEqual([2, 3]); // ⌊4.5⌋ and ⌊7.5⌋ removed
  });

  it.each([{ score: magnitude() }, { every: 0 }, { hold: 'mask' }, { repeat: 'weight' }])('refuses %o', (options) => {
    expect(() => topKThreshold(options as never)).toThrow(withCode('E_OPTIONS'));
  });

  it('can not run free', () => {
    expect(() => topKThreshold().towards(null)).toThrow(withCode('E_OPTIONS'));
  });
});

describe('globalQuantile', () => {
  it('compares the weights of all layers', () => {
    const source = atWork(globalQuantile(atOnce), 0.3, [FIRST, SECOND], hard());
    source.beforeStep(0);
    expect(source.threshold(0)).toEqual([Math.fround(0.2)]);
    expect(source.threshold(1)).toEqual([Math.fround(0.2)]);
    expect(source.effective()).toEqual([[0, 0, Math.fround(0.3), 0], SECOND]);
  });

  it('divides the threshold by the root of the sum of the dimensions', () => {
    // Shapes [2, 2] and [3, 2]: scores |W|·2 and |W|·√5. Three of ten stay: 6, 5 and 3 times √5. The next is 2.5·2.
    const source = atWork(globalQuantile({ ...atOnce, scale: 'dimensions' }), 0.7, [[2.5, 2.2, 0.1, 0.1], SECOND], hard());
    source.beforeStep(0);
    expect(source.threshold(0)[0]).toBeCloseTo(2.5, 6);
    expect(source.threshold(1)[0]).toBeCloseTo(5 / Math.sqrt(5), 6);
  });

  it('repeats the threshold for every filter', () => {
    const source = atWork(globalQuantile({ ...atOnce, repeat: 'filter' }), 0.3, [FIRST, SECOND]);
    source.beforeStep(0);
    expect(source.threshold(1)).toEqual([0.2, 0.2].map(Math.fround));
  });

  it('can not run free', () => {
    expect(() => globalQuantile().towards(null)).toThrow(withCode('E_OPTIONS'));
  });
});

describe('finish', () => {
  const anyWeights = fc.array(
    fc.record({
      size: fc.constantFrom(2, 6, 14),
      phase: fc.integer({ min: 0, max: 1e6 }),
      of: fc.constantFrom<(x: number) => number>(
        (x) => x,
        (x) => Math.round(x * 4) / 4,
        () => 0.25,
        (x) => Math.sign(x) * 10 ** (x * 20),
        (x) => 0.4 + 1e-7 * x,
      ),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const anySparsity = fc.oneof(fc.constantFrom(0, 0.5, 0.9), fc.double({ min: 0, max: 0.999, noNaN: true }));

  it.each([
    ['soft', soft()],
    ['hard', hard()],
    ['feather', featherOperator()],
    ['soft-rescaled', softRescaled()],
  ] as const)('leaves exactly k weights, or all that are not 0, with the operator %s; twice is once', (_, operator) => {
    const anySource = fc.constantFrom(
      topKThreshold({ every: 7 }),
      topKThreshold({ hold: 'set' }),
      globalQuantile(),
      globalQuantile({ scale: 'dimensions', repeat: 'filter' }),
      globalQuantile({ hold: 'set' }),
    );
    fc.assert(
      fc.property(anySource, anyWeights, anySparsity, (component, specs, sparsity) => {
        const weights = specs.map(({ size, phase, of }) => someNumbers(size, phase).map((x) => Math.fround(of(x))));
        const source = atWork(component, sparsity, weights, operator);
        source.finish();
        const effective = source.effective();
        const given = weights.flat().filter((w) => w !== 0).length;
        const kept = left(effective).reduce((sum, count) => sum + count, 0);
        const keep = keepCount(weights.flat().length, sparsity);
        if (given === weights.flat().length) expect(kept).toBe(keep);
        else expect(kept).toBeLessThanOrEqual(keep);
        source.finish();
        expect(source.effective()).toEqual(effective);
        tf.disposeVariables();
      }),
      { numRuns: 120, seed: 1 },
    );
  });

  it('leaves the stored values of pruned weights, which an operator may need, as they are', () => {
    const source = atWork(globalQuantile(), 0.5, [[4, 3, 2, 1]], softRescaled());
    source.finish();
    // r = 7/10: what is pruned counts.
    const factor = 1.01 / (0.7 + 0.01);
    for (const [i, w] of (source.effective()[0] as number[]).entries()) expect(w).toBeCloseTo([2 * factor, factor, 0, 0][i] as number, 4);
  });

  it('sets what a soft threshold would let through by a tie to 0 and keeps the first', () => {
    const source = atWork(globalQuantile(), 0.5, [[0.5, -0.5, 0.5, 0.5]]);
    source.finish();
    expect(source.effective()[0]?.map((w) => w !== 0)).toEqual([true, true, false, false]);
  });
});
