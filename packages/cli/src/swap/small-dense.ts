import {
  type Component,
  type Dataset,
  keepCount,
  type PrunableOptions,
  prunableKernels,
  type Registry,
  withoutValues,
} from '@espalier/core';

/** How much a small dense network may differ from the sparse one in its number of weights. */
const TOLERANCE = 0.1;
const HALVINGS = 24;

/**
 * The model, so narrow that all of its kernels have about as many weights as a sparse one keeps; or why there is none. A model can be made
 * narrow by an option `width`, a factor on its filters and units.
 */
export function smallDense(
  model: Component<'model'>,
  registry: Registry,
  { inputShape, classes }: Dataset,
  { sparsity, prunable }: { readonly sparsity: number; readonly prunable: PrunableOptions },
): Component<'model'> | string {
  const { use, ...options } = model.spec;
  const known = registry.list('model').find(({ definition }) => definition.name === use);
  if (!known || !('width' in known.definition.options.shape)) return `${use} has no option "width" to make it narrow by`;

  const sizes = (of: Component<'model'>, which: PrunableOptions = {}): number => {
    const built = withoutValues(() => of.build({ inputShape, classes, seed: () => 1 }));
    const size = prunableKernels(built, which).reduce((sum, kernel) => sum + kernel.size, 0);
    built.dispose();
    return size;
  };
  const pruned = sizes(model, prunable);
  const wanted = sizes(model) - pruned + keepCount(pruned, sparsity);
  const narrow = (width: number) => registry.build('model', { use, ...options, width });
  const weights = (width: number) => sizes(narrow(width));

  let [below, above] = [0, (options.width as number | undefined) ?? 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (below + above) / 2;
    if (weights(middle) <= wanted) below = middle;
    else above = middle;
  }
  const distance = (width: number) => Math.abs(weights(width) - wanted);
  const nearest = below > 0 && distance(below) <= distance(above) ? below : above;
  if (distance(nearest) > TOLERANCE * wanted) return `no width of ${use} comes near ${wanted} weights`;
  return narrow(shortest(nearest, weights));
}

// --- helpers ---

/** The width in as few digits as give the same number of weights. */
function shortest(width: number, weights: (width: number) => number): number {
  const wanted = weights(width);
  const candidates = Array.from({ length: 12 }, (_, digits) => Number(width.toPrecision(digits + 1)));
  return candidates.find((candidate) => weights(candidate) === wanted) ?? width;
}
