import type { Component, ComponentReference, Kind, Plugin, PrunableOptions, Spec } from '@espalier/core';
import {
  givenText,
  problemText,
  prunableOptions,
  regularizerGroups,
  sparsityOption,
  type Target,
  targetOptions,
  trainingOptions,
} from '@espalier/core';
import * as z from 'zod';
import type { TrainingReferences } from '../build-training.ts';
import { configInvalid } from '../errors.ts';
import { SWAP_CONTROLS, type SwapControl } from './swap-controls.ts';

/** A comparison: every pruner at every sparsity with every seed, on one model and one data set. */
export interface Config {
  /** Packages (`espalier-plugin-x`), files (`./my-pruner.ts`) or plugins themselves. */
  readonly plugins?: readonly (string | Plugin)[];
  /** Default `lenet5`. */
  readonly model?: ComponentReference<'model'>;
  /** Default `mnist`. */
  readonly data?: ComponentReference<'dataset'>;
  /** Default: dense, str, dnw, gmp, global-magnitude. */
  readonly pruners?: readonly ComponentReference<'pruner'>[];
  /** For every pruner that has the option and sets no target itself. Default 0.9, unless another target is given. */
  readonly sparsity?: number | readonly number[];
  /** Instead, or beside: share of the dense multiply-adds of the pruned kernels that may be left, in (0, 1]. */
  readonly multiplyAdds?: number | readonly number[];
  /** And the same of their bytes: 4 for each weight left, and a bit mask. */
  readonly bytes?: number | readonly number[];
  /** Default 0. */
  readonly seeds?: number | readonly number[];
  /** Regularizers in it are built, as data, or names. */
  readonly training?: TrainingReferences;
  readonly prunable?: PrunableOptions;
  /** Default `auto`: the native engine where there is one. */
  readonly engine?: 'auto' | 'native' | 'wasm';
  /** Threads of one run; part of its identity. Default 1. */
  readonly threads?: number;
  /** Runs at once, each in a process of its own. Default: the number of cores divided by `threads`. */
  readonly workers?: number;
  /** Folder of the runs. Default `runs`. */
  readonly runs?: string;
  /** Folder of the report. Default `report`; false for none. */
  readonly report?: string | false;
  /** What `ablate` varies; it takes no notice of `pruners`. */
  readonly ablation?: AblationConfig;
  /** What `swap` exchanges; it takes no notice of `pruners`. */
  readonly swap?: SwapConfig;
}

/** Methods whose budgets and selections are exchanged, at every sparsity with every seed of the configuration. */
export interface SwapConfig {
  /** Each takes a sparsity and an allocation. Default: str, gmp, gmp with ERK, global-magnitude. */
  readonly pruners?: readonly ComponentReference<'pruner'>[];
  /** Default: all. */
  readonly controls?: readonly SwapControl[];
  /** kebab-case; names the file `runs/<name>.study.json`. Default: made of model and data. */
  readonly name?: string;
}

/** What is varied about one pruner, at every sparsity with every seed of the configuration. */
export interface AblationConfig {
  /** The pruner that the others are compared with. Default `str`. */
  readonly pruner?: ComponentReference<'pruner'>;
  /**
   * By option of the pruner (`g`, `source.granularity`), kind of component (`threshold-function`), `training.<option>` or `pruner`: the
   * values, or `all` that are known. The pruner's own value is always among them.
   */
  readonly axes?: Readonly<Record<string, 'all' | readonly AxisValue[]>>;
  /** `grid`: every combination. Default `one-at-a-time`: one axis is varied, the others stay as the pruner has them. */
  readonly mode?: 'one-at-a-time' | 'grid';
  /** kebab-case; names the file `runs/<name>.study.json`. Default: made of pruner, axes, model and data. */
  readonly name?: string;
}

/** A plain value, or a component: built, as data, or its name. */
export type AxisValue = string | number | boolean | null | readonly unknown[] | Spec | Component<Kind>;

/** An identity function that gives a configuration file its types. */
export const defineConfig = (config: Config): Config => config;

export type ResolvedConfig = Required<Config> & {
  readonly sparsity: readonly number[];
  /** All of them: sparsities, multiply-adds, bytes. */
  readonly targets: readonly Target[];
  readonly seeds: readonly number[];
  readonly ablation: Ablation;
  readonly swap: Swap;
};

/** An ablation with its defaults filled in, but for the name. */
export type Ablation = Required<Omit<AblationConfig, 'name'>> & Pick<AblationConfig, 'name'>;

export type Swap = Required<Omit<SwapConfig, 'name'>> & Pick<SwapConfig, 'name'>;

/** A component of a kind, whether it exists or not. */
export const reference = <K extends 'model' | 'dataset' | 'pruner' | 'regularizer' | 'allocation'>(kind: K) =>
  z.custom<ComponentReference<K>>(
    (value) => typeof value === 'string' || (typeof value === 'object' && value !== null && ('use' in value || 'spec' in value)),
    `must be the name of a ${kind}, name(option=value), or { use: name, ...options }`,
  );

