import { applyThreshold, attach, type Component, hard, soft, tf } from '@espalier/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { exp, type StrState, sigmoid, str, straightThrough, subgradient } from './index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** `golden_vectors.csv`: six weights, s = −1, an upstream gradient, and what comes of them. */
const W = [-1.5, -0.3, 0, 0.2, 0.7, 2];
const G = [0.5, -1, 0.25, 2, -0.75, 0.1];
const progress = () => tf.scalar(0);

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6): void {
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  for (const [i, x] of expected.entries()) expect(Math.abs((actual[i] as number) - x)).toBeLessThanOrEqual(tolerance * scale);
}

/** Effective weights, ∂L/∂W and ∂L/∂s of the golden problem, where L = Σ G·Ŵ. */
function golden(g: Component<'threshold-function'>, estimator: Component<'estimator'>, operator: Component<'operator'> = soft()) {
  const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
  const forward = (w: tf.Tensor, s: tf.Tensor) => applyThreshold(w, g.value(s), { operator, estimator, progress: progress() });
  const found = tf.tidy(() => {
    const [w, s] = [tf.tensor1d(W), tf.scalar(-1)];
    const [dw, ds] = tf.grads((weight, sOfLayer) =>
      forward(weight as tf.Tensor, sOfLayer as tf.Tensor)
        .mul(tf.tensor1d(G))
        .sum(),
    )([w, s]);
    return { effective: forward(w, s), dw: dw as tf.Tensor, ds: ds as tf.Tensor };
  });
  const read = { effective: numbers(found.effective), dw: numbers(found.dw), ds: numbers(found.ds)[0] as number };
  tf.dispose(found);
  return read;
}

const cases = [
  {
    name: 'sigmoid',
    g: sigmoid(),
    effective: [-1.231058579, -0.03105857863, 0, 0, 0.4310585786, 1.731058579],
    dw: [0.5, -1, 0, 0, -0.75, 0.1],
    ds: 0.02949178999,
    steppedW: [-1.5485, -0.1997, 0, 0.1998, 0.7743, 1.988],
    steppedS: -1.001949179,
  },
  {
    name: 'exp',
    g: exp(),
    effective: [-1.132120559, 0, 0, 0, 0.3321205588, 1.632120559],
    dw: [0.5, 0, 0, 0, -0.75, 0.1],
    ds: 0.4230613573,
    steppedW: [-1.5485, -0.2997, 0, 0.1998, 0.7743, 1.988],
    steppedS: -1.041306136,
  },
];

describe.each(cases)('STR with g = $name', ({ g, effective, dw, ds, steppedW, steppedS }) => {
  it('has the effective weights and gradients of the golden vectors', () => {
    const found = golden(g, subgradient());
    expectClose(found.effective, effective);
    expectClose(found.dw, dw);
    expectClose([found.ds], [ds]);
  });

  it('takes the golden step of SGD with the same decay on weights and s', () => {
    const found = golden(g, subgradient());
    const step = (value: number, gradient: number) => value - 0.1 * (gradient + 0.01 * value);
    expectClose(
      W.map((w, i) => step(w, found.dw[i] as number)),
      steppedW,
    );
    expectClose([step(-1, found.ds)], [steppedS]);
  });

  it('lets every gradient through to the weights with the straight-through estimator, and none more to s', () => {
    const found = golden(g, straightThrough());
    expectClose(found.effective, effective);
    expect(found.dw).toEqual(G.map(Math.fround));
    expectClose([found.ds], [ds]);
  });
});

describe('the hard threshold', () => {
  it('leaves what is above it unchanged', () => {
    expectClose(golden(sigmoid(), subgradient(), hard()).effective, [-1.5, -0.3, 0, 0, 0.7, 2]);
  });

  it('has a masked gradient, or the identity with the straight-through estimator, and none for the threshold', () => {
    const masked = golden(sigmoid(), subgradient(), hard());
    expect(masked.dw).toEqual([0.5, -1, 0, 0, -0.75, 0.1].map(Math.fround));
    const identity = golden(sigmoid(), straightThrough(), hard());
    expect(identity.dw).toEqual(G.map(Math.fround));
    expect([masked.ds, identity.ds].map(Math.abs)).toEqual([0, 0]);
  });
});

/** The same in float64, written from the formula alone. */
const references = {
  sigmoid: (s: number) => 1 / (1 + Math.exp(-s)),
  exp: Math.exp,
};
const softThreshold = (w: number, threshold: number) => Math.sign(w) * Math.max(0, Math.abs(w) - threshold);

/** Index into a flattened tensor of `shape` (1 where broadcast) of the element that meets element `i` of `full`. */
function broadcastIndex(i: number, full: readonly number[], shape: readonly number[]): number {
  let rest = i;
  let index = 0;
  let stride = 1;
  for (let axis = full.length - 1, own = shape.length - 1; axis >= 0; axis--, own--) {
    const at = rest % (full[axis] as number);
    rest = Math.floor(rest / (full[axis] as number));
    const size = shape[own] ?? 1;
    index += (size === 1 ? 0 : at) * stride;
    stride *= size;
  }
  return index;
}

