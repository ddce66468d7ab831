import { EspalierError, hookFailed, shapeMismatch } from '../errors.ts';
import { failedHook } from '../guard.ts';
import type { InitContext, Kernel, PrunedLayer, Pruner, StepContext } from '../kinds/pruner.ts';
import { type RandomStream, randomStream } from '../random.ts';
import type { LayerResult } from '../results.ts';
import { tf } from '../tf.ts';
import { findKernels } from './kernels.ts';
import { type WeightField, weightFields } from './layer-internals.ts';
import type { PrunableOptions } from './prunable.ts';

export interface AttachOptions {
  readonly seed?: number;
  /** Length of the training, for methods that plan by it. */
  readonly totalSteps?: number;
  readonly prunable?: PrunableOptions;
  /** For a pruner with a `source`: the final values of that run's pruned kernels, by name. */
  readonly source?: ReadonlyMap<string, Float32Array>;
}

/** What a trained variable is for; weight decay differs by it. */
export type VariableRole = 'kernel' | 'state' | 'bias' | 'norm' | 'other';

export interface ApplyOptions {
  readonly training?: boolean;
  readonly progress?: tf.Scalar;
  readonly denseGradients?: Map<string, tf.Tensor>;
  readonly effective?: Map<string, tf.Tensor>;
}

/** A model that computes with the effective weights of a pruner. */
export interface PrunedModel {
  readonly model: tf.LayersModel;
  readonly pruner: Pruner;
  readonly layers: readonly PrunedLayer<unknown>[];
  /** Every trained variable with its role; fixed as long as the pruner is attached. */
  readonly trained: ReadonlyMap<tf.Variable, VariableRole>;
  /**
   * Every variable that a step may read or assign: the model's, trained or not, and those of the pruner's state, by a name that is the same
   * in every process.
   */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /**
   * Forward pass that computes every effective weight once, and puts it into `effective`, if that is given. With `denseGradients`, the
   * gradient with respect to each effective weight is put into that map during the backward pass.
   */
  apply(inputs: tf.Tensor, options?: ApplyOptions): tf.Tensor;
  /** The pruner's own term of the loss, if it has one. */
  penalty(): tf.Scalar | undefined;
  beforeStep(context: Omit<StepContext, 'random'>): void;
  afterStep(context: Omit<StepContext, 'random'>): void;
  finish(): void;
  /** What a layer computes with outside of training; the caller tidies up. */
  effectiveWeight(layer: PrunedLayer<unknown>): tf.Tensor;
  /** Every kernel, measured on the effective weights by core itself. */
  report(): LayerResult[];
  /** Writes the effective weights into the model and detaches the pruner. */
  finalize(): void;
  /** Takes the pruner off the model, which keeps its stored weights, and disposes of the state. */
  detach(): void;
}

/**
 * Makes every dense, convolutional and recurrent layer of a model compute with a pruner's effective weights: in `predict`, `evaluate` and
 * training alike. The caller ends it with `finalize()` or `detach()`.
 *
 * Throws `E_PATTERN`, `E_NOTHING_TO_PRUNE`, `E_UNKNOWN_SIZE`, and `E_HOOK` if the pruner's `init` or `variables` fails.
 */
