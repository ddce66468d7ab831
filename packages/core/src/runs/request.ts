import type { Component } from '../component.ts';
import type { PrunableOptions } from '../model/prunable.ts';
import type { TrainingOptions } from '../training/options.ts';

/** One run as it is asked for: components already built. */
export interface RunRequest {
  readonly model: Component<'model'>;
  readonly data: Component<'dataset'>;
  readonly pruner: Component<'pruner'>;
  readonly training?: TrainingOptions;
  readonly prunable?: PrunableOptions;
  readonly seed: number;
  /** Name and threads of the engine; results are bit-identical only on the same. */
  readonly engine: { readonly name: string; readonly threads: number };
  /** Digests of the plugins that it uses, by their names: `registry.pluginsOf` of the run. Part of its identity. */
  readonly plugins?: Readonly<Record<string, string>>;
}
