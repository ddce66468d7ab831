import type { Component } from '../component.ts';
import { prunableKernels } from '../model/kernels.ts';
import { outputActivation } from '../model/layer-internals.ts';
import { withoutValues } from '../model/without-values.ts';
import { randomStream } from '../random.ts';
import { tf } from '../tf.ts';
import { type ContractOptions, checksOn, readTensor, sameBits, specChecks } from './component-checks.ts';
import { expect, expectEqual } from './expect.ts';
import type { Check, TestRegistrar } from './pruner-contract.ts';

export interface ModelContractOptions extends ContractOptions {
  /** Of the examples that the model is tried on, without the batch dimension. Default 28 × 28 × 1. */
  readonly inputShape?: readonly number[];
  /** Default 10. */
  readonly classes?: number;
}

/** Registers what every model must do as tests: `modelContract({ test }, () => lenet5())`. */
export function modelContract({ test }: TestRegistrar, create: () => Component<'model'>, options: ModelContractOptions = {}): void {
  for (const { name, run } of modelChecks(create, options)) test(name, run);
}

/** What every model must do, as checks without a test runner. */
export function modelChecks(create: () => Component<'model'>, options: ModelContractOptions = {}): readonly Check[] {
  const { inputShape = [28, 28, 1], classes = 10 } = options;
  const on: Trial = {
    inputShape,
    classes,
    wasBuilt: false,
    withModel(seed, use) {
      on.wasBuilt = true;
      const model = create().build({ inputShape, classes, seed: (name) => randomStream(seed, name).seed() });
      try {
        return use(model);
      } finally {
        model.dispose();
      }
    },
  };
  return checksOn(options.engine, {
    'gives one finite logit per class for each example': () => givesLogits(on),
    'starts with the same weights, to the bit, from the same seed': () => isSeeded(on),
    'starts with other weights from another seed': () => dependsOnSeed(on),
    'has the same names of layers whenever it is built': () => withoutValues(() => isNamed(on)),
    'has weights to prune': () => withoutValues(() => on.withModel(0, (model) => void prunableKernels(model, {}))),
    'leaves no tensor behind when it is disposed of': () => leavesNothing(on),
    ...specChecks(create(), options),
  });
}

// --- helpers ---

interface Trial {
  /** TensorFlow.js keeps some constants of its own from the first model on. */
  wasBuilt: boolean;
  readonly inputShape: readonly number[];
  readonly classes: number;
  withModel<T>(seed: number, use: (model: tf.LayersModel) => T): T;
}

const EXAMPLES = 2;

function givesLogits({ inputShape, classes, withModel }: Trial): void {
  withModel(0, (model) => {
    const examples = () => tf.randomUniform([EXAMPLES, ...inputShape], -1, 1, 'float32', 1);
    const shape = tf.tidy(() => (model.predict(examples()) as tf.Tensor).shape);
    expectEqual(shape, [EXAMPLES, classes], 'an output of shape [examples, classes]');
    const logits = readTensor(() => model.predict(examples()) as tf.Tensor);
    expect(logits.every(Number.isFinite), 'finite logits at the start', [...logits].map(String));
    expect(outputActivation(model) !== 'softmax', 'logits: the loss applies the softmax itself', 'a softmax at the end');
  });
}

const weightsOf = (model: tf.LayersModel): Float32Array[] => model.getWeights().map((weight) => readTensor(() => weight));

function isSeeded({ withModel }: Trial): void {
  const [first, again] = [withModel(1, weightsOf), withModel(1, weightsOf)];
  const i = first.findIndex((values, at) => !sameBits(values, again[at] as Float32Array));
  expect(i < 0, 'the same weights from the same seed', `others in its weight tensor ${i + 1}: does an initializer lack a seed?`);
}

function dependsOnSeed({ withModel }: Trial): void {
  const [first, other] = [withModel(1, weightsOf), withModel(2, weightsOf)];
  const differs = first.some((values, at) => !sameBits(values, other[at] as Float32Array));
  expect(differs, 'other weights from another seed', 'the same: is context.seed used?');
}

function isNamed({ withModel }: Trial): void {
  const names = () => withModel(0, (model) => model.layers.filter((layer) => layer.weights.length).map(({ name }) => name));
  const [first, again] = [names(), names()];
  expectEqual(again, first, 'the same names of layers with weights in every process: name them, TensorFlow.js counts unnamed ones');
}

function leavesNothing({ wasBuilt, withModel }: Trial): void {
  const build = () => withModel(0, () => {});
  if (!wasBuilt) build();
  const before = tf.memory().numTensors;
  build();
  const { numTensors } = tf.memory();
  expect(numTensors === before, `${before} tensors after the model is disposed of, as before`, numTensors);
}
