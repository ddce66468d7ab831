import type { Kind } from './component.ts';
import { EspalierError, hookFailed, resultRefused } from './errors.ts';
import type { Allocation } from './kinds/allocation.ts';
import type { Dataset, Splits } from './kinds/dataset.ts';
import type { Kernel } from './kinds/pruner.ts';
import type { Score } from './kinds/score.ts';
import { tf } from './tf.ts';

/** The member of a component that an error came out of: the innermost one, where components call each other. */
export interface FailedHook {
  readonly kind: Kind;
  /** Its name in a config. */
  readonly component: string;
  /** `beforeStep`, `at`, `backward`, ... */
  readonly hook: string;
}

/**
 * The members of a component, such that an error that leaves one says which, and what one returns is what its kind promises, as far as
 * that can be told without reading a tensor. Core and other components rely on it wherever they call each other.
 */
export function guardMembers(kind: Kind, component: string, built: object): PropertyDescriptorMap {
  const own = Object.getOwnPropertyDescriptors(built);
  return Object.fromEntries(
    Object.entries({ ...inherited(built), ...own }).map(([hook, descriptor]) => {
      const { value } = descriptor;
      return [hook, typeof value === 'function' ? { ...descriptor, value: guard({ kind, component, hook }, built, value) } : descriptor];
    }),
  );
}

/** What a definition's `create` makes. Whatever it throws names the component. */
export function guardCreate<Built>(kind: Kind, component: string, create: () => Built): Built {
  try {
    return create();
  } catch (error) {
    throw failedAt(from({ kind, component, hook: 'create' }, error), {});
  }
}

/** Which member an error came out of, if it was a component's. */
export const failedHook = (error: unknown): FailedHook | undefined => (error instanceof Error ? origins.get(error) : undefined);

/** An error on its way out of a step or a run: of a component's member, and where it was called as far as it doesn't say so itself. */
export function failedAt(error: unknown, where: { readonly layer?: string; readonly step?: number }): unknown {
  const at = failedHook(error);
  if (at && !(error instanceof EspalierError)) return hookFailed({ ...at, ...where }, error);
  return error instanceof Error ? Object.assign(error, { ...where, ...error }) : error;
}

// --- helpers ---

type Member = (...args: never[]) => unknown;

/** Beside the errors, since they are the plugins' own. */
const origins = new WeakMap<Error, FailedHook>();

/** Methods of a class, which an object of it has without owning them. */
function inherited(built: object): PropertyDescriptorMap {
  const prototype = Object.getPrototypeOf(built) as object | null;
  if (prototype === null || prototype === Object.prototype) return {};
  const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(prototype);
  return { ...inherited(prototype), ...methods };
}

function guard(at: FailedHook, built: object, member: Member): Member {
  const check = (RESULTS[at.kind] as Partial<Record<string, ResultCheck>> | undefined)?.[at.hook];
  const checked = (args: unknown[], result: unknown): unknown => {
    const problem = check?.(args, result, built);
    if (problem) throw resultRefused(at, problem);
    return at.hook === 'towards' ? guardedThresholds(at, result) : result;
  };
  function guarded(this: unknown, ...args: never[]): unknown {
    try {
      const result = member.apply(this, args);
      if (!(result instanceof Promise)) return checked(args, result);
      return result.then((settled) => checked(args, settled)).catch((error) => Promise.reject(from(at, error)));
    } catch (error) {
      throw from(at, error);
    }
  }
  return Object.assign(guarded, { toString: () => String(member) }); // a digest of the source is that of the plugin's own
}

/** What a threshold source returns has hooks of its own. */
const guardedThresholds = ({ kind, component }: FailedHook, thresholds: unknown): unknown =>
  typeof thresholds === 'object' && thresholds !== null
    ? Object.defineProperties({}, guardMembers(kind, component, thresholds))
    : thresholds;

function from(at: FailedHook, error: unknown): Error {
  const raised = error instanceof Error ? error : new Error(String(error), { cause: error });
  if (!origins.has(raised)) origins.set(raised, at);
  return raised;
}

/** What is wrong with the result of a call, as "expected; came"; undefined if nothing is. */
type ResultCheck = (args: unknown[], result: unknown, built: object) => readonly [expected: string, came: string] | undefined;

