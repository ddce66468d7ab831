import { regularizedTwice } from '../errors.ts';
import type { Pruner } from '../kinds/pruner.ts';
import type { Regularizer } from '../kinds/regularizer.ts';
import type { VariableRole } from '../model/attach.ts';
import type { Training } from './options.ts';

/** What pulls on a variable: the coefficient λ of L2, ∂R/∂p = λ·p, or a regularizer. */
export type Regularization = number | Regularizer;

/**
 * What pulls on the variables of each role. A pruner's state follows the kernels where neither the training nor the pruner says otherwise.
 *
 * Throws `E_OPTIONS` if a regularizer for thresholds meets a pruner that sets the coefficient of its state itself: the pruner may count on
 * it, so neither silently wins.
 */
export function regularizationByRole(
  { regularizers, weightDecay, biasDecay, normDecay }: Training,
  { stateDecay }: Pick<Pruner, 'stateDecay'>,
): Record<VariableRole, Regularization> {
  const { weights = weightDecay, thresholds, norm = normDecay, bias = biasDecay } = regularizers;
  if (thresholds && stateDecay !== undefined) {
    throw regularizedTwice('thresholds', `the pruner sets that of its state (stateDecay is ${stateDecay})`, SET_BY_PRUNER);
  }
  return { kernel: weights, state: thresholds ?? stateDecay ?? weights, norm, bias, other: 0 };
}

// --- helpers ---

const SET_BY_PRUNER =
  'Leave the regularizer out, or choose options of the pruner that leave its state to the training (running free without a decay of its own).';
