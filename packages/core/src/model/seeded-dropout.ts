import type { tf } from '../tf.ts';

/** Uniform numbers in [0, 1) of a shape, for the `index`-th dropout layer of the model. */
export type Draw = (shape: readonly number[], index: number) => tf.Tensor;

/**
 * Makes the dropout layers of a model take their numbers from `draw` instead of drawing them in JavaScript, where they would be frozen into
 * a compiled step. A layer's own `seed` is not used. Returns the way back.
 *
 *   y = x ⊙ 1{u ≥ rate}/(1 − rate)        in training, u from `draw`;   y = x otherwise
 *
 * Other layers that draw (noise, dropout inside recurrent cells) stay as they are; a step with one of them runs operation by operation.
 */
export function redirectDropout(model: tf.LayersModel, draw: Draw): () => void {
  const restore = dropoutLayers(model.layers as unknown as PrivateLayer[]).map((layer, index) => {
    const { call } = layer;
    layer.call = (inputs, kwargs) => {
      const x = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
      if (kwargs.training !== true || layer.rate <= 0 || layer.rate >= 1) return call.call(layer, inputs, kwargs);
      const kept = draw(layer.getNoiseShape(x) ?? x.shape, index)
        .greaterEqual(layer.rate)
        .cast('float32');
      return x.mul(kept.div(1 - layer.rate));
    };
    return () => {
      layer.call = call;
    };
  });
  return () => {
    for (const undo of restore) undo();
  };
}

// --- helpers ---

interface PrivateLayer {
  readonly rate: number;
  getClassName(): string;
  getNoiseShape(input: tf.Tensor): number[] | null | undefined;
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor | tf.Tensor[];
  readonly layer?: PrivateLayer;
  readonly layers?: readonly PrivateLayer[];
}

/** Dropout layers in the order of the model, those in nested models and wrappers too; each once. */
function dropoutLayers(layers: readonly PrivateLayer[]): PrivateLayer[] {
  const found = layers.flatMap((layer) => {
    if (['Dropout', 'SpatialDropout1D'].includes(layer.getClassName())) return [layer];
    return dropoutLayers(layer.layers ?? (layer.layer ? [layer.layer] : []));
  });
  return [...new Set(found)];
}
