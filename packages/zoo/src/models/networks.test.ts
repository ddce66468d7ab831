import { modelCost, tf, withoutValues } from '@espalier/core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mobilenetV1 } from './mobilenet-v1.ts';
import { mobilenetV2 } from './mobilenet-v2.ts';
import { resnet18 } from './resnet18.ts';
import { resnet50 } from './resnet50.ts';
import { resnet56 } from './resnet56.ts';
import { vgg16Bn } from './vgg16-bn.ts';
import { wrn22x2 } from './wrn-22-2.ts';

/** The published networks have the sizes of the literature. That they learn is tested where there is a fast engine, in test/networks.test.ts. */
const networks = [
  // torchvision has 25,557,032 parameters: these, 53,120 of batch norm and 1000 biases of its classifier.
  { factory: resnet50, kernels: 54, kernelWeights: 25_502_912, normWeights: 53_120, biases: 0, multiplyAdds: 4_089_184_256 },
  // torchvision: 11,689,512.
  { factory: resnet18, kernels: 21, kernelWeights: 11_678_912, normWeights: 9600, biases: 0, multiplyAdds: 1_814_073_344 },
  // Howard et al., table 4: 569 million multiply-adds, 4.2 million parameters.
  { factory: mobilenetV1, kernels: 28, kernelWeights: 4_209_088, normWeights: 21_888, biases: 0, multiplyAdds: 568_740_352 },
  // torchvision: 3,504,872; Sandler et al., table 4: 300 million.
  { factory: mobilenetV2, kernels: 53, kernelWeights: 3_469_760, normWeights: 34_112, biases: 1000, multiplyAdds: 300_774_272 },
  // 432 + 18·2304 + 4608 + 17·9216 + 18,432 + 17·36,864 + 640
  { factory: resnet56, kernels: 56, kernelWeights: 848_944, normWeights: 4064, biases: 10, multiplyAdds: 125_485_696 },
  // 432 + 51,200 + 204,800 + 819,200 + 1280; each stage 52,428,800 multiply-adds
  { factory: wrn22x2, kernels: 23, kernelWeights: 1_076_912, normWeights: 2720, biases: 10, multiplyAdds: 157_730_048 },
  // Li et al., 2017: 3.13e8 multiply-adds
  { factory: vgg16Bn, kernels: 14, kernelWeights: 14_715_584, normWeights: 8448, biases: 10, multiplyAdds: 313_201_664 },
];

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

describe.each(networks)('$factory.definition.name', ({ factory, kernels, kernelWeights, normWeights, biases, multiplyAdds }) => {
  const usual = factory().usual as NonNullable<ReturnType<typeof factory>['usual']>;

  it('has the size of the literature, and a seed for each kernel under the name of its layer', () => {
    const asked: string[] = [];
    const model = withoutValues(() => factory().build({ ...usual, seed: (name) => asked.push(name) }));
    const { total, layers } = modelCost(model);
    expect(model.name).toBe(factory.definition.name);
    expect(total).toMatchObject({ size: kernelWeights, denseMultiplyAdds: multiplyAdds });
    expect(layers.length).toBe(kernels);
    expect(weightsOf(model, 'gamma', 'beta')).toBe(normWeights);
    expect(weightsOf(model, 'bias')).toBe(biases);
    expect([...asked].sort()).toEqual(layers.map(({ name }) => name).sort());
    expect(model.layers.filter(({ name }) => name.includes('/'))).toEqual([]);
    expect(model.outputShape).toEqual([null, usual.classes]);
  });

  it('refuses examples that are not images', () => {
    expect(() => factory().build({ inputShape: [784], classes: 10, seed: () => 1 })).toThrow(
      expect.objectContaining({ code: 'E_INPUT_SHAPE' }),
    );
  });
});

describe('shapes', () => {
  const build = (factory: (typeof networks)[number]['factory'], size: number) =>
    withoutValues(() => factory().build({ inputShape: [size, size, 3], classes: 10, seed: () => 1 }));
  const sizeAt = (model: tf.LayersModel, layer: string) => (model.getLayer(layer).outputShape as number[]).slice(1);

  it('resnet50 halves the image in conv1, the max-pool and the 3x3 convolution of stages 2 to 4', () => {
    const model = build(resnet50, 224);
    expect(sizeAt(model, 'conv1')).toEqual([112, 112, 64]);
    expect(sizeAt(model, 'maxpool')).toEqual([56, 56, 64]);
    expect(sizeAt(model, 'layer2.0.conv1')).toEqual([56, 56, 128]);
    expect(sizeAt(model, 'layer2.0.conv2')).toEqual([28, 28, 128]);
    expect(sizeAt(model, 'layer4.2.conv3')).toEqual([7, 7, 2048]);
  });

  it('mobilenets end with 7x7 pixels', () => {
    expect(sizeAt(build(mobilenetV1, 224), 'pw13')).toEqual([7, 7, 1024]);
    expect(sizeAt(build(mobilenetV2, 224), 'conv2')).toEqual([7, 7, 1280]);
  });

  it('a width is a factor on channels, rounded as the authors do', () => {
    const at = (layer: string, model: tf.LayersModel) => (model.getLayer(layer).outputShape as number[]).at(-1);
    const context = { inputShape: [32, 32, 3], classes: 10, seed: () => 1 };
    const [v1, v2] = withoutValues(() => [mobilenetV1({ width: 0.3 }).build(context), mobilenetV2({ width: 0.35 }).build(context)]) as [
      tf.LayersModel,
      tf.LayersModel,
    ];
    expect([at('conv1', v1), at('pw1', v1), at('fc', v1)]).toEqual([9, 19, 10]);
    expect([at('conv1', v2), at('block2.project', v2), at('block17.project', v2), at('conv2', v2)]).toEqual([16, 8, 112, 1280]);
  });

  it('strided windows of mobilenets are centred as in PyTorch', () => {
    const model = mobilenetV1().build({ inputShape: [4, 4, 1], classes: 2, seed: () => 1 });
    const centre = tf.buffer([3, 3, 1, 32]);
    for (let filter = 0; filter < 32; filter++) centre.set(1, 1, 1, 0, filter);
    model.getLayer('conv1').setWeights([centre.toTensor()]);
    tf.tidy(() => {
      const conv1 = tf.model({ inputs: model.inputs, outputs: model.getLayer('conv1').output });
      const image = tf.range(0, 16).reshape([1, 4, 4, 1]);
      const found = (conv1.predict(image) as tf.Tensor).slice([0, 0, 0, 0], [1, 2, 2, 1]);
      expect(found.flatten().arraySync()).toEqual([0, 2, 8, 10]);
    });
  });
});

// --- helpers ---

const weightsOf = (model: tf.LayersModel, ...kinds: readonly string[]): number =>
  model.weights
    .filter(({ originalName }) => kinds.includes(originalName.split('/').at(-1) as string))
    .reduce((sum, { shape }) => sum + shape.reduce<number>((product, n) => product * (n as number), 1), 0);
