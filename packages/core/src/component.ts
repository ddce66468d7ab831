import * as z from 'zod';
import { apiVersion as apiVersionError, optionsInvalid } from './errors.ts';
import { guardCreate, guardMembers } from './guard.ts';
import type { Allocation } from './kinds/allocation.ts';
import type { Dataset } from './kinds/dataset.ts';
import type { SubgradientEstimator } from './kinds/estimator.ts';
import type { Model } from './kinds/model.ts';
import type { ThresholdOperator } from './kinds/operator.ts';
import type { Pruner } from './kinds/pruner.ts';
import type { Regularizer } from './kinds/regularizer.ts';
import type { Schedule } from './kinds/schedule.ts';
import type { Score } from './kinds/score.ts';
import type { ThresholdFunction } from './kinds/threshold-function.ts';
import type { ThresholdSource } from './kinds/threshold-source.ts';
import { problemText } from './problem-text.ts';
import type { Spec } from './results.ts';
import { TARGET_UNITS } from './targets/target.ts';

/** Everything that can be swapped, by kind. */
export interface Kinds {
  pruner: Pruner;
  'threshold-source': ThresholdSource;
  'threshold-function': ThresholdFunction;
  estimator: SubgradientEstimator;
  operator: ThresholdOperator;
  allocation: Allocation;
  schedule: Schedule;
  score: Score;
  regularizer: Regularizer;
  model: Model;
  dataset: Dataset;
}
export type Kind = keyof Kinds;

/** What every built component carries: its kind, and itself as data. */
export interface Described<K extends Kind> {
  readonly kind: K;
  /** Name and the options that differ from the defaults: equal specs mean equal behaviour. */
  readonly spec: Spec;
}
export type Component<K extends Kind> = Kinds[K] & Described<K>;

/** Whether it is a component that was built, and not its name or its data. */
export const isBuilt = (value: unknown): value is Component<Kind> =>
  typeof value === 'object' && value !== null && 'kind' in value && 'spec' in value;

export interface Definition<Schema extends z.ZodObject, Built> {
  /** kebab-case; what a config says after `use:`. */
  readonly name: string;
  /** One line for `espalier plugins` and the reference. */
  readonly summary: string;
  /** A `z.strictObject`, so that unknown options are refused. */
  readonly options: Schema;
  /** Builds the component: an immutable object. */
  create(options: z.output<Schema>): Built;
}

/** Makes a component from its options; the definition rides along. */
export interface Factory<K extends Kind, Schema extends z.ZodObject = z.ZodObject, Built = Kinds[K]> {
  (options?: z.input<Schema>): Built & Described<K>;
  readonly kind: K;
  readonly definition: Definition<Schema, Built>;
}

/** The result has the kind's type, not the object's own: that one would put packages that nobody depends on into declaration files. */
type Define<K extends Kind> = <Schema extends z.ZodObject>(definition: Definition<Schema, Kinds[K]>) => Factory<K, Schema>;

const define =
  <K extends Kind>(kind: K): Define<K> =>
  (definition) => {
    const factory = (given: unknown = {}) => {
      const options = parseOptions(`${kind} "${definition.name}"`, definition.options, given);
      const built = guardCreate(kind, definition.name, () => definition.create(options));
      const spec = Object.freeze({ use: definition.name, ...withoutDefaults(definition.options, options) });
      const described = { ...guardMembers(kind, definition.name, built), ...Object.getOwnPropertyDescriptors({ kind, spec }) };
      return Object.freeze(Object.create(Object.getPrototypeOf(built), described)); // a copy keeps getters and methods
    };
    factories.add(factory);
    return Object.assign(factory, { kind, definition }) as never;
  };

/** A pruning method. `State` is inferred from `init` and checked in the other members. */
export const definePruner: <Schema extends z.ZodObject, State>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly options: Schema;
  create(options: z.output<Schema>): Pruner<State>;
}) => Factory<'pruner', Schema, Pruner<State>> = define('pruner') as never;
export const defineThresholdSource = define('threshold-source');
export const defineThresholdFunction = define('threshold-function');
export const defineEstimator = define('estimator');
export const defineOperator = define('operator');
export const defineAllocation = define('allocation');
export const defineSchedule = define('schedule');
export const defineScore = define('score');
export const defineRegularizer = define('regularizer');
export const defineModel = define('model');
export const defineDataset = define('dataset');

