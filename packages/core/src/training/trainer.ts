import type { Engine, Step, Tensors } from '../engine.ts';
import { EspalierError, notFinite } from '../errors.ts';
import { failedAt } from '../guard.ts';
import type { Examples } from '../kinds/dataset.ts';
import { asksForDenseGradients, type Pruner, type StepContext } from '../kinds/pruner.ts';
import { attach, type PrunedModel, prunerName } from '../model/attach.ts';
import { outputActivation } from '../model/layer-internals.ts';
import type { PrunableOptions } from '../model/prunable.ts';
import { redirectDropout } from '../model/seeded-dropout.ts';
import { randomStream } from '../random.ts';
import { tf } from '../tf.ts';
import type { Batch } from './batch.ts';
import { eagerEngine } from './eager-engine.ts';
import { createEvaluator, type Evaluation } from './evaluation.ts';
import { type NotFinite, watchFinite } from './finite-watch.ts';
import { createForceMeter, type ForceMeter } from './force-meter.ts';
import { learningRateAt } from './learning-rate.ts';
import { crossEntropy, type Loss } from './loss.ts';
import { parseTraining, type TrainingOptions } from './options.ts';
import { regularizationByRole } from './regularization.ts';
import { withSeededRandom } from './seeded-random.ts';
import { createSgd } from './sgd.ts';

export interface TrainerOptions {
  readonly model: tf.LayersModel;
  readonly pruner: Pruner;
  readonly training?: TrainingOptions;
  /** Steps per epoch; learning rate and schedules are planned by it. */
  readonly stepsPerEpoch: number;
  readonly seed?: number;
  readonly prunable?: PrunableOptions;
  readonly engine?: Engine;
  /** For a pruner with a `source`, as `attach` has it. */
  readonly source?: ReadonlyMap<string, Float32Array>;
  /** Default: cross-entropy of logits with the training's label smoothing. */
  readonly loss?: Loss;
}

/** What a step computed with: numbers of weights of each pruned kernel, in the order of the layers. */
export interface StepCounts {
  /** That were not zero in the forward pass. */
  readonly nonzero: readonly number[];
  /** Of which ∂L/∂(effective weight) was needed. */
  readonly gradients: readonly number[];
}

/** Trains one model with one pruner, step by step. Whoever made it calls `dispose()`. */
export interface Trainer {
  readonly pruned: PrunedModel;
  readonly totalSteps: number;
  /** Steps done. */
  readonly step: number;
  readonly learningRate: number;
  /**
   * One step: `beforeStep` → forward → backward → optimizer, unless the pruner skips it → `afterStep`. Returns the loss before the update. Meter and counts change
   * nothing in the training. Throws `E_NOT_FINITE`.
   */
  trainStep(batch: Batch, meter?: ForceMeter, onCounts?: (counts: StepCounts) => void): number;
  /** A meter for `trainStep`, of every trained variable in the pruner's state. It changes nothing in the training. */
  newForceMeter(): ForceMeter;
  /** Lets the pruner make its promise exact. Once, after the last step. */
  finish(): void;
  /** Means over the examples, as arrays or as tensors. Throws `E_NOT_FINITE`, since weights may diverge in the very last step. */
  evaluate(examples: Examples | Batch, inputShape: readonly number[]): Evaluation;
  /** Everything that changes during training, by name: references, not copies. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /** Goes on after `step` steps; the caller has put the variables back. */
  resumeAt(step: number): void;
  dispose(): void;
}

/**
 * Throws what `attach` throws, `E_OPTIONS` where something is regularized twice, `E_OPTIONS`-like zod errors aside, and `E_NOT_LOGITS` for a
 * model that ends in a softmax.
 */
