import * as tf from '@tensorflow/tfjs';
import type { Binding, OpAttribute } from '../kernels/native.ts';
import type { Call } from './call.ts';
import { compareOperations } from './comparison.ts';
import type { Graph } from './graph.ts';

/**
 * Adds batch normalization in training as our own `EspalierBatchNormalization`, or its gradient as `EspalierBatchNormalizationGrad`, and
 * returns its name; undefined for anything else. TensorFlow wakes its threads three times for the one and twice for the other, and again for
 * the activation that follows, which ours does in the same pass (`fused-activations.ts`). Adds a relu too, where TensorFlow's batch
 * normalization must not do it.
 *
 * Only where both give the bits of TensorFlow's: they are compared once for each shape, on this machine.
 */
export function addBatchNormalization(graph: Graph, binding: Binding, call: Call): string | undefined {
  if (call.op === 'FusedBatchNormV3') return addForward(graph, binding, call);
  if (call.op === 'FusedBatchNormGradV3') return addGradient(graph, binding, call);
  if (call.op === 'Relu') return addRelu(graph, call);
  return undefined;
}

// --- helpers ---

function addForward(graph: Graph, binding: Binding, { attributes, from, shapes, result }: Call): string | undefined {
  const isSet = (name: string, value: unknown): boolean => attributes.some((one) => one.name === name && one.value === value);
  const isOurs = tf.getKernel('EspalierBatchNormalization', 'tensorflow') !== undefined && result.dtype === binding.TF_FLOAT;
  if (!isOurs || !isSet('is_training', true) || !isSet('data_format', 'NHWC')) return undefined;
  if (!givesSameBits(binding, shapes[0] as readonly number[], attributes)) return undefined;
  return graph.operation('EspalierBatchNormalization', from.slice(0, 3), ownOf(attributes), binding.TF_FLOAT);
}

/** Where the forward pass, which gave it the mean, is ours. */
function addGradient(graph: Graph, binding: Binding, { attributes, from }: Call): string | undefined {
  const forward = graph.nodes.find(({ name }) => from[3] === `${name}:3`);
  if (forward?.op !== 'EspalierBatchNormalization') return undefined;
  const offset = forward.inputs[2] as string;
  return graph.operation('EspalierBatchNormalizationGrad', [...from.slice(0, 5), offset], ownOf(attributes), binding.TF_FLOAT);
}

/** After TensorFlow's batch normalization of channels that are no whole vectors: it would do the relu in code that rounds otherwise. */
function addRelu(graph: Graph, { attributes, from, shapes, result }: Call): string | undefined {
  const [input] = from as [string];
  const isNormalized = graph.nodes.some(({ name, op }) => op === 'FusedBatchNormV3' && input === `${name}:0`);
  if (!isNormalized || (shapes[0]?.[3] as number) % LANES === 0) return undefined;
  return graph.operation('Relu', [graph.hide(input)], attributes, result.dtype);
}

/** Above, TensorFlow's threads are worth waking, and to write past the cache is right: 2.5 MiB. */
const MOST_NUMBERS = 5 * 2 ** 17;
/** Of channels: so many are a vector. */
const LANES = 8;

/** Of the attributes, those that our operations have too. */
const ownOf = (attributes: readonly OpAttribute[]): OpAttribute[] => attributes.filter(({ name }) => name === 'epsilon');

function givesSameBits(binding: Binding, shape: readonly number[], attributes: readonly OpAttribute[]): boolean {
  const channels = shape[3] as number;
  const size = tf.util.sizeFromShape([...shape]);
  if (size === 0 || size > MOST_NUMBERS || channels % LANES !== 0) return false;
  const own = ownOf(attributes);
  const key = ['batch normalization', ...shape, ...own.map(({ value }) => value)].join(' ');
  return compareOperations(binding, key, ({ tensor, run, same }) => {
    const [x, gradient] = [tensor(shape, 1), tensor(shape, 2)];
    const [scale, offset, none] = [tensor([channels], 3), tensor([channels], 4), tensor([0], 5)];
    const theirs = run('FusedBatchNormV3', attributes, [x, scale, offset, none, none], 6);
    const [, , , mean, variance, rest] = theirs as [number, number, number, number, number, number];
    const back = run('FusedBatchNormGradV3', attributes, [gradient, x, scale, mean, variance, rest], 5);
    return (
      same(run('EspalierBatchNormalization', own, [x, scale, offset], 5), theirs) &&
      same(run('EspalierBatchNormalizationGrad', own, [gradient, x, scale, mean, variance, offset], 3), back)
    );
  });
}
