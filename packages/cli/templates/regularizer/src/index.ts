import { definePlugin, defineRegularizer } from '@espalier/core';
import * as z from 'zod';

/**
 * Logarithmic penalty: pulls small parameters to 0 and leaves large ones almost alone.
 *
 *   R = λ·Σ ln(1 + |p|/ε)        ∂R/∂p = λ·sign(p)/(ε + |p|), with sign(0) = 0
 *
 * Shapes: any.
 *
 * @see Candès, Wakin, Boyd 2008, https://arxiv.org/abs/0711.1612
 */
export const myComponent = defineRegularizer({
  name: 'my-component',
  summary: 'Logarithmic penalty: pulls on small parameters most',
  options: z.strictObject({
    lambda: z.number().min(0).default(1e-4).describe('Weight of the penalty'),
    epsilon: z.number().positive().default(0.1).describe('Magnitude up to which it is nearly linear'),
  }),
  create: ({ lambda, epsilon }) => ({
    gradient: (parameter) => parameter.sign().mul(lambda).div(parameter.abs().add(epsilon)),
    penalty: (parameter) => parameter.abs().div(epsilon).log1p().sum().mul(lambda),
  }),
});

export default definePlugin({ name: 'espalier-plugin-my-component', apiVersion: 1, components: [myComponent] });
