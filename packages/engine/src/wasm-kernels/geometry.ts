import * as tf from '@tensorflow/tfjs';
import { wasmGradientMissing } from '../errors.ts';

/** Sizes of a convolution over [batch, height, width, channels], as TensorFlow.js derives them. */
export type Geometry = tf.backend_util.Conv2DInfo;

type Shape4D = [number, number, number, number];

/**
 * Sizes of the convolution whose gradient is asked for.
 *
 * @throws {EngineError} `E_WASM_GRADIENT` if its channels are not last or it is dilated.
 */
export function geometryOf(kernel: string, input: readonly number[], filter: readonly number[], attributes: tf.NamedAttrMap): Geometry {
  const { strides, pad, dimRoundingMode, dilations = 1, dataFormat = 'NHWC' } = attributes as unknown as ConvolutionAttributes;
  if (dataFormat !== 'NHWC') throw wasmGradientMissing(kernel, 'channels that are not last');
  if (![dilations].flat().every((rate) => rate === 1)) throw wasmGradientMissing(kernel, 'dilated convolutions');
  const isDepthwise = kernel.startsWith('Depthwise');
  return tf.backend_util.computeConv2DInfo(input as Shape4D, filter as Shape4D, strides, 1, pad, dimRoundingMode, isDepthwise);
}

// --- helpers ---

interface ConvolutionAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dilations?: [number, number] | number;
  readonly dataFormat?: 'NHWC' | 'NCHW';
}