const listOf = <T extends z.ZodType>(item: T) =>
  z.union([item, z.array(item).min(1)]).transform((value) => (Array.isArray(value) ? (value as z.output<T>[]) : [value as z.output<T>]));

const studyName = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be kebab-case, such as "which-estimator"');

const ablationSchema = z.strictObject({
  pruner: reference('pruner').default('str'),
  axes: z
    .record(z.string(), z.union([z.literal('all'), z.array(z.custom<AxisValue>()).min(1)], 'must be "all" or a list of values'))
    .default({}),
  mode: z.enum(['one-at-a-time', 'grid']).default('one-at-a-time'),
  name: studyName.optional(),
});

const swapSchema = z.strictObject({
  pruners: z
    .array(reference('pruner'))
    .min(2, 'needs two methods or more')
    .default(['str', 'gmp', { use: 'gmp', allocation: 'erk' }, 'global-magnitude']),
  controls: z.array(z.enum(SWAP_CONTROLS)).default([...SWAP_CONTROLS]),
  name: studyName.optional(),
});

const groups = Object.keys(regularizerGroups.shape).map((group) => [group, reference('regularizer').optional()]);
const trainingSchema = trainingOptions.partial().extend({ regularizers: z.strictObject(Object.fromEntries(groups)).optional() });

const plugin = z.custom<Plugin>((value) => typeof value === 'object' && value !== null && 'components' in value, 'must be a plugin');
export const pluginList = z.array(z.union([z.string(), plugin])).default([]);

const configSchema = z.strictObject({
  plugins: pluginList,
  model: reference('model').default('lenet5'),
  data: reference('dataset').default('mnist'),
  pruners: z.array(reference('pruner')).min(1).default(['dense', 'str', 'dnw', 'gmp', 'global-magnitude']),
  sparsity: listOf(sparsityOption).optional(),
  multiplyAdds: listOf(targetOptions.multiplyAdds.unwrap()).default([]),
  bytes: listOf(targetOptions.bytes.unwrap()).default([]),
  seeds: listOf(z.int('must be a whole number')).default([0]),
  training: trainingSchema.optional(),
  prunable: prunableOptions.partial().default({}),
  engine: z.enum(['auto', 'native', 'wasm']).default('auto'),
  threads: z.int().positive().default(1),
  workers: z.int().positive().optional(),
  runs: z.string().default('runs'),
  report: z.union([z.string(), z.literal(false)]).default('report'),
  ablation: ablationSchema.prefault({}),
  swap: swapSchema.prefault({}),
});

/** What is given as a configuration, unless it is none: then throws `E_CONFIG` with every problem and what is allowed. */
export function checkConfig(given: object, source: string): Config {
  parseConfig(given, source);
  return given as Config;
}

/** Checks a configuration and fills in the defaults. Throws `E_CONFIG` with every problem and what is allowed. */
export function resolveConfig(config: Config, source: string, cores: number): ResolvedConfig {
  const parsed = parseConfig(config, source);
  const { workers = Math.max(1, Math.floor(cores / parsed.threads)), ...rest } = parsed;
  const { training = {} } = config; // without defaults: what was not given has to be told from what was
  const { multiplyAdds, bytes } = rest;
  const sparsity = rest.sparsity ?? (multiplyAdds.length || bytes.length ? [] : [0.9]);
  const targets: Target[] = [
    ...sparsity.map((value) => ({ sparsity: value })),
    ...multiplyAdds.map((value) => ({ multiplyAdds: value })),
    ...bytes.map((value) => ({ bytes: value })),
  ];
  return { ...rest, sparsity, targets, training, workers } as ResolvedConfig;
}

// --- helpers ---

function parseConfig(given: object, source: string): z.output<typeof configSchema> {
  const parsed = configSchema.safeParse(given, { reportInput: true, error: problemText });
  if (!parsed.success) throw configInvalid(source, parsed.error.issues.map(describeIssue));
  return parsed.data;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const at = issue.path.length ? `"${issue.path.join('.')}"` : 'the configuration';
  if (issue.code !== 'unrecognized_keys') return `${at}: ${issue.message}${givenText(issue.input)}`;
  const allowed = schemaAt(issue.path);
  return `${at} has no option ${issue.keys.map((key) => `"${key}"`).join(', ')}${allowed ? ` (allowed: ${allowed.join(', ')})` : ''}`;
}

const schemaAt = (path: readonly PropertyKey[]): string[] | undefined => {
  if (path.length === 0) return Object.keys(configSchema.shape);
  if (path[0] === 'training') return Object.keys(path[1] === 'regularizers' ? regularizerGroups.shape : trainingOptions.shape);
  if (path[0] === 'ablation' && path.length === 1) return Object.keys(ablationSchema.shape);
  if (path[0] === 'swap' && path.length === 1) return Object.keys(swapSchema.shape);
  return path[0] === 'prunable' ? Object.keys(prunableOptions.shape) : undefined;
};
