import type { Component, ComponentReference, Plugin, PrunableOptions, TrainingOptions } from '@espalier/core';
import { prunableOptions, sparsityOption, trainingOptions } from '@espalier/core';
import * as z from 'zod';
import { configInvalid } from '../errors.ts';

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
  /** For every pruner that has the option and doesn't set it itself. Default 0.9. */
  readonly sparsity?: number | readonly number[];
  /** Default 0. */
  readonly seeds?: number | readonly number[];
  readonly training?: TrainingOptions;
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
}

/** An identity function that gives a configuration file its types. */
export const defineConfig = (config: Config): Config => config;

export type ResolvedConfig = Required<Config> & { readonly sparsity: readonly number[]; readonly seeds: readonly number[] };

const reference = <K extends Component<'model'>['kind'] | 'dataset' | 'pruner'>(kind: K) =>
  z.custom<ComponentReference<K>>(
    (value) => typeof value === 'string' || (typeof value === 'object' && value !== null && ('use' in value || 'spec' in value)),
    `must be the name of a ${kind}, or { use: name, ...options }`,
  );

const listOf = <T extends z.ZodType>(item: T) =>
  z.union([item, z.array(item).min(1)]).transform((value) => (Array.isArray(value) ? (value as z.output<T>[]) : [value as z.output<T>]));

const configSchema = z.strictObject({
  plugins: z
    .array(z.union([z.string(), z.custom<Plugin>((v) => typeof v === 'object' && v !== null && 'components' in v, 'must be a plugin')]))
    .default([]),
  model: reference('model').default('lenet5'),
  data: reference('dataset').default('mnist'),
  pruners: z.array(reference('pruner')).min(1).default(['dense', 'str', 'dnw', 'gmp', 'global-magnitude']),
  sparsity: listOf(sparsityOption).default([0.9]),
  seeds: listOf(z.int('must be a whole number')).default([0]),
  training: trainingOptions.partial().default({}),
  prunable: prunableOptions.partial().default({}),
  engine: z.enum(['auto', 'native', 'wasm']).default('auto'),
  threads: z.int().positive().default(1),
  workers: z.int().positive().optional(),
  runs: z.string().default('runs'),
  report: z.union([z.string(), z.literal(false)]).default('report'),
});

/** Checks a configuration and fills in the defaults. Throws `E_CONFIG` with every problem and what is allowed. */
export function resolveConfig(config: Config, source: string, cores: number): ResolvedConfig {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) throw configInvalid(source, parsed.error.issues.map(describeIssue));
  const { workers = Math.max(1, Math.floor(cores / parsed.data.threads)), ...rest } = parsed.data;
  return { ...rest, workers } as ResolvedConfig;
}

// --- helpers ---

function describeIssue(issue: z.core.$ZodIssue): string {
  const at = issue.path.length ? `"${issue.path.join('.')}"` : 'the configuration';
  if (issue.code !== 'unrecognized_keys') return `${at}: ${issue.message}`;
  const allowed = schemaAt(issue.path);
  return `${at} has no option ${issue.keys.map((key) => `"${key}"`).join(', ')}${allowed ? ` (allowed: ${allowed.join(', ')})` : ''}`;
}

const schemaAt = (path: readonly PropertyKey[]): string[] | undefined => {
  if (path.length === 0) return Object.keys(configSchema.shape);
  if (path[0] === 'training') return Object.keys(trainingOptions.shape);
  return path[0] === 'prunable' ? Object.keys(prunableOptions.shape) : undefined;
};
