import path from 'node:path';
import { type CostResult, cost } from 'espalier';
import { GMP_MOBILENET, NETWORKS, type PrintedRigl, RIGL, RIGL_PADDED, STR_RESNET50 } from './published.ts';

/** What `espalier cost` counts for everything that was printed. */

export const budgetFile = (name: string): string => path.join(import.meta.dirname, 'budgets', `${name}.csv`);

/** A file of numbers of others. */
export const copiedFile = (name: string): string => path.join(import.meta.dirname, 'copied', `${name}.json`);

export const countBudget = (name: string): Promise<CostResult> => cost({ model: 'resnet50', budget: budgetFile(name) });

export const countStr = () =>
  Promise.all(STR_RESNET50.map(async (printed) => ({ printed, counted: await countBudget(`resnet50-str-${printed.overall}`) })));

export const countNetworks = () =>
  Promise.all(NETWORKS.map(async (printed) => ({ printed, counted: await cost({ model: printed.model }) })));

/** The budgets of gradual pruning for MobileNetV1. */
export const countGmp = () =>
  Promise.all(
    GMP_MOBILENET.map(async (sparsity) => ({
      sparsity,
      counted: await cost({ model: 'mobilenet-v1', sparsity, prunable: { exclude: ['conv1', 'dw*'] } }),
    })),
  );

export const countRigl = () =>
  Promise.all(
    RIGL.map(async (printed) => {
      const counted = await countOneRigl(printed);
      return { printed, counted, padded: paddedOperations(counted, printed.model) };
    }),
  );

/** Sparsity of everything but the classifier. */
export function backboneSparsity({ layers, total }: CostResult): number {
  const fc = layers.find(({ name }) => name === 'fc');
  return 1 - (total.nonzero - (fc?.nonzero ?? 0)) / (total.size - (fc?.size ?? 0));
}

// --- helpers ---

const countOneRigl = ({ model, distribution, sparsity, exclude }: PrintedRigl): Promise<CostResult> =>
  cost({
    model,
    convention: 'rigl',
    prunable: { exclude: [...exclude] },
    ...(distribution === 'dense' ? {} : { sparsity, allocation: distribution === 'ERK' ? 'erk' : 'uniform' }),
  });

/** Operations in proportion to the places at which RigL's code takes a layer to be applied. */
function paddedOperations({ layers }: CostResult, model: PrintedRigl['model']): { readonly dense: number; readonly sparse: number } {
  const factor = (layer: string) => {
    const [counted, real] = RIGL_PADDED[model][layer] ?? [1, 1];
    return (counted / real) ** 2;
  };
  return {
    dense: layers.reduce((sum, { name, denseOperations }) => sum + denseOperations * factor(name), 0),
    sparse: layers.reduce((sum, { name, operations }) => sum + operations * factor(name), 0),
  };
}
