import type { Component } from '../component.ts';
import type { Engine } from '../engine.ts';
import { keepCount } from '../masks/keep-counts.ts';
import type { LayerResult } from '../results.ts';
import { allowanceOf, costOf, usesUp } from '../targets/allowance.ts';
import { promiseOf, type Target, unitAndValue } from '../targets/target.ts';
import { tf } from '../tf.ts';
import { eagerEngine } from '../training/eager-engine.ts';
import { createTrainer, type StepCounts, type Trainer } from '../training/trainer.ts';
import { type ContractOptions, checksOn, readTensor, sameBits, specChecks } from './component-checks.ts';
import { expect, expectEqual } from './expect.ts';
import { examples, INPUT_SHAPE, STEPS_PER_EPOCH, type Start, type TinyModel, tinyBatches, tinyModel } from './tiny-problem.ts';

/** Makes the pruner under test; with a target, such as { sparsity: 0.5 } or { multiplyAdds: 0.5 }, one that promises it if it can. */
export type CreatePruner = (options?: Target) => Component<'pruner'>;

/** Pruners train on the engine, where there is one; its compiled steps are compared with the same ones run operation by operation. */
export interface PrunerContractOptions extends ContractOptions {
  /** Steps of the training that has to learn. */
  readonly steps?: number;
  /**
   * For a pruner with a `source`: what the finished run left of the kernels `convolution` (27 weights), `hidden` (96) and `output` (24), as
   * this pruner expects it. It is tried on a model of these alone.
   */
  readonly source?: (pruner: Component<'pruner'>) => ReadonlyMap<string, Float32Array>;
}

/** One promise of the contract. `run` throws an error that says what was expected and what came. */
export interface Check {
  readonly name: string;
  /** What to look for if it fails. */
  readonly hint: string;
  run(): Promise<void>;
}

/** What a test runner gives: Vitest's or node:test's `test`. */
export interface TestRegistrar {
  test(name: string, run: () => Promise<void>): unknown;
}

/** Registers what every pruner must do as tests: `prunerContract({ test }, (options) => gmp(options))`. */
export function prunerContract({ test }: TestRegistrar, create: CreatePruner, options: PrunerContractOptions = {}): void {
  for (const { name, run } of prunerChecks(create, options)) test(name, run);
}

/**
 * What every pruner must do, as checks without a test runner. They train models of at most 150 weights, on the `cpu` backend, which they
 * set, or on an engine. A pruner that promises a sparsity is made at several: `create` must pass `sparsity` on. So is one that promises a
 * share of the multiply-adds or bytes when it is asked for one.
 */
export function prunerChecks(
  create: CreatePruner,
  { plugins = [], steps = 60, engine, source }: PrunerContractOptions = {},
): readonly Check[] {
  const on = trainingOn(engine, source);
  const promises = create().sparsity !== undefined;
  return checksOn(engine, {
    // First: what the first run uses up, no later one can show.
    'gives the same weights, to the bit, with the same seed': () => isRepeatable(on, create),
    'learns: the loss falls by a third': () => learns(on, promises ? create({ sparsity: 0.5 }) : create(), steps),
    'gives other weights with another seed': () => dependsOnSeed(on, create()),
    'keeps nothing from one run to the next': () => keepsNothing(on, create()),
    'prunes two models at once as it prunes each alone': () => prunesTwoModels(on, create()),
    'leaks no tensors': () => leaksNothing(on, create()),
    'keeps outputs and sparsity when it is finalized': () => finalizes(on, create()),
    'changes nothing when the model is evaluated': () => evaluatesWithoutEffect(on, create()),
    'leaves zero at the end what is pruned, whatever momentum and weight decay do': () => staysPruned(on, create()),
    'reports every layer': () => reportsEveryLayer(on, create()),
    ...(source ? {} : { 'prunes a model that has a layer with one weight': () => prunesOneWeight(on, create()) }),
    'uses no gradient of a weight of which it says that it needs none': () => needsWhatItSays(on, create()),
    'does what its calendar says, when it says so': () =>
      followsCalendar(on, promises ? [create(), create({ sparsity: 0.5 })] : [create()]),
    'goes on from a checkpoint to the same weights, to the bit': () => resumes(on, create()),
    ...(promises ? exactness(on, create) : {}),
    ...within(on, create),
    ...(engine
      ? {
          'trains to the same bits whether its steps are compiled or run one operation at a time': () =>
            isCompiled(engine, create(), source),
        }
      : {}),
    ...specChecks(create(), { plugins }),
  });
}

