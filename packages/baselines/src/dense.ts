import { definePruner } from '@espalier/core';
import * as z from 'zod';

/** Prunes nothing: the network that the others are compared with. Its effective weight is the weight. */
export const dense = definePruner({
  name: 'dense',
  summary: 'No pruning: what the others are compared with',
  options: z.strictObject({}),
  create: () => ({
    gradientsOf: 'all',
    init: () => ({}),
    reparameterize: (weight) => weight,
    calendar: () => ({ updates: [], countsAt: () => new Map(), dynamic: false }),
  }),
});