export function createTrainer(options: TrainerOptions): Trainer {
  const { model, pruner, stepsPerEpoch, seed = 0, prunable = {}, engine = eagerEngine } = options;
  const training = parseTraining(options.training);
  const regularization = regularizationByRole(training, pruner);
  if (!options.loss && outputActivation(model) === 'softmax') throw notLogits(model.name);
  const loss = options.loss ?? crossEntropy(training.labelSmoothing);
  const totalSteps = training.epochs * stepsPerEpoch;
  const pruned = attach(model, pruner, { seed, totalSteps, prunable, ...(options.source ? { source: options.source } : {}) });
  const sgd = createSgd(pruned.trained, training, regularization);
  const slotNames = new Map([...pruned.variables].map(([name, variable]) => [variable, name]));
  const variables = new Map([
    ...pruned.variables,
    ...[...sgd.slots].map(([variable, slot]) => [`slot/${slotNames.get(variable)}`, slot] as const),
  ]);

  const { uniform } = engine;
  let drawKey: tf.Tensor | undefined;
  const layersKey = randomStream(seed, 'layers').seed();
  const restoreDropout = uniform
    ? redirectDropout(model, (shape, index) => uniform(shape, (drawKey as tf.Tensor).add(tf.tensor1d([index, 0], 'int32'))))
    : () => {};

  const stateVariables = [...pruned.trained].flatMap(([variable, role]) => (role === 'state' ? [variable] : []));
  /** What the task does to each and what decay and the pruner's penalty do: means over its elements. Without a gradient it stays. */
  const forcesOnState = (grads: Readonly<Record<string, tf.Tensor | null>>): tf.Tensor => {
    const meanForce = (gradient: tf.Tensor) => gradient.mean().neg();
    const penalty = () => pruned.penalty() as tf.Scalar;
    const penalties: typeof grads = pruner.penalty ? tf.variableGrads(penalty, [...pruned.trained.keys()]).grads : {};
    const forces = stateVariables.flatMap((variable) => {
      const [whole, own, decay] = [grads[variable.name], penalties[variable.name] ?? tf.scalar(0), sgd.decay(variable) ?? tf.scalar(0)];
      return whole ? [meanForce(whole.sub(own)), meanForce(own.add(decay))] : [tf.scalar(0), tf.scalar(0)];
    });
    return tf.stack(forces);
  };

  const update: Step = ({ inputs, labels, learningRate, progress, key }, structure) => {
    drawKey = key;
    const denseGradients = structure.includes(DENSE) ? new Map<string, tf.Tensor>() : undefined;
    const reported: { loss?: tf.Scalar; counts?: tf.Tensor } = {};
    const effective = structure.includes(COUNTS) ? new Map<string, tf.Tensor>() : undefined;
    const { value, grads } = tf.variableGrads(() => {
      const outputs = pruned.apply(inputs as tf.Tensor, {
        training: true,
        progress: progress as tf.Scalar,
        ...(denseGradients ? { denseGradients } : {}),
        ...(effective ? { effective } : {}),
      });
      if (effective) reported.counts = tf.keep(countWeights(pruned, effective, denseGradients !== undefined));
      const task = loss(outputs, labels as tf.Tensor);
      const penalty = pruned.penalty();
      if (!penalty) return task;
      reported.loss = tf.keep(task);
      return task.add(penalty);
    }, [...pruned.trained.keys()]);
    const forces: Tensors = structure.includes(FORCES) ? { [FORCES]: forcesOnState(grads) } : {};
    if (!structure.includes(SKIPPED)) sgd.update(grads, learningRate as tf.Scalar);
    const counts: Tensors = reported.counts ? { [COUNTS]: reported.counts } : {};
    const dense = Object.fromEntries([...(denseGradients ?? [])].map(([name, gradient]) => [DENSE + name, gradient]));
    return { loss: reported.loss ?? value, ...(reported.loss ? { [PENALIZED]: value } : {}), ...forces, ...counts, ...dense };
  };
  const trainingStep = engine.compile(update, () => [...new Set(variables.values())]);
  const evaluator = createEvaluator({ pruned, loss: options.loss ?? crossEntropy(), engine });

  const watch = watchFinite(pruned);
  let step = 0;
  const context = (denseGradients: ReadonlyMap<string, tf.Tensor>): Omit<StepContext, 'random'> => ({
    step,
    totalSteps,
    denseGradients,
    maskMomentum(kernel, mask) {
      const slot = sgd.slots.get(kernel.weight);
      if (slot) tf.tidy(() => slot.assign(slot.mul(mask)));
    },
  });

  const trainer: Trainer = {
    pruned,
    totalSteps,
    variables,
    get step() {
      return step;
    },
    get learningRate() {
      return learningRateAt(step, stepsPerEpoch, training);
    },
    newForceMeter: () => createForceMeter(stateVariables, training.momentum),
    trainStep({ inputs, labels }, meter, onCounts) {
      const around = meter?.around ?? ((hook: () => void) => hook());
      const { learningRate } = trainer;
      around(() => watch.around('beforeStep', () => pruned.beforeStep(context(new Map()))));
      const feeds = {
        inputs,
        labels,
        learningRate: tf.scalar(learningRate),
        progress: tf.scalar(step / totalSteps),
        key: tf.tensor1d([layersKey, step], 'int32'),
      };
      const held = watch.hold();
      let out: Tensors = {};
      try {
        const skipped = pruner.skipsOptimizer?.(step, { totalSteps }) ?? false;
        const isMetered = !skipped && meter?.variables.length;
        const structure =
          (asksForDenseGradients(pruner, step, { totalSteps }) ? DENSE : '') +
          (isMetered ? FORCES : '') +
          (onCounts ? COUNTS : '') +
          (skipped ? SKIPPED : '');
        out = withSeededRandom(seed, step, () => trainingStep.run(feeds, structure));
        const value = (out.loss as tf.Tensor).dataSync()[0] as number;
        const penalized = (out[PENALIZED]?.dataSync()[0] as number | undefined) ?? value;
        if (!Number.isFinite(value)) {
          held.restore();
          throw notFiniteIn(`The loss is not finite in step ${step}`, pruned, watch.find(step / totalSteps), inputs);
        }
        if (!Number.isFinite(penalized)) throw notFiniteIn(`The penalty is not finite in step ${step}`, pruned, { hook: 'penalty' });
        if (!skipped) watch.updated();
        if (out[COUNTS]) onCounts?.(countsIn(out[COUNTS], pruned));
        if (out[FORCES]) meter?.add(out[FORCES].dataSync() as Float32Array, learningRate);
        around(() => watch.around('afterStep', () => pruned.afterStep(context(denseGradientsIn(out)))));
        step++;
        return value;
      } catch (error) {
        throw failedAt(error, { step });
      } finally {
        held.release();
        tf.dispose([feeds.learningRate, feeds.progress, feeds.key, ...Object.values(out)]);
      }
    },
    finish: () => watch.around('finish', pruned.finish),
    evaluate(examples, inputShape) {
      const evaluation = evaluator.evaluate(examples, inputShape);
      if (!Number.isFinite(evaluation.loss)) {
        const error = notFiniteIn(`The loss in evaluation is not finite after ${step} steps`, pruned, watch.find(1));
        throw failedAt(error, { step });
      }
      return evaluation;
    },
    resumeAt(at) {
      step = at;
    },
    dispose() {
      trainingStep.dispose();
      evaluator.dispose();
      sgd.dispose();
      restoreDropout();
      pruned.detach();
    },
  };
  return trainer;
}

