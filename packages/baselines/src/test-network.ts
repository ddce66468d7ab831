import { attach, type PrunedModel, type Pruner, tf } from '@espalier/core';

/** A dense network without biases whose weights are given, pruned; for tests that count by hand. */
export interface TestNetwork {
  readonly pruned: PrunedModel;
  /** The steps from `from` up to `to`, as far as the pruner sees them: hooks without any training in between. */
  hooks(from: number, to: number): void;
  setWeights(layer: string, weights: readonly number[]): void;
  /** Effective weights of a layer; 0 for −0. */
  effective(layer: string): number[];
  /** Names of the layers and how many of their weights are left. */
  left(): Record<string, number>;
  /** ∂L/∂W of a layer for L = Σ upstream·Ŵ. */
  gradient(layer: string, upstream: readonly number[]): number[];
  dispose(): void;
}

/** Layers are `[inputs, outputs]` by name, with their weights. */
export function testNetwork(
  pruner: Pruner,
  layers: Record<string, readonly [number, number, readonly number[]]>,
  totalSteps = 100,
): TestNetwork {
  const model = tf.sequential();
  for (const [name, [inputs, units, weights]] of Object.entries(layers)) {
    model.add(tf.layers.dense({ name, units, useBias: false, inputShape: [inputs] }));
    set(model, name, weights);
  }
  const pruned = attach(model, pruner, { totalSteps });
  const layerNamed = (name: string) => pruned.layers.find(({ kernel }) => kernel.name === name) as (typeof pruned.layers)[number];
  const reparameterized = (name: string) => {
    const { kernel, state } = layerNamed(name);
    return pruner.reparameterize(kernel.weight, state, { progress: tf.scalar(0) });
  };
  return {
    pruned,
    hooks(from, to) {
      for (let step = from; step < to; step++) {
        const context = { step, totalSteps, denseGradients: new Map(), maskMomentum: () => {} };
        pruned.beforeStep(context);
        pruned.afterStep(context);
      }
    },
    setWeights: (name, weights) => set(model, name, weights),
    effective: (name) => numbers(() => reparameterized(name).clone()).map((w) => w + 0),
    left: () => Object.fromEntries(pruned.report().map(({ name, nonzero }) => [name, nonzero])),
    gradient(name, upstream) {
      const { weight, shape } = layerNamed(name).kernel;
      return numbers(() => {
        const loss = () =>
          reparameterized(name)
            .mul(tf.tensor([...upstream], [...shape]))
            .sum() as tf.Scalar;
        return tf.variableGrads(loss, [weight]).grads[weight.name] as tf.Tensor;
      });
    },
    dispose() {
      pruned.detach();
      model.dispose();
    },
  };
}

// --- helpers ---

function set(model: tf.LayersModel, name: string, weights: readonly number[]): void {
  const layer = model.getLayer(name);
  tf.tidy(() => layer.setWeights([tf.tensor([...weights], (layer.getWeights()[0] as tf.Tensor).shape)]));
}

function numbers(make: () => tf.Tensor): number[] {
  const tensor = tf.tidy(make);
  const values = Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
}