/** By kind and member. What a pruner's hooks return is checked where core calls them. */
const RESULTS: { readonly [K in Kind]?: Readonly<Record<string, ResultCheck>> } = {
  'threshold-function': {
    value: ([s], result) => inShapeOf(s, 's', result),
    derivative: ([s], result) => inShapeOf(s, 's', result),
    inverse: ([threshold], result) => inShapeOf(threshold, 'the threshold', result),
  },
  operator: {
    apply: ([weight], result) => inShapeOf(weight, 'the weight', result),
    derivatives: ([weight], result) => pairInShapes(result, weight, weight),
    backward: ([, weight], result) => pairInShapes(result, weight, weight),
  },
  estimator: {
    backward: ([input], result) => {
      const { weight, threshold } = input as { weight: tf.Tensor; threshold: tf.Tensor };
      return pairInShapes(result, weight, threshold);
    },
  },
  regularizer: {
    gradient: ([parameter], result) => inShapeOf(parameter, 'the parameter', result),
    penalty: (_, result) => scalarTensor(result),
  },
  score: {
    of: ([weight], result, built) => inShapeOf(weight, 'the weight', result) ?? ((built as Score).finite ? undefined : finite(result)),
  },
  schedule: {
    at: ([progress], fraction) => (isFraction(fraction) ? undefined : [`a fraction in [0, 1] at progress ${progress}`, String(fraction)]),
  },
  allocation: { allocate: ([kernels], result) => forEveryKernel(kernels as readonly Kernel[], result) },
  model: { build: (_, model) => (model instanceof tf.LayersModel ? undefined : ['a tf.LayersModel', describe(model)]) },
  dataset: {
    load: (_, splits, built) => examplesThatFit(built as Dataset, splits),
    augment: ([inputs], result) => inShapeOf(inputs, 'the examples', result),
  },
};

const isFraction = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;

const describe = (value: unknown): string =>
  value instanceof tf.Tensor
    ? `a tensor of shape [${value.shape.join(', ')}]`
    : value === null
      ? 'null'
      : `a value of type ${typeof value}`;

function inShapeOf(given: unknown, what: string, result: unknown) {
  const { shape } = given as tf.Tensor;
  const fits = result instanceof tf.Tensor && result.rank === shape.length && shape.every((n, i) => n === (result as tf.Tensor).shape[i]);
  return fits ? undefined : ([`a tensor of shape [${shape.join(', ')}], that of ${what}`, describe(result)] as const);
}

function pairInShapes(result: unknown, weight: unknown, threshold: unknown) {
  const pair = (result ?? {}) as { weight?: unknown; threshold?: unknown };
  const named = (of: 'weight' | 'threshold', shape: unknown, what: string) => {
    const problem = inShapeOf(shape, what, pair[of]);
    return problem && ([`"${of}" to be ${problem[0]}`, problem[1]] as const);
  };
  return named('weight', weight, 'the weight') ?? named('threshold', threshold, threshold === weight ? 'the weight' : 'the threshold');
}

const scalarTensor = (result: unknown) =>
  result instanceof tf.Tensor && result.rank === 0 ? undefined : (['a scalar, a tensor of shape []', describe(result)] as const);

function finite(scores: unknown) {
  const all = tf.tidy(() => (scores as tf.Tensor).isFinite().all().dataSync()[0]);
  return all ? undefined : (['finite scores', 'some that are not'] as const);
}

function forEveryKernel(kernels: readonly Kernel[], result: unknown) {
  if (!(result instanceof Map)) return ['a Map of sparsities by kernel name', describe(result)] as const;
  const targets = result as Awaited<ReturnType<Allocation['allocate']>>;
  const wrong = kernels.find(({ name }) => !isFraction(targets.get(name)));
  return wrong && ([`a sparsity in [0, 1] for "${wrong.name}"`, String(targets.get(wrong.name))] as const);
}

function examplesThatFit({ inputShape, classes }: Dataset, splits: unknown) {
  const size = inputShape.reduce((product, n) => product * n, 1);
  for (const split of ['train', 'validation', 'test'] as const) {
    const { inputs, labels } = (splits as Partial<Splits> | undefined)?.[split] ?? {};
    if (!(inputs instanceof Float32Array && labels instanceof Int32Array))
      return [`inputs: Float32Array and labels: Int32Array in "${split}"`, describe(inputs)] as const;
    if (inputs.length !== labels.length * size)
      return [`${labels.length * size} values for the ${labels.length} examples of "${split}"`, String(inputs.length)] as const;
    const stray = labels.find((label) => label < 0 || label >= classes);
    if (stray !== undefined) return [`labels from 0 to ${classes - 1} in "${split}"`, String(stray)] as const;
  }
  return undefined;
}
