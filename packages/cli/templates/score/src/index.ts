import { definePlugin, defineScore } from '@espalier/core';
import * as z from 'zod';

/**
 * Magnitude, measured by the mean magnitude of its layer: layers of different scales can be ranked together.
 *
 *   score = |W|/(ε + mean|W|), ε = 10⁻¹²
 *
 * Shapes: any. Within a layer it ranks as the magnitude does; among layers it doesn't.
 *
 * @example gmp({ sparsity: 0.95, allocation: global(), score: myComponent() })
 */
export const myComponent = defineScore({
  name: 'my-component',
  summary: "Magnitude by the mean magnitude of the weight's layer",
  options: z.strictObject({}),
  create: () => ({
    of(weight) {
      const magnitude = weight.abs();
      return magnitude.div(magnitude.mean().add(1e-12));
    },
  }),
});

export default definePlugin({ name: 'espalier-plugin-my-component', apiVersion: 1, components: [myComponent] });