export function attach(
  model: tf.LayersModel,
  pruner: Pruner,
  { seed = 0, totalSteps = 1, prunable = {}, source }: AttachOptions = {},
): PrunedModel {
  const component = prunerName(pruner);
  const guarded: Guard = (hook, where, action) => {
    try {
      return action();
    } catch (error) {
      throw hookFailed({ ...(failedHook(error) ?? { kind: 'pruner', component, hook }), ...where }, error);
    }
  };
  const fields = weightFields(model);
  const found = findKernels(model.name, fields, prunable);
  const kernels = found.flatMap(({ kernel, isPrunable }) => (isPrunable ? [kernel] : []));

  const initContext: InitContext = {
    kernels,
    totalSteps,
    random: (purpose) => randomStream(seed, 'pruner', purpose),
    shared: memo(),
    ...(source ? { source } : {}),
  };
  const layers: PrunedLayer<unknown>[] = [];
  const own = new Map<PrunedLayer<unknown>, readonly tf.Variable[] | undefined>();
  try {
    for (const kernel of kernels) {
      const init = () => tf.tidy(() => keepVariables(checkedState(pruner.init(kernel, initContext))));
      layers.push({ kernel, state: guarded('init', { layer: kernel.name }, init) });
    }
    for (const layer of layers) {
      const { kernel, state } = layer;
      own.set(
        layer,
        guarded('variables', { layer: kernel.name }, () => checkedVariables(pruner.variables?.(kernel, state))),
      );
    }
  } catch (error) {
    disposeStates(layers);
    throw error;
  }

  let cache: Map<string, tf.Tensor> | undefined;
  const reparameterize = ({ kernel, state }: PrunedLayer<unknown>, progress: tf.Scalar): tf.Tensor =>
    guarded('reparameterize', { layer: kernel.name }, () => {
      const effective = pruner.reparameterize(kernel.weight, state, { progress });
      checkTensor(`The effective weight of "${kernel.name}"`, effective, kernel.shape);
      return effective;
    });
  const effectiveNow = (layer: PrunedLayer<unknown>) => reparameterize(layer, tf.scalar(1));
  const restore = found.flatMap(({ field, kernel: own }) => {
    const layer = layers.find(({ kernel }) => kernel === own);
    return layer ? [field.redirect(() => cache?.get(layer.kernel.name) ?? effectiveNow(layer))] : [];
  });

  const hook = (name: 'beforeStep' | 'afterStep', context: Omit<StepContext, 'random'>) => {
    if (!pruner[name]) return;
    const random = (purpose: string): RandomStream => randomStream(seed, 'pruner', name, context.step, purpose);
    guarded(name, { step: context.step }, () => tf.tidy(() => pruner[name]?.(layers, { ...context, random })));
  };

  const pruned: PrunedModel = {
    model,
    pruner,
    layers,
    trained: trainedVariables(model, fields, own),
    variables: allVariables(model, layers),
    apply(inputs, { training = false, progress, denseGradients, effective: into } = {}) {
      const at = progress ?? tf.scalar(1);
      cache = new Map(
        layers.map((layer) => {
          const effective = reparameterize(layer, at);
          into?.set(layer.kernel.name, effective);
          return [layer.kernel.name, denseGradients ? tapGradient(effective, layer.kernel.name, denseGradients) : effective];
        }),
      );
      try {
        return model.apply(inputs, { training }) as tf.Tensor;
      } finally {
        cache = undefined;
      }
    },
    penalty: () =>
      pruner.penalty &&
      guarded('penalty', {}, () => {
        const penalty = pruner.penalty?.(layers);
        checkTensor('The penalty', penalty, []);
        return penalty;
      }),
    beforeStep: (context) => hook('beforeStep', context),
    afterStep: (context) => hook('afterStep', context),
    finish() {
      if (pruner.finish) guarded('finish', {}, () => tf.tidy(() => pruner.finish?.(layers, { totalSteps })));
    },
    effectiveWeight: effectiveNow,
    report() {
      const pruneds = new Map(layers.map((layer) => [layer.kernel, layer]));
      return found.map(({ kernel }) => measure(kernel, pruneds.get(kernel), { pruner, effectiveNow, guarded }));
    },
    finalize() {
      tf.tidy(() => {
        for (const layer of layers) {
          const effective = effectiveNow(layer);
          if (effective !== layer.kernel.weight) layer.kernel.weight.assign(effective);
        }
      });
      pruned.detach();
    },
    detach() {
      for (const undo of restore.splice(0)) undo();
      disposeStates(layers);
    },
  };
  return pruned;
}

/** What a config calls it; one that no factory made has no name. */
export const prunerName = (pruner: Pruner): string => (pruner as { spec?: { use: string } }).spec?.use ?? 'pruner';

// --- helpers ---

function memo(): InitContext['shared'] {
  const made = new Map<string, unknown>();
  return <T>(key: string, make: () => T): T => {
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as T;
  };
}

/** Calls a hook of the pruner; what it throws says which component failed where. */
type Guard = <T>(hook: keyof Pruner, where: { readonly layer?: string; readonly step?: number }, action: () => T) => T;

function checkedState<State>(state: State): State {
  if (typeof state !== 'object' || state === null) throw returned('a state, which is an object', state);
  return state;
}

function checkedVariables(variables: readonly tf.Variable[] | undefined): readonly tf.Variable[] | undefined {
  const isVariable = (value: unknown) => value instanceof tf.Variable;
  if (variables !== undefined && !(Array.isArray(variables) && variables.every(isVariable)))
    throw returned('a list of variables', variables);
  return variables;
}

function checkTensor(what: string, tensor: unknown, shape: readonly number[]): void {
  if (!(tensor instanceof tf.Tensor)) throw returned(`${what} to be a tensor`, tensor);
  if (!sameShape(tensor.shape, shape)) throw shapeMismatch(what, tensor.shape, shape);
}

const returned = (expected: string, came: unknown) => new EspalierError('E_RETURNED', `Expected ${expected}; came ${String(came)}.`);

/** Tensors that `init` left in the state survive its `tf.tidy`; variables do so by themselves. */
function keepVariables<State>(state: State): State {
  for (const [, value] of tensorsIn(state)) if (!(value instanceof tf.Variable)) tf.keep(value);
  return state;
}

