import * as tf from '@tensorflow/tfjs';

/** The fields of tfjs-layers' `BatchNormalization` that its `call` uses. */
export interface BatchNormalization {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma?: tf.LayerVariable;
  readonly beta?: tf.LayerVariable;
  readonly movingMean: tf.LayerVariable;
  readonly movingVariance: tf.LayerVariable;
}

/** x, γ and β → the normalized x, with a gradient of its own; moves the layer's averages on with `average`. */
export type Normalize = (layer: BatchNormalization, x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => tf.Tensor;

/**
 * Has `tf.layers.batchNormalization` normalize with `normalize` in training, where `takes` the input's rank and the layer has a scale and
 * an offset, the channels come last, and no gradient of a gradient is wanted. All other cases take the original path.
 */
export function replaceBatchNormalization(takes: (rank: number) => boolean, normalize: Normalize): void {
  const [layer] = tf.serialization.SerializationMap.getMap().classNameMap.BatchNormalization as unknown as [{ prototype: { call: Call } }];
  const { prototype } = layer;
  const original = prototype.call;
  prototype.call = function (inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const { axis, gamma, beta } = this;
    const isInner = tf.engine().state.gradientDepth > 1;
    const isTaken = x?.dtype === 'float32' && takes(x.rank) && (axis === -1 || axis === x.rank - 1);
    if (!isTaken || gamma === undefined || beta === undefined || kwargs.training !== true || isInner) {
      return original.call(this, inputs, kwargs);
    }
    return tf.tidy(() => normalize(this, x, gamma.read(), beta.read()));
  };
}

/** moving ← moving − (1 − momentum) · (moving − correction · value) */
export function average(moving: tf.LayerVariable, value: tf.Tensor, momentum: number, correction = 1): void {
  const old = moving.read();
  const rate = 1 - momentum;
  if (tf.getKernel('EspalierMovingAverage', tf.getBackend()) === undefined) {
    const corrected = correction === 1 ? value : tf.mul(value, correction);
    moving.write(tf.sub(old, tf.mul(tf.sub(old, corrected), rate)));
  } else {
    const inputs = { average: old, value } as tf.NamedTensorMap;
    const [moved] = tf.engine().runKernel('EspalierMovingAverage', inputs, { correction, rate }) as tf.Tensor[];
    moving.write(moved as tf.Tensor);
  }
}

// --- helpers ---

type Call = (this: BatchNormalization, inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }) => tf.Tensor;
