import { type ModelContext, randomStream, tf } from '@espalier/core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lenet300 } from './lenet-300-100.ts';
import { lenet5 } from './lenet5.ts';
import { mlp } from './mlp.ts';
import { resnet20 } from './resnet20.ts';

/** What all models have to do, on the sizes that the docs promise. */
const models = [
  {
    factory: lenet300,
    inputShape: [28, 28, 1],
    kernels: ['fc1', 'fc2', 'fc3'],
    kernelWeights: 266_200,
    biases: 410,
    multiplyAdds: 266_200,
  },
  {
    factory: lenet5,
    inputShape: [28, 28, 1],
    kernels: ['conv1', 'conv2', 'fc1', 'fc2'],
    kernelWeights: 430_500,
    biases: 580,
    multiplyAdds: 2_293_000,
  },
  {
    factory: mlp,
    inputShape: [28, 28, 1],
    kernels: ['fc1', 'fc2', 'fc3', 'fc4', 'fc5', 'fc6'],
    kernelWeights: 215_200,
    biases: 600,
    multiplyAdds: 215_200,
  },
  {
    factory: resnet20,
    inputShape: [32, 32, 3],
    kernels: [
      'conv1',
      ...[1, 2, 3].flatMap((stage) => [1, 2, 3].flatMap((block) => [1, 2].map((conv) => `stage${stage}.block${block}.conv${conv}`))),
      'fc',
    ],
    kernelWeights: 268_336,
    biases: 10,
    multiplyAdds: 40_551_040,
  },
];

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

describe.each(models)('$factory.definition.name', ({ factory, inputShape, kernels, kernelWeights, biases, multiplyAdds }) => {
  const build = (seed = 0) => factory().build(contextOf(inputShape, seed));

  it('has the component’s name, and layer names for tables', () => {
    const model = build();
    expect(model.name).toBe(factory.definition.name);
    expect(kernelsOf(model).map(({ layer }) => layer.name)).toEqual(kernels);
    expect(model.layers.filter((layer) => layer.name.includes('/'))).toEqual([]);
  });

  it('has the documented number of weights and multiply-adds', () => {
    const model = build();
    const all = kernelsOf(model);
    expect(all.reduce((sum, { kernel }) => sum + kernel.size, 0)).toBe(kernelWeights);
    expect(all.reduce((sum, { layer, kernel }) => sum + multiplyAddsOf(layer, kernel), 0)).toBe(multiplyAdds);
    expect(weightsOf(model, 'bias').reduce((sum, bias) => sum + bias.size, 0)).toBe(biases);
  });

  it('gives finite logits for every class, of both signs', () => {
    tf.tidy(() => {
      const logits = build().predict(example(inputShape)) as tf.Tensor;
      expect(logits.shape).toEqual([1, 10]);
      const values = [...logits.dataSync()];
      expect(values.filter((value) => !Number.isFinite(value))).toEqual([]);
      expect(Math.min(...values)).toBeLessThan(0);
      expect(Math.max(...values)).toBeGreaterThan(0);
    });
  });

  it('has the same weights for the same seed, and others for another seed', () => {
    const [first, again, other] = [build(0), build(0), build(1)].map((model) =>
      kernelsOf(model).map(({ kernel }) => [...kernel.dataSync()]),
    );
    expect(again).toEqual(first);
    for (const [i, values] of (other ?? []).entries()) expect(values).not.toEqual(first?.[i]);
  });

  it('asks for one seed for each kernel, under the name of its layer', () => {
    const asked: string[] = [];
    factory().build({ inputShape, classes: 10, seed: (name) => asked.push(name) });
    expect(asked).toEqual(kernels);
  });

  it('has the same outputs and topology after being saved and loaded', async () => {
    const model = build();
    const saved = await artifactsOf(model);
    const loaded = await tf.loadLayersModel(tf.io.fromMemory({ ...saved, modelTopology: JSON.parse(JSON.stringify(saved.modelTopology)) }));
    tf.tidy(() => {
      const x = example(inputShape);
      expect((loaded.predict(x) as tf.Tensor).dataSync()).toEqual((model.predict(x) as tf.Tensor).dataSync());
    });
    expect((await artifactsOf(build())).modelTopology).toEqual(saved.modelTopology);
  });

  it('leaves nothing but its weights in memory', () => {
    const before = tf.memory().numTensors;
    const model = build();
    expect(tf.memory().numTensors - before).toBe(model.weights.length);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

// --- helpers ---

const contextOf = (inputShape: readonly number[], seed: number): ModelContext => ({
  inputShape,
  classes: 10,
  seed: (name) => randomStream(seed, 'init', name).seed(),
});

const example = (inputShape: readonly number[]) => tf.randomNormal([1, ...inputShape], 0, 1, 'float32', 7);

const weightsOf = (model: tf.LayersModel, kind: string) =>
  model.weights.filter((weight) => weight.originalName.endsWith(`/${kind}`)).map((weight) => weight.read());

const kernelsOf = (model: tf.LayersModel) =>
  model.layers.flatMap((layer) =>
    layer.weights.filter((weight) => weight.originalName.endsWith('/kernel')).map((weight) => ({ layer, kernel: weight.read() })),
  );

/** Each kernel weight is used once per output position. */
function multiplyAddsOf(layer: tf.layers.Layer, kernel: tf.Tensor): number {
  const positions = (layer.outputShape as number[]).slice(1, -1).reduce((product, size) => product * size, 1);
  return positions * kernel.size;
}

async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return saved;
}
