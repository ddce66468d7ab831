import type { RandomStream } from '../random.ts';
import type { tf } from '../tf.ts';
import type { Calendar } from './calendar.ts';

/** The weight tensor of a layer that can be pruned. */
export interface Kernel {
  /** The layer's name; `layer/field` where a layer has several kernels (separable, recurrent). */
  readonly name: string;
  /** The stored weight, which the optimizer moves. */
  readonly weight: tf.Variable;
  readonly shape: readonly number[];
  readonly size: number;
  /** Axes that number the filters (output units): one threshold per index along them is "per filter". */
  readonly filterAxes: readonly number[];
  /** Times each weight is used in one forward pass of one example: multiply-adds = size · uses. */
  readonly uses: number;
}

export interface InitContext {
  /** All kernels that are pruned, in the order of the model. */
  readonly kernels: readonly Kernel[];
  readonly totalSteps: number;
  /** A random stream of the run's seed, one for each purpose. The only source of randomness. */
  random(purpose: string): RandomStream;
  /** One object for several kernels: made at the first call with this key, handed out again afterwards. Lives as long as the attachment. */
  shared<T>(key: string, make: () => T): T;
  /** What the run named by `Pruner.source` ended with: the values of its pruned kernels, by name. Absent where no run is carried out. */
  readonly source?: ReadonlyMap<string, Float32Array>;
}

export interface ForwardContext {
  /** Share of the training done, in [0, 1], as a tensor; 1 outside of training. */
  readonly progress: tf.Scalar;
}

export interface StepContext {
  /** Steps done before this one; the first is 0. */
  readonly step: number;
  readonly totalSteps: number;
  /** ∂L/∂(effective weight) by kernel name, in `afterStep`, if the pruner asked for them in this step. */
  readonly denseGradients: ReadonlyMap<string, tf.Tensor>;
  random(purpose: string): RandomStream;
  /** Multiplies the optimizer's momentum of a kernel by a mask: weights that start anew start without it. */
  maskMomentum(kernel: Kernel, mask: tf.Tensor): void;
}

export interface PrunedLayer<State> {
  readonly kernel: Kernel;
  readonly state: State;
}

/** As a method, so that a pruner of one state is a pruner of any. */
type WeightsOf<State> = { of(weight: tf.Tensor, state: State): tf.Tensor }['of'];

/**
 * A pruning method. It may hold options, never anything that changes: that lives in `State`, which core owns, saves and disposes of, so
 * that one pruner can prune two models at once.
 *
 * `State` is an object (nested as you like) whose `tf.Variable`s may change. Trainable ones are trained with the weights; everything else
 * in it stays as `init` made it.
 *
 * Order of events: `beforeStep` → forward (`reparameterize`) → backward → optimizer → `afterStep`, and `finish` once after the last step.
 * Evaluation calls `reparameterize` only, so it changes nothing.
 */
// biome-ignore lint/suspicious/noExplicitAny: a pruner whose state doesn't matter to the caller; `unknown` would refuse every real one.
export interface Pruner<State = any> {
  /** Sparsity of all pruned kernels together that this pruner promises at the end, to the weight. Absent: it doesn't promise one. */
  readonly sparsity?: number;
  /**
   * Or a share of the dense multiply-adds of all pruned kernels together, or of their bytes (a `Target` says how they are counted), that is
   * never exceeded, and falls short by less than what a weight costs that is pruned. A pruner promises one of the three, or nothing.
   */
  readonly multiplyAdds?: number;
  readonly bytes?: number;
  /** Ask for ∂L/∂(effective weight) of every kernel, in all steps or in some. */
  readonly usesDenseGradients?: boolean | ((step: number, context: { readonly totalSteps: number }) => boolean);
  /**
   * True in steps that the optimizer sits out: nothing that is trained moves, no momentum changes. Their gradients are for `afterStep` alone, as where
   * a method changes its mask instead of taking a step. Absent: in none.
   */
  skipsOptimizer?(step: number, context: { readonly totalSteps: number }): boolean;
  /** Id of a finished run of the same folder, with the same kernels, whose final weights `init` is given. */
  readonly source?: string;
  /** The network starts from another draw of its initializers than the runs of other pruners with the same seed. */
  readonly redrawsInit?: boolean;
  /**
   * The weights of which a step needs ∂L/∂(effective weight): those that are not zero, or all; or a function whose answer, a boolean tensor
   * in the weight's shape, is true where it does. Nothing but the cost of training depends on it. Absent: all, so that a method that says
   * nothing is not made out to be cheaper than it is. In a step with dense gradients it is all in any case.
   */
  readonly gradientsOf?: 'nonzero' | 'all' | WeightsOf<NoInfer<State>>;
  /** L2 coefficient of the trainable variables in the state; absent: what the training says, by default what pulls on the kernels. */
  readonly stateDecay?: number;
  /** The state of one kernel; called once per kernel, inside `tf.tidy`. */
  init(kernel: Kernel, context: InitContext): State;
  /** The effective weight, in the shape of `weight`; differentiable in `weight` and in the trainable variables of `state`. */
  reparameterize(weight: tf.Tensor, state: NoInfer<State>, context: ForwardContext): tf.Tensor;
  /** Both hooks see all layers, so that a method can move weights between them. They run inside `tf.tidy`, between steps. */
  beforeStep?(layers: readonly PrunedLayer<NoInfer<State>>[], context: StepContext): void;
  afterStep?(layers: readonly PrunedLayer<NoInfer<State>>[], context: StepContext): void;
  /** After the last step, before anything is evaluated: where a method that promises a sparsity makes it exact. */
  finish?(layers: readonly PrunedLayer<NoInfer<State>>[], context: { readonly totalSteps: number }): void;
  /**
   * A term of the loss of its own, differentiable in trainable variables of the state; part of the step, so nothing is read in it. The
   * training loss that is logged is the task's, without it.
   */
  penalty?(layers: readonly PrunedLayer<NoInfer<State>>[]): tf.Scalar;
  /**
   * What the hooks will do, for plans: from the code that they use themselves. It changes nothing. Absent: the pruner can't tell, as where
   * the sparsity falls out of the training.
   */
  calendar?(kernels: readonly Kernel[], context: { readonly totalSteps: number }): Calendar;
  /** Supremum of the thresholds that the pruner can come to, where it has one that matters. */
  thresholdLimit?(): number;
  /**
   * The threshold where weight decay alone has multiplied what is trained by exp(−decayed), for plans of pruners that run free: there the
   * gradient of the task holds it back.
   */
  thresholdAfter?(decayed: number): number;
  /** What is trained; default: the kernel's weight and every trainable variable in `state`. */
  variables?(kernel: Kernel, state: NoInfer<State>): readonly tf.Variable[];
  /** Magnitude below which a weight is zero, for methods that have one; any shape. */
  threshold?(state: NoInfer<State>): tf.Tensor;
  /** Stored parameters, where they are not the nonzeros of the effective weight (low rank). */
  parameterCount?(state: NoInfer<State>): number;
}

/** Whether a pruner asks for ∂L/∂(effective weight) of every kernel in a step. */
export const asksForDenseGradients = (
  { usesDenseGradients = false }: Pruner,
  step: number,
  context: { readonly totalSteps: number },
): boolean => (typeof usesDenseGradients === 'function' ? usesDenseGradients(step, context) : usesDenseGradients);