// --- helpers ---

const DENSE = 'dense gradient of ';
const FORCES = 'forces on the state';
const COUNTS = 'counts of weights';
const SKIPPED = 'optimizer skipped';
const PENALIZED = 'loss with the penalty';

const denseGradientsIn = (out: Tensors): Map<string, tf.Tensor> =>
  new Map(Object.entries(out).flatMap(([name, tensor]) => (name.startsWith(DENSE) ? [[name.slice(DENSE.length), tensor]] : [])));

/** [2, layers], int32: weights that are not zero, and those of which a gradient is needed. */
function countWeights(
  { pruner: { gradientsOf }, layers }: PrunedModel,
  effective: ReadonlyMap<string, tf.Tensor>,
  dense: boolean,
): tf.Tensor {
  const nonzero = layers.map(({ kernel }) => count((effective.get(kernel.name) as tf.Tensor).notEqual(0)));
  const needed = layers.map(({ kernel, state }, i) => {
    if (dense || gradientsOf === undefined || gradientsOf === 'all') return tf.scalar(kernel.size, 'int32');
    return gradientsOf === 'nonzero' ? (nonzero[i] as tf.Scalar) : count(gradientsOf(kernel.weight, state));
  });
  return tf.stack([tf.stack(nonzero), tf.stack(needed)]);
}

const count = (mask: tf.Tensor): tf.Scalar => mask.cast('int32').sum();

function countsIn(counts: tf.Tensor, { pruner, layers }: PrunedModel): StepCounts {
  const read = [...counts.dataSync()];
  const nonzero = read.slice(0, layers.length);
  const own = pruner.parameterCount && layers.map(({ state }) => pruner.parameterCount?.(state) as number);
  return { nonzero: own ?? nonzero, gradients: own && pruner.gradientsOf === 'nonzero' ? own : read.slice(layers.length) };
}

/** Says where it began, as far as that can be told. */
function notFiniteIn(what: string, { pruner }: PrunedModel, found: Partial<NotFinite> | undefined, inputs?: tf.Tensor): EspalierError {
  const isBatch = !found && inputs && tf.tidy(() => inputs.isFinite().all().dataSync()[0] === 0);
  const where = found?.found ?? (isBatch ? 'the batch holds inputs that are not finite' : undefined);
  const by = found?.hook === undefined ? {} : { kind: 'pruner', component: prunerName(pruner), hook: found.hook };
  return Object.assign(notFinite(what, where), by, found?.layer === undefined ? {} : { layer: found.layer }, isBatch ? { isBatch } : {});
}

const notLogits = (model: string) =>
  new EspalierError(
    'E_NOT_LOGITS',
    `Model "${model}" ends in a softmax, but the loss takes logits and applies the softmax itself. Make the last activation linear, or give a loss of your own.`,
  );
