import { definePlugin, definePruner, keepCounts, sparsityOption, tf, topK } from '@espalier/core';
import * as z from 'zod';

/** What a third party writes: a random mask, fixed from the start. */
const randomMask = definePruner({
  name: 'random-mask',
  summary: 'A random mask, fixed from the start',
  options: z.strictObject({ sparsity: sparsityOption.default(0.9) }),
  create: ({ sparsity }) => ({
    sparsity,
    init(kernel, { kernels, random }) {
      const stream = random(kernel.name);
      const scores = Float32Array.from({ length: kernel.size }, () => stream.uniform());
      const counts = keepCounts(kernels, new Map(kernels.map(({ name }) => [name, sparsity])), sparsity);
      const keep = counts.get(kernel.name) ?? kernel.size;
      const [mask] = topK([scores], keep);
      return { mask: tf.variable(tf.tensor(mask as Float32Array, [...kernel.shape]), false) };
    },
    reparameterize: (weight, { mask }) => weight.mul(mask),
  }),
});

export default definePlugin({ name: 'my-pruners', apiVersion: 1, components: [randomMask] });