// --- helpers: the checks ---

function learns(on: Training, pruner: Pruner, steps: number): void {
  const losses: number[] = [];
  on.withTrainer({ pruner, steps, learningRate: 0.1 }, (trainer, step) => {
    for (let i = 0; i < steps; i++) losses.push(step());
    trainer.finish();
    losses.push(trainer.evaluate(examples(), INPUT_SHAPE).loss);
  });
  const [first, last] = [losses[0] as number, losses.at(-1) as number];
  expect(last < (first * 2) / 3, `a loss below ⅔ of the first, ${first}, after ${steps} steps`, last);
}

function isRepeatable(on: Training, create: CreatePruner): void {
  expectSame(on.train({ pruner: create() }), on.train({ pruner: create() }), 'a second run with the same seed');
}

function dependsOnSeed(on: Training, pruner: Pruner): void {
  const [first, second] = [on.train({ pruner, seed: 1 }), on.train({ pruner, seed: 2 })];
  const differs = Object.entries(first.weights).some(([name, weights]) => !sameBits(weights, second.weights[name] as Float32Array));
  expect(differs, 'other effective weights with seed 2 than with seed 1', 'the same');
}

function keepsNothing(on: Training, pruner: Pruner): void {
  const first = on.train({ pruner });
  on.train({ pruner, seed: 7, steps: STEPS + 6 });
  expectSame(first, on.train({ pruner }), 'a run after another one with the same pruner');
}

function prunesTwoModels(on: Training, pruner: Pruner): void {
  const alone = [on.train({ pruner, seed: 1 }), on.train({ pruner, seed: 2 })];
  const together = on.withTrainer({ pruner, seed: 1 }, (first, stepFirst) =>
    on.withTrainer({ pruner, seed: 2 }, (second, stepSecond) => {
      for (let i = 0; i < STEPS; i++) {
        stepFirst();
        stepSecond();
      }
      first.finish();
      second.finish();
      return [outcome(first), outcome(second)];
    }),
  );
  for (const i of [0, 1]) expectSame(alone[i] as Outcome, together[i] as Outcome, `model ${i + 1} of two that are pruned at once`);
}

function leaksNothing(on: Training, pruner: Pruner): void {
  const batches = tinyBatches();
  const count = () => tf.memory().numTensors;
  try {
    for (const end of ['finalize', 'dispose'] as const) {
      const model = tinyModel('convolutional', 0);
      const before = count();
      const trainer = on.newTrainer({ pruner, model });
      let warm = 0;
      for (let i = 0; i < STEPS; i++) {
        trainer.trainStep(batches[i % batches.length] as (typeof batches)[number]);
        if (i === 0) warm = count();
      }
      expect(count() === warm, `${warm} tensors after ${STEPS} steps, as after the first`, count());
      trainer.finish();
      trainer.pruned.report();
      trainer.evaluate(examples(), INPUT_SHAPE);
      expect(count() === warm, `${warm} tensors after finish, report and evaluate, as before them`, count());
      if (end === 'finalize') trainer.pruned.finalize();
      trainer.dispose();
      expect(count() === before, `${before} tensors after ${end}, as before the pruner was attached`, count());
      model.dispose();
    }
  } finally {
    tf.dispose(batches as unknown as tf.TensorContainer);
  }
}

function finalizes(on: Training, pruner: Pruner): void {
  const model = tinyModel('convolutional', 0);
  const { inputs, labels } = examples();
  const predict = () => readTensor(() => model.predict(tf.tensor(inputs, [labels.length, ...INPUT_SHAPE])) as tf.Tensor);
  on.withTrainer({ pruner, model }, (trainer, step) => {
    for (let i = 0; i < STEPS; i++) step();
    trainer.finish();
    const report = trainer.pruned.report();
    const outputs = predict();
    trainer.pruned.finalize();
    expect(sameBits(predict(), outputs), 'the outputs of the pruned model from the finalized one', 'others');
    if (pruner.parameterCount) return;
    for (const { name, nonzero } of report) {
      const kernel = readTensor(() => model.getLayer(name).getWeights()[0] as tf.Tensor);
      const left = kernel.filter((weight) => weight !== 0).length;
      expect(left === nonzero, `${nonzero} nonzero weights in "${name}", as reported`, left);
    }
  });
}

