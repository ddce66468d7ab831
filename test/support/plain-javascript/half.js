import { definePlugin, definePruner, tf } from '@espalier/core';
import * as z from 'zod';

/** Every second weight, from the start. */
export const half = definePruner({
  name: 'half',
  summary: 'Every second weight of a layer',
  options: z.strictObject({
    from: z
      .union([z.literal(0), z.literal(1)])
      .default(0)
      .describe('The first weight that stays'),
  }),
  create: ({ from }) => ({
    init: ({ shape, size }) => ({
      mask: tf.variable(
        tf.tensor(
          Float32Array.from({ length: size }, (_, i) => Number(i % 2 === from)),
          shape,
        ),
        false,
      ),
    }),
    reparameterize: (weight, { mask }) => weight.mul(mask),
  }),
});

export default definePlugin({ name: 'half', apiVersion: 1, components: [half] });