/** Numbers without a pattern, the same each time, away from 0. */
const numbers = (count: number, phase: number) =>
  Array.from({ length: count }, (_, i) => {
    const x = Math.sin(12.9898 * (i + 1) + phase);
    return Math.fround(x + 0.05 * Math.sign(x));
  });

function model(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'convolution', filters: 4, kernelSize: 3, inputShape: [4, 4, 2] }),
      tf.layers.depthwiseConv2d({ name: 'depthwise', kernelSize: [2, 2], depthMultiplier: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ name: 'dense', units: 3 }),
    ],
  });
}

describe.each(['sigmoid', 'exp'] as const)('gradients of str with g = %s', (name) => {
  const g = { sigmoid, exp }[name]();
  const value = references[name];

  it.each(['layer', 'filter', 'weight', 'global'] as const)('agree with finite differences, one threshold per %s', (granularity) => {
    const pruner = str({ sparsity: null, sInit: -1, g, granularity });
    const network = model();
    const pruned = attach(network, pruner);
    const layers = pruned.layers.map(({ kernel, state }, i) => {
      const weights = numbers(kernel.size, i);
      tf.tidy(() => kernel.weight.assign(tf.tensor(weights, [...kernel.shape])));
      return { kernel, weights, upstream: numbers(kernel.size, i + 7), state: state as StrState };
    });
    const distinct = [...new Set(layers.map(({ state }) => state.s))];
    const ofS = new Map(distinct.map((s, i) => [s, numbers(s.size, i + 3).map((x) => Math.fround(x - 1.5))]));
    for (const [s, values] of ofS) tf.tidy(() => s.assign(tf.tensor(values, s.shape)));

    const { value: total, grads } = tf.variableGrads(
      () =>
        layers
          .map(({ kernel, state, upstream }) =>
            pruner
              .reparameterize(kernel.weight, state, { progress: progress() })
              .mul(tf.tensor(upstream, [...kernel.shape]))
              .sum(),
          )
          .reduce((sum, part) => sum.add(part)) as tf.Scalar,
      [...layers.map(({ kernel }) => kernel.weight), ...distinct],
    );
    const gradient = (variable: tf.Variable) => (grads[variable.name] as tf.Tensor).dataSync();
    const loss = () =>
      layers.reduce((sum, { kernel, weights, upstream, state: { s } }) => {
        const values = ofS.get(s) as number[];
        return weights.reduce((inner, w, i) => {
          const threshold = value(values[broadcastIndex(i, kernel.shape, s.shape)] as number);
          return inner + (upstream[i] as number) * softThreshold(w, threshold);
        }, sum);
      }, 0);
    const differences = (values: number[]) => {
      const h = 1e-6;
      return values.map((x, i) => {
        values[i] = x + h;
        const above = loss();
        values[i] = x - h;
        const below = loss();
        values[i] = x;
        return (above - below) / (2 * h);
      });
    };
    expectClose(total.dataSync(), [loss()], 1e-5);
    for (const { kernel, weights } of layers) expectClose(gradient(kernel.weight), differences(weights), 1e-5);
    for (const [s, values] of ofS) expectClose(gradient(s), differences(values), 1e-5);
    tf.dispose([total, grads]);
    pruned.detach();
    network.dispose();
  });

  it('give s one number per layer, per filter, per weight, or one for all', () => {
    const network = model();
    const shapes = (['layer', 'filter', 'weight', 'global'] as const).map((granularity) => {
      const pruned = attach(network, str({ sparsity: null, sInit: -1, g, granularity }));
      const states = pruned.layers.map(({ state }) => (state as StrState).s);
      const found = { shapes: states.map(({ shape }) => shape), distinct: new Set(states).size };
      pruned.detach();
      return found;
    });
    expect(shapes).toEqual([
      { shapes: [[], [], []], distinct: 3 },
      {
        shapes: [
          [1, 1, 1, 4],
          [1, 1, 4, 2],
          [1, 3],
        ],
        distinct: 3,
      },
      {
        shapes: [
          [3, 3, 2, 4],
          [2, 2, 4, 2],
          [8, 3],
        ],
        distinct: 3,
      },
      { shapes: [[], [], []], distinct: 1 },
    ]);
    network.dispose();
  });
});

describe('str with s far below', () => {
  it('is the identity, and s gets no gradient', () => {
    const pruner = str({ sparsity: null, sInit: -3200 });
    const [w, s] = [tf.variable(tf.tensor1d(W)), tf.variable(tf.scalar(-3200))];
    const { value, grads } = tf.variableGrads(
      () => pruner.reparameterize(w, { s }, { progress: progress() }).mul(tf.tensor1d(G)).sum() as tf.Scalar,
      [w, s],
    );
    expect(Array.from((grads[w.name] as tf.Tensor).dataSync())).toEqual([0.5, -1, 0, 2, -0.75, 0.1].map(Math.fround));
    expect(Math.abs((grads[s.name] as tf.Tensor).dataSync()[0] as number)).toBe(0);
    tf.dispose([value, grads, w, s]);
  });
});