function evaluatesWithoutEffect(on: Training, pruner: Pruner): void {
  const undisturbed = on.train({ pruner });
  const evaluated = on.withTrainer({ pruner }, (trainer, step) => {
    const look = () => {
      const before = copy(trainer.variables);
      const [first, second] = [trainer.evaluate(examples(), INPUT_SHAPE), trainer.evaluate(examples(), INPUT_SHAPE)];
      expect(first.loss === second.loss, `the same loss, ${first.loss}, when evaluated again`, second.loss);
      for (const [name, values] of before) {
        const after = readVariable(trainer.variables.get(name) as tf.Variable);
        expect(sameBits(values, after), `variable "${name}" as it was before the evaluation`, 'another value');
      }
    };
    for (let i = 0; i < STEPS; i++) {
      step();
      if (i % 3 === 0) look();
    }
    trainer.finish();
    look();
    return outcome(trainer);
  });
  expectSame(undisturbed, evaluated, 'a run with evaluations in between');
}

function staysPruned(on: Training, pruner: Pruner): void {
  on.withTrainer({ pruner, weightDecay: 0.05, momentum: 0.95 }, (trainer, step) => {
    for (let i = 0; i < STEPS; i++) step();
    trainer.finish();
    const report = trainer.pruned.report();
    trainer.evaluate(examples(), INPUT_SHAPE);
    const before = outcome(trainer);
    expectPromise(pruner, report);
    expectEqual(trainer.pruned.report(), report, 'the report after an evaluation, as before it');
    expectSame(before, outcome(trainer), 'the effective weights, read once more');
  });
}

function reportsEveryLayer(on: Training, pruner: Pruner): void {
  const model = tinyModel('convolutional', 0);
  const exclude = on.hasSource ? [] : ['hidden'];
  on.withTrainer({ pruner, model, exclude }, (trainer, step) => {
    for (let i = 0; i < STEPS; i++) step();
    trainer.finish();
    const report = trainer.pruned.report();
    const names = report.map(({ name }) => name);
    expectEqual(names, ['convolution', 'hidden', 'output'], 'a report of all layers');
    for (const layer of report) checkLayer(layer, exclude.includes(layer.name), pruner.parameterCount !== undefined);
  });
}

function checkLayer({ name, nonzero, size, sparsity, threshold, prunable }: LayerResult, excluded: boolean, freeCount: boolean): void {
  expect(prunable !== excluded, `"${name}" reported as ${excluded ? 'left dense' : 'prunable'}`, `prunable: ${prunable}`);
  expect(Number.isInteger(nonzero) && nonzero >= 0, `a whole number of nonzero weights in "${name}"`, nonzero);
  expect(freeCount || nonzero <= size, `at most ${size} nonzero weights in "${name}"`, nonzero);
  expect(!excluded || nonzero === size, `"${name}", which is excluded, with all of its ${size} weights`, nonzero);
  expect(sparsity >= 0 && sparsity <= 1, `a sparsity of "${name}" in [0, 1]`, sparsity);
  expect(threshold === undefined || threshold >= 0, `a threshold of "${name}" from 0 up, or none`, threshold);
}

function prunesOneWeight(on: Training, pruner: Pruner): void {
  const { losses, report } = on.train({ pruner, kind: 'oneWeight' });
  expect(losses.every(Number.isFinite), 'finite losses', losses);
  expectEqual(
    report.map(({ size }) => size),
    [16, 1, 3],
    'a report of all layers',
  );
  expectPromise(pruner, report);
}

