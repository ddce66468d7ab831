import * as z from 'zod';

/** Schema of the weight of a penalty in the loss. */
export const lambda = z.number('give a coefficient, such as 1e-4').min(0).describe('Weight of the penalty in the loss');
