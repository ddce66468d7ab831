import { hard, type Kernel, keepCount, soft, softRescaled, tf } from '@espalier/core';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exp, identity, makeExact, power, type StrState, scaleToSparsity, sigmoid } from './index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(() => tf.disposeVariables());

type Layer = { readonly kernel: Kernel; readonly state: StrState };
type Granularity = 'layer' | 'filter' | 'weight' | 'global';

function layer(name: string, shape: readonly number[], weights: readonly number[], s: tf.Variable): Layer {
  const weight = tf.tidy(() => tf.variable(tf.tensor([...weights], [...shape], 'float32')));
  return { kernel: { name, weight, shape, size: weight.size, filterAxes: [shape.length - 1], uses: 1 }, state: { s } };
}
const scalar = (s: number) => tf.tidy(() => tf.variable(tf.scalar(s)));
const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
const effective = ({ kernel, state }: Layer, g: ReturnType<typeof sigmoid>) =>
  tf.tidy(() => numbers(soft().apply(kernel.weight, g.value(state.s))));
const nonzeros = (layers: readonly Layer[], g: ReturnType<typeof sigmoid>) =>
  layers.reduce((sum, one) => sum + effective(one, g).filter((w) => w !== 0).length, 0);
const exact = (layers: readonly Layer[], g: ReturnType<typeof sigmoid>, sparsity: number) =>
  void tf.tidy(() => makeExact(layers, g, sparsity));

/**
 * With g = exp, g⁻¹(|W|) = ln|W|. Scores ln|W|/|s|: first layer −0.5 −1 −1.5 −2, second −0.4 −1.1 −2.1. Four of seven stay, so the factor
 * is the fifth score, 1.5.
 */
const example = () => [
  layer('first', [2, 2], [Math.exp(-1), -Math.exp(-2), Math.exp(-3), -Math.exp(-4)], scalar(-2)),
  layer('second', [3], [-Math.exp(-1.2), Math.exp(-3.3), Math.exp(-6.3)], scalar(-3)),
];