/** A loss that looks at such weights only must have no gradient, for any weight and any state. */
function needsWhatItSays(on: Training, pruner: Pruner): void {
  const { gradientsOf = 'all' } = pruner;
  if (gradientsOf === 'all') return;
  on.withTrainer({ pruner }, ({ pruned }, step) => {
    for (let i = 0; i < STEPS; i++) step();
    for (const { kernel, state } of pruned.layers) {
      const effective = () => pruner.reparameterize(kernel.weight, state, { progress: tf.scalar(0.5) });
      const isNeeded = () => (gradientsOf === 'nonzero' ? effective().notEqual(0) : gradientsOf(kernel.weight, state));
      const largest = readTensor(() => {
        const others = tf.tidy(() => isNeeded().logicalNot().cast('float32'));
        const loss = () =>
          effective()
            .mul(others)
            .mul(tf.randomUniform([...kernel.shape], 1, 2, 'float32', 1))
            .sum() as tf.Scalar;
        const grads = Object.values(tf.variableGrads(loss, [...pruned.trained.keys()]).grads).filter((gradient) => gradient !== null);
        return tf.stack(grads.map((gradient) => gradient.abs().max())).max();
      })[0] as number;
      expect(largest === 0, `no gradient in "${kernel.name}" but of the weights that gradientsOf names`, largest);
    }
  });
}

function followsCalendar(on: Training, pruners: readonly Pruner[]): void {
  for (const pruner of pruners)
    on.withTrainer({ pruner }, ({ pruned, totalSteps, finish }, step) => {
      const kernels = pruned.layers.map(({ kernel }) => kernel);
      const calendar = pruner.calendar?.(kernels, { totalSteps });
      if (!calendar) return;
      const fractions = new Map(calendar.updates.map((update) => [update.step, update.fraction]));
      const steps = calendar.updates.map((update) => update.step);
      const inOrder = steps.every((at, i) => Number.isInteger(at) && at >= 0 && at <= totalSteps && at > (steps[i - 1] ?? -1));
      expect(inOrder, `updates at rising steps from 0 to ${totalSteps}`, steps);
      const left = () => pruned.report().flatMap(({ prunable, nonzero }) => (prunable ? [nonzero] : []));
      const checked = (at: number, act: () => readonly number[]) => {
        const fraction = fractions.get(at);
        const before = left();
        const counts = fraction === undefined ? undefined : calendar.countsAt(fraction);
        const planned = counts && kernels.map(({ name, size }) => counts.get(name) ?? size);
        const found = act();
        const where = at === totalSteps ? 'after the last step' : `in step ${at}`;
        if (!planned) return expectEqual(found, before, `no other number of weights ${where}, for which the calendar has no update`);
        const [expected, actual] = calendar.dynamic ? [[sum(planned)], [sum(found)]] : [planned, found];
        // Thresholds that can't rise beyond a limit may leave more, until `finish`.
        const surplus = at < totalSteps && Number.isFinite(pruner.thresholdLimit?.()) ? Number.POSITIVE_INFINITY : ROUNDING;
        const isClose = expected.every((n, i) => n - (actual[i] as number) <= ROUNDING && (actual[i] as number) - n <= surplus);
        expect(isClose, `${expected.join(', ')} weights left ${where}, as the calendar says`, actual.join(', '));
      };
      for (let at = 0; at < totalSteps; at++) {
        checked(at, () => {
          let counts: readonly number[] = [];
          step(({ nonzero }) => {
            counts = nonzero;
          });
          return counts;
        });
      }
      checked(totalSteps, () => {
        finish();
        return left();
      });
    });
}

