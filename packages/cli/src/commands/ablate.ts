import type { Study } from '@espalier/core';
import { ablate } from '../ablate.ts';
import type { AblationConfig, AxisValue, Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { axisTwice } from '../errors.ts';
import { typedCommand } from '../output.ts';
import { configFromFlags, type TrainingFlags } from './config-from-flags.ts';
import { printStudy, studyProgress } from './study-output.ts';

export interface AblateFlags extends TrainingFlags {
  /** Name and values of each. */
  readonly axis?: readonly (readonly [name: string, values: 'all' | readonly AxisValue[]])[];
  readonly mode?: NonNullable<AblationConfig['mode']>;
  readonly pruner?: NonNullable<AblationConfig['pruner']>;
  readonly name?: string;
}

/** Runs the ablation of a configuration, the flags going before it, and shows what came out. Returns the exit code. */
export async function ablateCommand({ config: file, json = false, axis, mode, pruner, name, ...flags }: AblateFlags): Promise<number> {
  const began = performance.now();
  const loaded = await loadConfig(file, process.cwd());
  const config: Config = { ...configFromFlags(loaded, flags), ablation: withFlags(loaded.config.ablation, { axis, mode, pruner, name }) };
  const progress = studyProgress(!json, describeStudy);
  const options = { ...progress, folder: loaded.folder, source: loaded.source, command: typedCommand() };
  const result = await ablate(config, options).finally(() => progress.stop());
  return printStudy(result, json, began);
}

// --- helpers ---

type AblationFlags = { readonly [name in 'axis' | 'mode' | 'pruner' | 'name']: AblateFlags[name] | undefined };

/** Axes on the command line take the place of those in the configuration; without values of their own they have those given there. */
function withFlags(config: AblationConfig = {}, { axis, ...flags }: AblationFlags): AblationConfig {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const axes = new Map<string, 'all' | readonly AxisValue[]>();
  for (const [name, values] of axis ?? []) {
    if (axes.has(name)) throw axisTwice(name, name);
    axes.set(name, values === 'all' ? (config.axes?.[name] ?? values) : values);
  }
  return { ...config, ...given, ...(axis ? { axes: Object.fromEntries(axes) } : {}) };
}

/** "str-g-estimator-lenet5-mnist: g (2) × estimator (3), grid" */
const describeStudy = ({ name, axes, mode }: Study): string =>
  `${name}: ${axes.map((axis) => `${axis.name} (${axis.values.length})`).join(mode === 'grid' ? ' × ' : ', ')}, ${mode}`;