function tensorsIn(state: unknown, at = ''): [string, tf.Tensor][] {
  if (state instanceof tf.Tensor) return [[at, state]];
  if (typeof state !== 'object' || state === null) return [];
  return Object.entries(state).flatMap(([key, value]) => tensorsIn(value, at ? `${at}.${key}` : key));
}

function trainedVariables(
  model: tf.LayersModel,
  fields: readonly WeightField[],
  variablesOf: ReadonlyMap<PrunedLayer<unknown>, readonly tf.Variable[] | undefined>,
): Map<tf.Variable, VariableRole> {
  const layerOf = new Map([...variablesOf.keys()].map((layer) => [layer.kernel.weight, layer]));
  const trainable = new Set(model.trainableWeights.map((weight) => weight.read() as tf.Variable)); // without those of frozen layers
  const trained = new Map<tf.Variable, VariableRole>();
  for (const { variable, role } of fields) {
    const layer = layerOf.get(variable);
    const own = layer && variablesOf.get(layer);
    if (trainable.has(variable) && (own?.includes(variable) ?? true)) trained.set(variable, role);
    for (const v of own ?? stateVariables(layer?.state).filter((v) => v.trainable)) if (v !== variable) trained.set(v, 'state');
  }
  const known = new Set(fields.map(({ variable }) => variable));
  for (const variable of trainable) if (!known.has(variable)) trained.set(variable, 'other');
  return trained;
}

const disposeStates = (layers: readonly PrunedLayer<unknown>[]): void =>
  tf.dispose([...new Set(layers.flatMap(({ state }) => tensorsIn(state).map(([, tensor]) => tensor)))]);

const stateVariables = (state: unknown): tf.Variable[] =>
  tensorsIn(state).flatMap(([, value]) => (value instanceof tf.Variable ? [value] : []));

/** By place, not by name: layers that were given none are numbered through the whole process. */
function allVariables(model: tf.LayersModel, layers: readonly PrunedLayer<unknown>[]): Map<string, tf.Variable> {
  const variables = new Map<string, tf.Variable>();
  model.weights.forEach((weight, i) => {
    variables.set(`model/${i}/${weight.originalName.split('/').at(-1)}`, weight.read() as tf.Variable);
  });
  layers.forEach(({ state }, i) => {
    for (const [key, value] of tensorsIn(state)) if (value instanceof tf.Variable) variables.set(`state/${i}/${key}`, value);
  });
  return variables;
}

/** An identity that writes down the gradient which passes through it; kept, since the backward pass disposes of what it doesn't return. */
function tapGradient(effective: tf.Tensor, name: string, into: Map<string, tf.Tensor>): tf.Tensor {
  const tap = tf.customGrad(((x: tf.Tensor) => ({
    value: x.clone(),
    gradFunc: (upstream: tf.Tensor) => {
      into.set(name, tf.keep(upstream.clone()));
      return upstream;
    },
  })) as Parameters<typeof tf.customGrad>[0]);
  return tap(effective);
}

function measure(
  kernel: Kernel,
  layer: PrunedLayer<unknown> | undefined,
  { pruner, effectiveNow, guarded }: { pruner: Pruner; effectiveNow: (layer: PrunedLayer<unknown>) => tf.Tensor; guarded: Guard },
): LayerResult {
  const { name, shape, size, uses } = kernel;
  const scalar = (value: () => tf.Tensor): number => tf.tidy(() => value().dataSync()[0] as number);
  const ownCount = (state: unknown) => {
    const count = pruner.parameterCount?.(state);
    if (count !== undefined && !(count >= 0 && Number.isInteger(count))) throw returned('a whole number of parameters from 0 up', count);
    return count;
  };
  const meanThreshold = (state: unknown) => {
    const tau = pruner.threshold?.bind(pruner, state);
    const threshold = tau && scalar(() => tau().mean());
    if (Number.isNaN(threshold)) throw returned('a threshold', threshold);
    return threshold;
  };
  const own = layer && guarded('parameterCount', { layer: name }, () => ownCount(layer.state));
  const nonzero = own ?? scalar(() => (layer ? effectiveNow(layer) : kernel.weight).notEqual(0).cast('int32').sum());
  const threshold = layer && guarded('threshold', { layer: name }, () => meanThreshold(layer.state));
  return {
    name,
    shape: [...shape],
    size,
    nonzero,
    sparsity: Math.max(0, 1 - nonzero / size),
    multiplyAdds: nonzero * uses,
    denseMultiplyAdds: size * uses,
    ...(threshold !== undefined && Number.isFinite(threshold) ? { threshold } : {}),
    prunable: layer !== undefined,
  };
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((n, i) => n === b[i]);
