import { definePlugin, defineSchedule } from '@espalier/core';
import * as z from 'zod';

/**
 * Half a cosine: slow at both ends, from 0 at the start to the whole target at `end`.
 *
 *   share(p) = (1 − cos(π·min(1, p/end)))/2
 *
 * @example gmp({ sparsity: 0.95, schedule: myComponent({ end: 0.5 }) })
 */
export const myComponent = defineSchedule({
  name: 'my-component',
  summary: 'Half a cosine: slow at both ends',
  options: z.strictObject({ end: z.number().gt(0).max(1).default(0.75).describe('Progress at which the target is reached') }),
  create: ({ end }) => ({ at: (progress) => (1 - Math.cos(Math.PI * Math.min(1, progress / end))) / 2 }),
});

export default definePlugin({ name: 'espalier-plugin-my-component', apiVersion: 1, components: [myComponent] });