/** An option that is itself a component: give one that its factory made; in a config, its name or `{ use: name, ... }`. */
export function component<K extends Kind>(kind: K): z.ZodType<Component<K>, Component<K>> {
  const test = (value: unknown) => isBuilt(value) && value.kind === kind;
  componentKinds.set(test, kind);
  return z.custom<Component<K>>(
    test,
    `must be a component of the kind ${kind}: its name, name(option=value), or in a script what its factory returns`,
  );
}

/** True for what `definePruner` and its like returned: those of this copy of core. */
export const isFactory = (value: object): boolean => factories.has(value);

/** The kind that an option of a component takes, if the option is a component. */
export function componentKind(option: z.core.$ZodType): Kind | undefined {
  const { fn, innerType } = option._zod.def as { fn?: object; innerType?: z.core.$ZodType };
  return (fn && componentKinds.get(fn)) ?? (innerType && componentKind(innerType));
}

export const API_VERSION = 1;

/** A package of components: the default export of a plugin. */
export interface Plugin {
  readonly name: string;
  readonly apiVersion: number;
  readonly components: readonly AnyFactory[];
}
// biome-ignore lint/suspicious/noExplicitAny: a factory of whatever options; its own schema checks them.
export type AnyFactory = { [K in Kind]: Factory<K, any, any> }[Kind];

/** Checks a plugin and returns it. Throws `E_API_VERSION`. */
export function definePlugin<const P extends Plugin>(plugin: P): P {
  if (plugin.apiVersion !== API_VERSION) throw apiVersionError(plugin.name, plugin.apiVersion, API_VERSION);
  return Object.freeze(plugin);
}

/**
 * Options of something, such as `training`, that passed their schema, defaults filled in. Throws `E_OPTIONS`, which names what was wrong and what is allowed. Of the targets
 * `sparsity`, `multiplyAdds` and `bytes` only one may be given; the schema can't tell a sparsity that was given from its default.
 */
export function parseOptions<Schema extends z.ZodObject>(of: string, schema: Schema, given: unknown): z.output<Schema> {
  const parsed = schema.safeParse(given, { reportInput: true, error: problemText });
  const targets = parsed.success
    ? TARGET_UNITS.filter((unit) => unit in schema.shape && (given as Record<string, unknown>)[unit] !== undefined)
    : [];
  if (targets.length > 1) throw optionsInvalid(of, [`${targets.join(' and ')} are two targets: give one`], Object.keys(schema.shape));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const option = issue.path.length ? `option "${issue.path.join('.')}"` : undefined;
    if (issue.code !== 'unrecognized_keys') return option ? `${option}: ${issue.message}${givenText(issue.input)}` : issue.message;
    return `there is no option ${issue.keys.map((key) => `"${key}"`).join(', ')}${option ? ` in ${option}` : ''}`;
  });
  throw optionsInvalid(of, problems, Object.keys(schema.shape));
}

/** The options, as JSON, that differ from what the schema gives when nothing is said. Components appear as their specs. */
export function withoutDefaults(schema: z.ZodObject, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, value]) => {
      const byDefault = (schema.shape[key] as z.ZodType).safeParse(undefined);
      const plain = toPlain(value);
      if (plain === undefined || (byDefault.success && JSON.stringify(toPlain(byDefault.data)) === JSON.stringify(plain))) return [];
      return [[key, plain]];
    }),
  );
}

/** `, given -1`, behind what is wrong with it; nothing for what is missing or is no plain value. */
export function givenText(input: unknown): string {
  const isPlain = input === null || ['string', 'number', 'boolean'].includes(typeof input);
  return isPlain ? `, given ${typeof input === 'number' ? String(input) : JSON.stringify(input)}` : '';
}

// --- helpers ---

const factories = new WeakSet<object>();

/** By the test inside the schema, since `describe` and the like make a new schema with the same test. */
const componentKinds = new WeakMap<object, Kind>();

function toPlain(value: unknown): unknown {
  if (isBuilt(value)) return value.spec;
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, toPlain(inner)]])));
  }
  return value;
}
