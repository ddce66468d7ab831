import { definePlugin, definePruner, keepCount, sparsityOption, tf, topK } from '@espalier/core';
import * as z from 'zod';

/** What a third party writes: a random mask, fixed from the start. */
const randomMask = definePruner({
  name: 'random-mask',
  summary: 'A random mask, fixed from the start',
  options: z.strictObject({ sparsity: sparsityOption.default(0.9) }),
  create: ({ sparsity }) => ({
    sparsity,
    init(kernel, { random }) {
      const stream = random(kernel.name);
      const scores = Float32Array.from({ length: kernel.size }, () => stream.uniform());
      const [mask] = topK([scores], keepCount(kernel.size, sparsity));
      return { mask: tf.variable(tf.tensor(mask as Float32Array, [...kernel.shape]), false) };
    },
    reparameterize: (weight, { mask }) => weight.mul(mask),
  }),
});

export default definePlugin({ name: 'my-pruners', apiVersion: 1, components: [randomMask] });
