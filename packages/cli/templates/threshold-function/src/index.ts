import { definePlugin, defineThresholdFunction, tf } from '@espalier/core';
import * as z from 'zod';

/**
 * Squareplus: a smooth ramp, like softplus but algebraic.
 *
 *   g(s) = (s + √(s² + 4))/2        g'(s) = g(s)/√(s² + 4)        g⁻¹(τ) = τ − 1/τ
 *
 * Positive, tends to 0 at −∞, 0 < g' < 1. Elementwise on any shape.
 *
 * @example str({ sparsity: 0.95, g: myComponent() })
 * @see Barron 2021, https://arxiv.org/abs/2112.11687
 */
export const myComponent = defineThresholdFunction({
  name: 'my-component',
  summary: '(s + √(s² + 4))/2',
  options: z.strictObject({}),
  create: () => ({
    range: [0, Number.POSITIVE_INFINITY],
    value,
    derivative: (s) => value(s).div(root(s)),
    inverse: (threshold) => threshold.sub(threshold.reciprocal()),
  }),
});

export default definePlugin({ name: 'espalier-plugin-my-component', apiVersion: 1, components: [myComponent] });

// --- helpers ---

const root = (s: tf.Tensor): tf.Tensor => s.square().add(4).sqrt();

/** As (s + |s|)/2 + 2/(√(s² + 4) + |s|), which is the same number: for s < 0 the sum above would cancel to 0. */
const value = (s: tf.Tensor): tf.Tensor =>
  s
    .add(s.abs())
    .div(2)
    .add(tf.div(2, root(s).add(s.abs())));