function resumes(on: Training, pruner: Pruner): void {
  const whole = on.train({ pruner });
  const half = Math.floor(STEPS / 2) + 1;
  const saved = on.withTrainer({ pruner }, (trainer, step) => {
    for (let i = 0; i < half; i++) step();
    return copy(trainer.variables);
  });
  const resumed = on.withTrainer({ pruner }, (trainer, step) => {
    expectEqual([...trainer.variables.keys()], [...saved.keys()], 'variables of the same names in a second trainer');
    for (const [name, values] of saved) {
      const variable = trainer.variables.get(name) as tf.Variable;
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
    trainer.resumeAt(half);
    for (let i = half; i < STEPS; i++) step();
    trainer.finish();
    return outcome(trainer);
  });
  expectSame(whole, resumed, `a run that was interrupted after ${half} of ${STEPS} steps`);
}

function isCompiled(engine: Engine, pruner: Pruner, source: PrunerContractOptions['source']): void {
  const eager = { ...engine, compile: eagerEngine.compile };
  expectSame(trainingOn(eager, source).train({ pruner }), trainingOn(engine, source).train({ pruner }), 'a run with compiled steps');
}

function exactness(on: Training, create: CreatePruner): Record<string, () => void> {
  const still = { learningRate: 1e-30, steps: 4 };
  const at = (sparsity: number) => {
    const pruner = create({ sparsity });
    expect(pruner.sparsity === sparsity, `a pruner that promises the sparsity it is made with, ${sparsity}`, pruner.sparsity);
    return pruner;
  };
  const ties = (start: Start) => () => {
    for (const pruner of [create(), at(0), at(0.5)]) {
      expectPromise(pruner, on.train({ pruner, start, ...still }).report);
      expectPromise(pruner, on.train({ pruner, start }).report);
    }
  };
  return {
    'leaves exactly the number of weights that it promises': () => {
      const pruner = create();
      expectPromise(pruner, on.train({ pruner }).report);
      if (!on.hasSource) expectPromise(pruner, on.train({ pruner, exclude: ['output'] }).report);
    },
    'leaves exactly that number when all weights start equal': ties('constant'),
    'leaves exactly that number when weights are rounded': ties('rounded'),
    ...Object.fromEntries(
      [0, 0.5, 0.999].map((sparsity) => [
        `leaves exactly the number of weights that sparsity ${sparsity} means`,
        () => {
          for (const kind of on.hasSource ? (['convolutional'] as const) : (['convolutional', 'oneWeight'] as const)) {
            const pruner = at(sparsity);
            expectPromise(pruner, on.train({ pruner, kind }).report);
          }
        },
      ]),
    ),
  };
}

/** Budgets in other units, as far as the pruner promises them when it is asked for one. */
function within(on: Training, create: CreatePruner): Record<string, () => void> {
  const promised = (target: Target) => {
    try {
      const pruner = create(target);
      return sameTarget(promiseOf(pruner), target) ? pruner : undefined;
    } catch {
      return undefined; // it has no such option
    }
  };
  return Object.fromEntries(
    [{ multiplyAdds: 0.5 }, { multiplyAdds: 0.1 }, { bytes: 0.5 }].flatMap((target): [string, () => void][] => {
      const pruner = promised(target);
      if (!pruner) return [];
      const { unit, value } = unitAndValue(target);
      const check = () => {
        for (const start of ['random', 'rounded'] as const) expectPromise(pruner, on.train({ pruner, start }).report);
      };
      return [[`leaves no more than ${value} of the ${unit === 'bytes' ? 'bytes' : 'multiply-adds'}, to a single weight`, check]];
    }),
  );
}

const sameTarget = (a: Target | undefined, b: Target): boolean => JSON.stringify(a) === JSON.stringify(b);

/** With a promise, the weights left are as many as was promised, or cost that much. */
function expectPromise(pruner: Pruner, report: readonly LayerResult[]): void {
  const promise = promiseOf(pruner);
  if (promise === undefined) return;
  const pruned = report.filter(({ prunable }) => prunable);
  if (!('sparsity' in promise)) {
    expectWithin(promise, pruned);
    return;
  }
  const { sparsity } = promise;
  const size = pruned.reduce((sum, layer) => sum + layer.size, 0);
  const left = pruned.reduce((sum, layer) => sum + layer.nonzero, 0);
  const promised = keepCount(size, sparsity);
  expect(left === promised, `${promised} of ${size} weights left at sparsity ${sparsity}`, left);
}

function expectWithin(promise: Target, pruned: readonly LayerResult[]): void {
  const allowance = allowanceOf(
    pruned.map(({ size, denseMultiplyAdds }) => ({ size, uses: denseMultiplyAdds / size })),
    promise,
  );
  const counts = pruned.map(({ nonzero }) => nonzero);
  const sizes = pruned.map(({ size }) => size);
  const { unit, value } = unitAndValue(promise);
  const expected = `weights that cost at most ${allowance.budget}, and by less than another weight's price less, at ${unit} ${value}`;
  expect(usesUp(allowance, counts, sizes), expected, `${counts.join(', ')} weights, ${costOf(allowance, counts)}`);
}
/** Weights by which a threshold that is found by rank may miss their number: its float may round to the other side of one of them. */
const ROUNDING = 1;

const sum = (counts: readonly number[]): number => counts.reduce((total, n) => total + n, 0);

// --- helpers: training ---

type Pruner = Component<'pruner'>;

const STEPS = 12;

interface TrainOptions {
  readonly pruner: Pruner;
  readonly seed?: number;
  readonly steps?: number;
  readonly kind?: TinyModel;
  readonly start?: Start;
  /** Instead of a new one. */
  readonly model?: tf.LayersModel;
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly exclude?: readonly string[];
}

/** What a run came to: enough to tell two runs apart. */
interface Outcome {
  readonly losses: readonly number[];
  readonly report: readonly LayerResult[];
  /** Effective weights, by layer. */
  readonly weights: Readonly<Record<string, Float32Array>>;
  readonly variables: ReadonlyMap<string, Float32Array>;
}

interface Training {
  /** A source has the kernels of the convolutional model, all of them. */
  readonly hasSource: boolean;
  newTrainer(options: TrainOptions & { readonly model: tf.LayersModel }): Trainer;
  /** Hands a trainer and its next step to `use`, and cleans up behind it. */
  withTrainer<T>(options: TrainOptions, use: (trainer: Trainer, step: (onCounts?: (counts: StepCounts) => void) => number) => T): T;
  train(options: TrainOptions): Outcome;
}

function trainingOn(engine: Engine = eagerEngine, source: PrunerContractOptions['source'] = undefined): Training {
  const on: Training = {
    hasSource: source !== undefined,
    newTrainer(options) {
      const { model, pruner, seed = 0, steps = STEPS, learningRate = 0.05, momentum = 0.9, weightDecay = 1e-3, exclude = [] } = options;
      const training = { epochs: steps / STEPS_PER_EPOCH, learningRate, momentum, weightDecay };
      const prunable = { exclude: [...exclude] };
      const from = source ? { source: source(pruner) } : {};
      return createTrainer({ model, pruner, seed, training, stepsPerEpoch: STEPS_PER_EPOCH, prunable, engine, ...from });
    },
    withTrainer(options, use) {
      const { seed = 0, kind = 'convolutional', start = 'random' } = options;
      const model = options.model ?? tinyModel(kind, seed, start);
      const batches = tinyBatches();
      const trainer = on.newTrainer({ ...options, model });
      try {
        return use(trainer, (onCounts) =>
          trainer.trainStep(batches[trainer.step % batches.length] as (typeof batches)[number], undefined, onCounts),
        );
      } finally {
        trainer.dispose();
        model.dispose();
        tf.dispose(batches as unknown as tf.TensorContainer);
      }
    },
    train(options) {
      const { steps = STEPS } = options;
      return on.withTrainer(options, (trainer, step) => {
        const losses = Array.from({ length: steps }, () => step());
        trainer.finish();
        return outcome(trainer, losses);
      });
    },
  };
  return on;
}

function outcome({ pruned, variables }: Trainer, losses: readonly number[] = []): Outcome {
  const effective = ({ kernel, state }: (typeof pruned.layers)[number]) =>
    readTensor(() => pruned.pruner.reparameterize(kernel.weight, state, { progress: tf.scalar(1) }));
  const weights = Object.fromEntries(pruned.layers.map((layer) => [layer.kernel.name, effective(layer)]));
  return { losses, report: pruned.report(), weights, variables: copy(variables) };
}

const copy = (variables: ReadonlyMap<string, tf.Variable>): Map<string, Float32Array> =>
  new Map([...variables].map(([name, variable]) => [name, readVariable(variable)]));

const readVariable = (variable: tf.Variable): Float32Array => Float32Array.from(variable.dataSync());

// --- helpers: comparing ---

function expectSame(expected: Outcome, actual: Outcome, what: string): void {
  const layers = (outcome: Outcome) => outcome.report.map(({ name, nonzero, threshold }) => ({ name, nonzero, threshold }));
  expectEqual(layers(actual), layers(expected), `${what} with the same report`);
  for (const [name, weights] of Object.entries(expected.weights)) {
    const same = sameBits(weights, actual.weights[name] as Float32Array);
    expect(same, `${what} with the same effective weights in "${name}"`, 'others');
  }
  for (const [name, values] of expected.variables) {
    expect(sameBits(values, actual.variables.get(name) as Float32Array), `${what} with the same values in variable "${name}"`, 'others');
  }
}
