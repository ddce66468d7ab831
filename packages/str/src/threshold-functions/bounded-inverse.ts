import type { tf } from '@espalier/core';

/** Above this share of the supremum an inverse goes on as a line; float32 can't tell g from its supremum much further up. */
export const TOP = 1 - 1e-6;

/**
 * The inverse of a g with supremum k, from the inverse of g/k on (0, 1). It goes on as a line from `atTop`, the inverse of `TOP`, with
 * `slope` per share of the supremum; the slope has to be large enough to be seen beside `atTop` in float32.
 */
export function boundedInverse(
  threshold: tf.Tensor,
  k: number,
  { inverse, atTop, slope }: { inverse(share: tf.Tensor): tf.Tensor; atTop: number; slope: number },
): tf.Tensor {
  // Each operation is a pass over all weights of a network, at every correction.
  const share = k === 1 ? threshold : threshold.div(k);
  const within = share.minimum(TOP);
  const excess = share.sub(within);
  const line = slope === 1 ? excess : excess.mul(slope);
  return inverse(within).minimum(atTop).add(line);
}
