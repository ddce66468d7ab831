/** What the estimators are built of; all in the shape of the weight. */
import { sumToShape, type tf } from '@espalier/core';

/** a = |W| − τ: how far a weight is above its threshold. */
export const excess = (weight: tf.Tensor, threshold: tf.Tensor): tf.Tensor => weight.abs().sub(threshold);

/** 1{|W| > τ} */
export const isAbove = (weight: tf.Tensor, threshold: tf.Tensor): tf.Tensor => weight.abs().greater(threshold).cast('float32');

/** 1{|W| > τ} + α·1{|W| ≤ τ}, with α in [0, 1]; a tensor where it changes during the training. */
export const leak = (weight: tf.Tensor, threshold: tf.Tensor, alpha: number | tf.Tensor): tf.Tensor =>
  isAbove(weight, threshold).maximum(alpha);

/**
 * ∂L/∂τ = −Σ G·sign(W)·gate, over the weights that share a threshold: the gradient of a soft threshold, whose ∂Ŵ/∂τ is −sign(W), with
 * `gate` in place of 1{|W| > τ}.
 */
export const thresholdGradient = (upstream: tf.Tensor, weight: tf.Tensor, gate: tf.Tensor, threshold: tf.Tensor): tf.Tensor =>
  sumToShape(upstream.mul(weight.sign()).mul(gate).neg(), threshold.shape);
