import {
  definePruner,
  EspalierError,
  type InitContext,
  keepCount,
  type MaskState,
  maskDigest,
  masked,
  sparsityOption,
  tf,
} from '@espalier/core';
import * as z from 'zod';

/**
 * The final mask of a finished run, kept from the first step on: what is left of a method when its mask is all that is known. The controls
 * by which one tells what a mask's places are worth.
 *
 *   Ŵ = W ⊙ M                                    M the run's mask, as it is or, with `shuffle`, permuted inside each layer
 *
 * With `reinitialize` the network starts from another draw of its initializers; else from that of the run's seed. Shuffled, a layer keeps
 * its number of weights and nothing else, so the mask is a random one on the same budget.
 *
 * The spec names the run by its id and the mask by its digest (`maskDigest`), no path: the run is looked for in the folder where this one
 * is carried out, and refused if its mask is another. So equal specs mean equal masks, on any machine.
 *
 * Shapes: kernels of any rank; masks have the kernel's shape.
 * Gradient: weights outside the mask get none.
 * Differs from the papers: the init is that of step 0, where theirs on deep networks is sometimes that of an early epoch; biases start from
 * it too.
 *
 * @param options.run    Id of the run.
 * @param options.digest Of its mask; `savedKernels` and `maskDigest` make it.
 * @throws {EspalierError} `E_SOURCE` where that run isn't finished; `E_HOOK`, caused by `E_MASK`, if its mask has another digest, kernels or
 * sparsity.
 * @example fixedMask({ sparsity: 0.95, run: '0123456789ab', digest: '0123456789abcdef', shuffle: true })
 * @see Frankle & Carbin, ICLR 2019, https://arxiv.org/abs/1803.03635; Frankle et al., ICLR 2021, https://arxiv.org/abs/2009.08576
 */
export const fixedMask = definePruner({
  name: 'fixed-mask',
  summary: 'The final mask of a finished run from the start: as it is, shuffled, or on another init (Frankle & Carbin, 2019)',
  options: z.strictObject({
    sparsity: sparsityOption.describe('Of that mask'),
    run: z
      .string()
      .regex(/^[0-9a-f]{12}$/, 'must be the id of a run, twelve hexadecimal digits')
      .describe('Id of the run'),
    digest: z
      .string()
      .regex(/^[0-9a-f]{16}$/, 'must be the digest of a mask, sixteen hexadecimal digits')
      .describe('Digest of its mask'),
    shuffle: z.boolean().default(false).describe('Permute the mask inside each layer'),
    reinitialize: z.boolean().default(false).describe('Start from another draw of the initializers'),
  }),
  create: ({ sparsity, run, digest, shuffle, reinitialize }) => ({
    sparsity,
    source: run,
    gradientsOf: 'nonzero',
    redrawsInit: reinitialize,
    init(kernel, context): MaskState {
      const source = context.shared('checked source', () => checked(context, run, digest, sparsity));
      const mask = Float32Array.from(source.get(kernel.name) as Float32Array, (weight) => Number(weight !== 0));
      if (shuffle) context.random(`shuffled mask of ${kernel.name}`).shuffle(mask);
      return { mask: tf.variable(tf.tensor(mask, [...kernel.shape]), false) };
    },
    reparameterize: (weight, { mask }) => masked(weight, mask),
  }),
});

// --- helpers ---

function checked({ source, kernels }: InitContext, run: string, digest: string, sparsity: number): ReadonlyMap<string, Float32Array> {
  if (!source) throw maskWrong(run, 'its weights are not at hand: a mask of another run works where runs are kept in a folder');
  const stranger = kernels.find(({ name, size }) => source.get(name)?.length !== size);
  if (stranger) throw maskWrong(run, `it has no kernel "${stranger.name}" of ${stranger.size} weights`);
  const found = maskDigest(source);
  if (found !== digest) throw maskWrong(run, `its mask has the digest ${found}, not ${digest}`);
  const size = kernels.reduce((sum, kernel) => sum + kernel.size, 0);
  const left = [...source.values()].reduce((sum, weights) => sum + weights.filter((weight) => weight !== 0).length, 0);
  if (left !== keepCount(size, sparsity))
    throw maskWrong(run, `its mask keeps ${left} of ${size} weights, which is not sparsity ${sparsity}`);
  return source;
}

const maskWrong = (run: string, problem: string) =>
  new EspalierError('E_MASK', `fixed-mask: run ${run} can't be used: ${problem}. "espalier swap" plans such runs anew from what is there.`);
