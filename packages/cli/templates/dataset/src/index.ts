import { defineDataset, definePlugin, type Examples, randomStream } from '@espalier/core';
import * as z from 'zod';

const CLASSES = 3;

/**
 * Spirals: points in the plane, on one arm for each of three classes, with noise. Made, not loaded: the same points for every seed of a run.
 *
 *   radius r uniform in [0, 1), angle 2π·(c/3 + r) for class c, both coordinates + N(0, noise²)
 *
 * @example myComponent({ examples: 1000, noise: 0.02 })
 */
export const myComponent = defineDataset({
  name: 'my-component',
  summary: 'Three spirals in the plane',
  options: z.strictObject({
    examples: z.int().min(CLASSES).default(3000).describe('To train on; a third of that for validation, and to test'),
    noise: z.number().min(0).default(0.03).describe('Standard deviation of the noise'),
  }),
  create: ({ examples, noise }) => ({
    inputShape: [2],
    classes: CLASSES,
    load: async () => ({
      train: spirals('train', examples, noise),
      validation: spirals('validation', Math.ceil(examples / 3), noise),
      test: spirals('test', Math.ceil(examples / 3), noise),
    }),
  }),
});

export default definePlugin({ name: 'espalier-plugin-my-component', apiVersion: 1, components: [myComponent] });

// --- helpers ---

/** A stream of its own for each split, so that they have no point in common. */
function spirals(split: string, examples: number, noise: number): Examples {
  const random = randomStream(0, 'my-component', split);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const labels = Int32Array.from({ length: examples }, (_, i) => i % CLASSES);
  const inputs = new Float32Array(2 * examples);
  for (const [i, label] of labels.entries()) {
    const radius = random.uniform();
    const angle = 2 * Math.PI * (label / CLASSES + radius);
    inputs.set([radius * Math.cos(angle) + noise * normal(), radius * Math.sin(angle) + noise * normal()], 2 * i);
  }
  return { inputs, labels };
}