describe('scaleToSparsity', () => {
  it('scales thresholds that live at positive s up', () => {
    // g = s: scores |W|/s of the first layer 0.1 to 0.4, of the second 0.15 and 0.25. Three of six stay, the next is 0.2.
    const layers = [layer('first', [4], [0.1, -0.2, 0.3, 0.4], scalar(1)), layer('second', [2], [1.5, 2.5], scalar(10))];
    tf.tidy(() => scaleToSparsity(layers, identity(), 0.5));
    expect(numbers(layers[0]?.state.s as tf.Variable)[0]).toBeCloseTo(0.2, 6);
    expect(numbers(layers[1]?.state.s as tf.Variable)[0]).toBeCloseTo(2, 6);
    expect(layers.map((one) => effective(one, identity()).map((w) => w !== 0))).toEqual([
      [false, false, true, true],
      [false, true],
    ]);
  });

  it('takes an s that the task carried below 0 for the lowest that can be scaled', () => {
    const layers = [layer('first', [4], [0.1, 0.2, 0.3, 0.4], scalar(-0.3)), layer('second', [4], [0.1, 0.2, 0.3, 0.4], scalar(0.2))];
    tf.tidy(() => scaleToSparsity(layers, identity(), 0.25));
    const [first, second] = layers.map(({ state }) => numbers(state.s)[0] as number);
    expect(first).toBeCloseTo(1e-8, 12);
    expect(second).toBeCloseTo(0.2, 6);
  });

  it('keeps the s of a layer that lost all its weights finite, however often it is scaled', () => {
    const layers = [layer('first', [4], [1, 2, 3, 4], scalar(1)), layer('second', [2], [0.1, 0.2], scalar(1e5))];
    tf.tidy(() => {
      for (let i = 0; i < 40; i++) {
        layers[0]?.state.s.assign(tf.scalar(0.01)); // the task pulls the one that is left down
        scaleToSparsity(layers, identity(), 0.5);
      }
    });
    expect(numbers(layers[1]?.state.s as tf.Variable)).toEqual([1e6]);
    expect(nonzeros(layers, identity())).toBe(3);
  });

  it('can scale positive s again after weights that are 0 took all thresholds to 0', () => {
    const layers = [layer('first', [4], [0, 0, 0.3, 0.4], scalar(0.2)), layer('second', [4], [0, 0, 0.3, 0.4], scalar(0.4))];
    tf.tidy(() => {
      for (let i = 0; i < 5; i++) scaleToSparsity(layers, identity(), 0.4);
    });
    expect(nonzeros(layers, identity())).toBe(4);
    const [first, second] = layers.map(({ state }) => numbers(state.s)[0] as number);
    expect((second as number) / (first as number)).toBeCloseTo(2, 5);
    tf.tidy(() => scaleToSparsity(layers, identity(), 0.75));
    expect(nonzeros(layers, identity())).toBe(2);
  });

  it('multiplies every s by the factor that leaves k weights', () => {
    const layers = example();
    tf.tidy(() => scaleToSparsity(layers, exp(), 3 / 7));
    expect(numbers(layers[0]?.state.s as tf.Variable)[0]).toBeCloseTo(-3, 5);
    expect(numbers(layers[1]?.state.s as tf.Variable)[0]).toBeCloseTo(-4.5, 5);
  });

  it('scales an s that several layers share once', () => {
    const s = scalar(-2);
    const layers = example().map(({ kernel }) => ({ kernel, state: { s } }));
    tf.tidy(() => scaleToSparsity(layers, exp(), 4 / 7));
    expect(numbers(s)[0]).toBeCloseTo(-3, 5); // the fourth largest of ln|W|, the factor 1.5
    expect(nonzeros(layers, exp())).toBe(3);
  });

  it('leaves everything as it is at sparsity 0', () => {
    const layers = example();
    tf.tidy(() => scaleToSparsity(layers, exp(), 0));
    expect(layers.map(({ state }) => numbers(state.s))).toEqual([[-2], [-3]]);
  });

  it('keeps the ratios between layers, and meets the count but for rounding at the boundary', () => {
    fc.assert(
      fc.property(anyLayers({ granularities: ['layer', 'filter'] }), anySparsity, ({ make, g }, sparsity) => {
        const layers = make();
        const before = layers.flatMap(({ state }) => numbers(state.s));
        tf.tidy(() => scaleToSparsity(layers, g, sparsity));
        const after = layers.flatMap(({ state }) => numbers(state.s));
        if (after.some((s) => s > -0.011)) return; // clamped
        const factors = after.map((s, i) => s / (before[i] as number));
        for (const factor of factors) expect(Math.abs(factor / (factors[0] as number) - 1)).toBeLessThan(1e-5);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('takes an s that the task carried above 0 for the highest that can be scaled', () => {
    const layers = [layer('first', [4], [0.1, 0.2, 0.3, 0.4], scalar(0.3)), layer('second', [4], [0.1, 0.2, 0.3, 0.4], scalar(-0.01))];
    tf.tidy(() => scaleToSparsity(layers, sigmoid(), 0.5));
    const [first, second] = layers.map(({ state }) => numbers(state.s)[0]);
    expect(first).toBe(second);
    expect(nonzeros(layers, sigmoid())).toBe(4);
  });

  it('can scale again after weights that are 0 took all thresholds to 0', () => {
    const layers = [layer('first', [4], [0, 0, 0.3, 0.4], scalar(-2)), layer('second', [4], [0, 0, 0.3, 0.4], scalar(-4))];
    tf.tidy(() => {
      for (let i = 0; i < 20; i++) scaleToSparsity(layers, sigmoid(), 0.4);
    });
    expect(nonzeros(layers, sigmoid())).toBe(4);
    const [first, second] = layers.map(({ state }) => numbers(state.s)[0] as number);
    expect((second as number) / (first as number)).toBeCloseTo(2, 5);
    tf.tidy(() => scaleToSparsity(layers, sigmoid(), 0.75));
    expect(nonzeros(layers, sigmoid())).toBe(2);
    expect(layers.every(({ state }) => Number.isFinite(numbers(state.s)[0]))).toBe(true);
  });
});

describe('makeExact', () => {
  it('leaves the k weights of the highest scores, shrunk by their thresholds', () => {
    const layers = example();
    exact(layers, exp(), 3 / 7);
    const [t1, t2] = [Math.exp(-3), Math.exp(-4.5)];
    const expected = [
      [Math.exp(-1) - t1, -(Math.exp(-2) - t1), 0, 0],
      [-(Math.exp(-1.2) - t2), Math.exp(-3.3) - t2, 0],
    ];
    for (const [i, one] of layers.entries()) {
      for (const [j, w] of effective(one, exp()).entries()) expect(w).toBeCloseTo(expected[i]?.[j] as number, 5);
    }
    expect(nonzeros(layers, exp())).toBe(4);
  });

  it('keeps the first of equal weights', () => {
    const layers = [layer('first', [4], [0.3, -0.3, 0.3, 0.3], scalar(-5))];
    exact(layers, sigmoid(), 0.5);
    expect(effective(layers[0] as Layer, sigmoid()).map((w) => w !== 0)).toEqual([true, true, false, false]);
  });

  it('prunes weights of magnitude 1 and more, which the sigmoid alone could not', () => {
    const layers = [layer('first', [5], [1, -1.5, 3, 1e4, -2], scalar(-1))];
    exact(layers, sigmoid(), 0.6);
    expect(effective(layers[0] as Layer, sigmoid()).map((w) => w !== 0)).toEqual([false, false, true, true, false]);
  });

  it('brings back every weight at sparsity 0', () => {
    const layers = [layer('first', [4], [1e-4, -1e-20, 0.5, 1e-30], scalar(-6.9))];
    exact(layers, sigmoid(), 0);
    expect(nonzeros(layers, sigmoid())).toBe(4);
  });

  it('leaves nothing where the count rounds to none', () => {
    const layers = [layer('first', [4], [0.1, 0.9, 3, -0.5], scalar(-1))];
    exact(layers, sigmoid(), 0.999);
    expect(nonzeros(layers, sigmoid())).toBe(0);
  });

  it.each([-1, 1] as const)(
    'leaves exactly k weights, or all that are not 0, whatever the weights, thresholds and granularity, at s of sign %d',
    (side) => {
      fc.assert(
        fc.property(anyLayers({ side }), anySparsity, ({ make, g }, sparsity) => {
          const layers = make();
          const total = layers.reduce((sum, { kernel }) => sum + kernel.size, 0);
          const given = layers.flatMap(({ kernel }) => numbers(kernel.weight)).filter((w) => w !== 0).length;
          exact(layers, g, sparsity);
          const once = layers.map((one) => [...effective(one, g), ...numbers(one.state.s)]);
          expect(nonzeros(layers, g)).toBe(Math.min(given, keepCount(total, sparsity)));
          exact(layers, g, sparsity);
          expect(layers.map((one) => [...effective(one, g), ...numbers(one.state.s)])).toEqual(once); // twice is once
          tf.disposeVariables();
        }),
        { numRuns: 300, seed: 1 },
      );
    },
  );

  it('leaves the stored values of pruned weights as they are for an operator that needs them; twice is once', () => {
    const layers = [layer('first', [4], [0.1, -0.2, 0.3, 0.4], scalar(-1))];
    const { kernel, state } = layers[0] as Layer;
    const makeItExact = () => void tf.tidy(() => makeExact(layers, exp(), 0.5, softRescaled()));
    makeItExact();
    expect(numbers(kernel.weight)[0]).toBe(Math.fround(0.1)); // the other loser stands at the threshold itself
    const [s] = numbers(state.s);
    expect(s).toBeCloseTo(Math.log(0.2), 5);
    makeItExact();
    expect(numbers(state.s)).toEqual([s]);
  });

  it('goes by what the operator leaves', () => {
    const layers = [layer('first', [4], [0.1, -0.2, 0.3, 0.4], scalar(-1))];
    const [none, all] = [tf.scalar(0), tf.scalar(1)];
    const stubborn = { ...hard(), apply: (w: tf.Tensor, t: tf.Tensor) => w.mul(tf.where(w.abs().greater(t.mul(1.5)), all, none)) };
    tf.tidy(() => makeExact(layers, exp(), 0.5, stubborn));
    const { kernel, state } = layers[0] as Layer;
    expect(tf.tidy(() => numbers(stubborn.apply(kernel.weight, tf.exp(state.s)))).map((w) => w + 0)).toEqual(
      [0, 0, 0.3, 0.4].map(Math.fround),
    );
  });

  it('takes no weight that is smaller than one it prunes under the same threshold', () => {
    fc.assert(
      fc.property(anyLayers({ granularities: ['layer', 'global'] }), anySparsity, ({ make, g }, sparsity) => {
        const layers = make();
        const before = layers.map(({ kernel }) => numbers(kernel.weight).map(Math.abs));
        exact(layers, g, sparsity);
        for (const [i, one] of layers.entries()) {
          const kept = effective(one, g).map((w) => w !== 0);
          const smallestKept = Math.min(...(before[i] as number[]).filter((_, j) => kept[j]));
          const largestPruned = Math.max(0, ...(before[i] as number[]).filter((_, j) => !kept[j]));
          expect(smallestKept * (1 + 1e-5)).toBeGreaterThanOrEqual(largestPruned); // scores that are equal in float32 go by position
        }
        tf.disposeVariables();
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

// --- helpers: any layers ---

const anySparsity = fc.oneof(fc.constantFrom(0, 0.5, 0.9, 0.999), fc.double({ min: 0, max: 0.999, noNaN: true }));
const anyShape = fc.constantFrom<number[]>([1], [7], [5, 3], [1, 1], [3, 3, 2, 4], [2, 2, 3, 1]);
/** How weights come about: many ties, zeros, magnitudes from 1e-30 up to 1,000. */
const anyWeight = fc.constantFrom<(x: number) => number>(
  (x) => x,
  (x) => Math.round(x * 4) / 4,
  () => 0.25,
  (x) => Math.sign(x) * 0.5,
  (x) => (Math.abs(x) < 0.6 ? 0 : x),
  (x) => x * 5,
  (x) => Math.sign(x) * 10 ** (x * 30),
  (x) => Math.sign(x) * 10 ** (3 * Math.abs(x)),
  (x) => 0.4 + 1e-7 * x,
);

interface AnyLayers {
  readonly granularities?: Granularity[];
  /** Sign of the s at which the thresholds live. */
  readonly side?: 1 | -1;
}

function anyLayers({ granularities = ['layer', 'filter', 'weight', 'global'], side = -1 }: AnyLayers = {}) {
  const anyLayer = fc.record({ shape: anyShape, weight: anyWeight, phase: fc.integer({ min: 0, max: 1e6 }) });
  const anyG = fc.constantFrom(...(side < 0 ? [sigmoid(), exp(), sigmoid({ k: 3 })] : [identity(), power(), power({ p: 3 })]));
  return fc
    .record({ specs: fc.array(anyLayer, { minLength: 1, maxLength: 4 }), g: anyG, granularity: fc.constantFrom(...granularities) })
    .map(({ specs, g, granularity }) => ({
      g,
      make(): Layer[] {
        const shared = scalar(3 * side);
        return specs.map(({ shape, weight, phase }, i) => {
          const size = shape.reduce((product, n) => product * n, 1);
          const weights = someNumbers(size, phase).map((x) => Math.fround(weight(x)));
          return layer(`layer ${i}`, shape, weights, granularity === 'global' ? shared : anyS(shape, granularity, phase, side));
        });
      },
    }));
}

function anyS(shape: number[], granularity: Granularity, phase: number, side: 1 | -1): tf.Variable {
  const shapes = { layer: [], filter: shape.map((n, axis) => (axis === shape.length - 1 ? n : 1)), weight: shape, global: [] };
  const size = shapes[granularity].reduce((product: number, n: number) => product * n, 1);
  const values = someNumbers(size, phase + 3).map((x) => side * (0.02 + 12 * Math.abs(x)));
  return tf.tidy(() => tf.variable(tf.tensor(values, shapes[granularity])));
}

/** Between −1 and 1, without a pattern. */
const someNumbers = (count: number, phase: number) => Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) ** 2 + phase));
