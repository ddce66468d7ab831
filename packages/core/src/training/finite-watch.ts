import type { PrunedLayer } from '../kinds/pruner.ts';
import { type PrunedModel, prunerName } from '../model/attach.ts';
import { tf } from '../tf.ts';

/** Where a number that is not finite was found, and which hook it came out of, where that can be told. */
export interface NotFinite {
  readonly layer: string;
  /** `state "mask" of layer "fc1" is NaN since beforeStep`. */
  readonly found: string;
  readonly hook?: string;
}

/**
 * Remembers what is needed to say, once a loss is not finite, where that began: what the step started with, and which hooks assigned it.
 * Reads nothing before that.
 */
export interface FiniteWatch {
  /** Runs a hook and notes which variables it assigned. */
  around(hook: string, action: () => void): void;
  /** Keeps what the step starts with, until `release`. `restore` puts it back: an update by a gradient that isn't finite spoils all of it. */
  hold(): { restore(): void; release(): void };
  /** The optimizer has assigned what is trained. */
  updated(): void;
  /** Looks at weights, state and effective weights as they are now. */
  find(progress: number): NotFinite | undefined;
}

export function watchFinite(pruned: PrunedModel): FiniteWatch {
  const watched = pruned.layers.flatMap((layer, i): Watched[] => [
    { layer, variable: layer.kernel.weight, what: 'a stored weight', isBad: (value) => value.isFinite().logicalNot() },
    ...[...pruned.variables].flatMap(([name, variable]): Watched[] => {
      const key = name.startsWith(`state/${i}/`) ? name.slice(`state/${i}/`.length) : undefined;
      return key === undefined ? [] : [{ layer, variable, what: `state "${key}"`, isBad: (value) => value.isNaN() }]; // −∞ is a threshold of 0 to some
    }),
  ]);
  const variables = [...new Set(watched.map(({ variable }) => variable))];
  const assignedBy = new Map<tf.Variable, string>();
  const pruner = prunerName(pruned.pruner);
  return {
    around(hook, action) {
      const before = variables.map(({ dataId }) => dataId);
      action();
      variables.forEach((variable, i) => {
        if (variable.dataId !== before[i]) assignedBy.set(variable, hook);
      });
    },
    hold() {
      const copies = variables.map((variable) => variable.clone());
      return {
        restore: () => variables.forEach((variable, i) => void variable.assign(copies[i] as tf.Tensor)),
        release: () => tf.dispose(copies),
      };
    },
    updated() {
      for (const variable of pruned.trained.keys()) assignedBy.delete(variable);
    },
    find(progress) {
      for (const { layer, variable, what, isBad } of watched) {
        if (!any(() => isBad(variable))) continue;
        const hook = assignedBy.get(variable);
        const since = hook ?? (pruned.trained.has(variable) ? 'the last update by the gradients' : 'init');
        return {
          layer: layer.kernel.name,
          found: `${what} of layer "${layer.kernel.name}" is not finite since ${since}`,
          ...(hook ? { hook } : {}),
        };
      }
      for (const layer of pruned.layers) {
        const effective = () => pruned.pruner.reparameterize(layer.kernel.weight, layer.state, { progress: tf.scalar(progress) });
        if (!any(() => effective().isFinite().logicalNot())) continue;
        const hook = 'reparameterize';
        return {
          layer: layer.kernel.name,
          found: `${hook} of ${pruner} makes an effective weight of layer "${layer.kernel.name}" that is not finite`,
          hook,
        };
      }
      return undefined;
    },
  };
}

// --- helpers ---

interface Watched {
  readonly layer: PrunedLayer<unknown>;
  readonly variable: tf.Variable;
  readonly what: string;
  isBad(value: tf.Tensor): tf.Tensor;
}

const any = (mask: () => tf.Tensor): boolean => tf.tidy(() => mask().any().dataSync()[0] === 1);
