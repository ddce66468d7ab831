import { describe, expect, it } from 'vitest';
import type { Examples } from '../kinds/dataset.ts';
import type { Kernel, Pruner } from '../kinds/pruner.ts';
import { everySecond, onCpu, someNumbers, tensorsLeftBy, untouched, values, withCode } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { learningRateAt } from './learning-rate.ts';
import { type TrainingOptions, trainingOptions } from './options.ts';
import { createTrainer, type StepCounts, type Trainer, type TrainerOptions } from './trainer.ts';

const { layers } = tf;
const net = () =>
  tf.sequential({
    layers: [
      layers.dense({
        name: 'hidden',
        units: 4,
        inputShape: [2],
        activation: 'tanh',
        kernelInitializer: tf.initializers.glorotNormal({ seed: 1 }),
      }),
      layers.dense({ name: 'out', units: 2, kernelInitializer: tf.initializers.glorotNormal({ seed: 2 }) }),
    ],
  });
const trainer = (pruner: Pruner, options: Partial<TrainerOptions> = {}) =>
  createTrainer({ model: net(), pruner, stepsPerEpoch: 5, ...options });
function step(trainer: Trainer, inputs = someNumbers(8, trainer.step), onCounts?: (counts: StepCounts) => void): number {
  const batch = {
    inputs: tf.tensor2d(inputs, [inputs.length / 2, 2]),
    labels: tf.tensor1d(
      inputs.filter((_, i) => i % 2).map((x) => (x > 0 ? 1 : 0)),
      'int32',
    ),
  };
  try {
    return trainer.trainStep(batch, undefined, onCounts);
  } finally {
    tf.dispose([batch.inputs, batch.labels]);
  }
}
const weightOf = (own: Trainer, i: number) => (own.pruned.layers[i] as { kernel: Kernel }).kernel.weight;
const linear = { momentum: 0, weightDecay: 0, warmup: 0, schedule: 'constant', learningRate: 0.5 } as const;

describe('a training step', () => {
  onCpu();

  it('goes through beforeStep, forward, afterStep, and finish comes once at the end', () => {
    const events: string[] = [];
    const recording: Pruner = {
      init: ({ name }, { totalSteps }) => {
        events.push(`init ${name} ${totalSteps}`);
        return {};
      },
      reparameterize: (weight) => {
        events.push('reparameterize');
        return weight;
      },
      beforeStep: (_, { step, totalSteps }) => void events.push(`before ${step}/${totalSteps}`),
      afterStep: (_, { step }) => void events.push(`after ${step}`),
      finish: (_, { totalSteps }) => void events.push(`finish ${totalSteps}`),
    };
    const own = trainer(recording, { training: { epochs: 2 } });
    step(own);
    step(own);
    own.finish();
    const forward = ['reparameterize', 'reparameterize'];
    expect(events).toEqual([
      'init hidden 10',
      'init out 10',
      'before 0/10',
      ...forward,
      'after 0',
      'before 1/10',
      ...forward,
      'after 1',
      'finish 10',
    ]);
    expect([own.step, own.totalSteps]).toEqual([2, 10]);
    own.dispose();
  });

  it('has updated the weights when afterStep comes, not when beforeStep does', () => {
    const seen: number[] = [];
    const weight = ({ kernel }: { kernel: Kernel }) => seen.push(kernel.weight.dataSync()[0] as number);
    const own = trainer({
      ...untouched,
      beforeStep: ([layer]) => void weight(layer as never),
      afterStep: ([layer]) => void weight(layer as never),
    });
    step(own);
    step(own);
    expect(seen[0]).not.toBe(seen[1]);
    expect(seen[1]).toBe(seen[2]);
    own.dispose();
  });

  it('returns the loss from before the update and moves the weights by the learning rate', () => {
    const model = tf.sequential({ layers: [layers.dense({ name: 'fc', units: 2, inputShape: [2], kernelInitializer: 'zeros' })] });
    const own = createTrainer({ model, pruner: untouched, stepsPerEpoch: 5, training: linear });
    // Logits are 0, so p = ½ each: dL/dlogits = (½, −½) for label 1.
    expect(step(own, [1, 3])).toBeCloseTo(Math.log(2), 6);
    expect(values(() => model.getWeights()[0] as tf.Tensor)).toEqual([-0.25, 0.25, -0.75, 0.75].map((n) => expect.closeTo(n, 6)));
    expect(values(() => model.getWeights()[1] as tf.Tensor)).toEqual([-0.25, 0.25].map((n) => expect.closeTo(n, 6)));
    own.dispose();
  });

  it('feeds the learning rate and the progress of its place in the training', () => {
    const training: TrainingOptions = { ...linear, schedule: 'cosine', warmup: 0.2, epochs: 2 };
    const progress: number[] = [];
    const pruner: Pruner = {
      init: () => ({}),
      reparameterize: (weight, _, context) => {
        progress.push(context.progress.dataSync()[0] as number);
        return weight;
      },
    };
    // With the loss Σw the gradient is 1: the weight falls by the learning rate.
    const model = tf.sequential({ layers: [layers.dense({ units: 1, inputShape: [1], useBias: false })] });
    const own = createTrainer({ model, pruner, stepsPerEpoch: 5, training, loss: (outputs) => outputs.sum() });
    const weight = () => values(() => model.getWeights()[0] as tf.Tensor)[0] as number;
    for (let i = 0; i < 10; i++) {
      const before = weight();
      const expected = learningRateAt(i, 5, trainingOptions.parse(training));
      expect(own.learningRate).toBe(expected);
      own.trainStep({ inputs: tf.tensor2d([[1]]), labels: tf.tensor1d([0], 'int32') });
      expect(before - weight()).toBeCloseTo(expected, 5);
    }
    expect(progress).toEqual(Array.from({ length: 10 }, (_, i) => expect.closeTo(i / 10, 6)));
    own.dispose();
  });

  it('hands dense gradients to afterStep in the steps that ask for them', () => {
    const seen: (readonly string[])[] = [];
    const shapes: number[][] = [];
    const pruner: Pruner = {
      ...everySecond,
      usesDenseGradients: (step) => step % 2 === 1,
      afterStep(layers, { denseGradients }) {
        seen.push([...denseGradients.keys()]);
        for (const { kernel, state } of layers) {
          const gradient = denseGradients.get(kernel.name);
          if (!gradient) continue;
          shapes.push(gradient.shape);
          const pruned = gradient.mul(tf.scalar(1).sub((state as { mask: tf.Tensor }).mask));
          expect(pruned.notEqual(0).sum().dataSync()[0]).toBeGreaterThan(0);
        }
      },
    };
    const own = trainer(pruner);
    for (let i = 0; i < 4; i++) step(own);
    expect(seen.map((names) => [...names].sort())).toEqual([[], ['hidden', 'out'], [], ['hidden', 'out']]);
    expect(shapes[0]).not.toBeUndefined();
    own.dispose();
    const always = trainer({ ...pruner, usesDenseGradients: true });
    seen.length = 0;
    step(always);
    expect(seen[0]).toHaveLength(2);
    always.dispose();
  });

  it('tells a pruner how long the training is when it asks in which steps dense gradients are wanted', () => {
    const seen: number[] = [];
    const own = trainer({
      ...untouched,
      usesDenseGradients: (at, { totalSteps }) => at === totalSteps - 14, // 3 epochs of 5 steps
      afterStep: (_, { step: at, denseGradients }) => void (denseGradients.size && seen.push(at)),
    });
    for (let i = 0; i < 4; i++) step(own);
    expect(seen).toEqual([1]);
    own.dispose();
  });

  it('leaves weights, state and momentum as they are in steps that skip the optimizer', () => {
    const gradients: number[] = [];
    const pruner: Pruner<{ s: tf.Variable }> = {
      init: () => ({ s: tf.variable(tf.scalar(1)) }),
      reparameterize: (weight, { s }) => weight.mul(s),
      usesDenseGradients: true,
      skipsOptimizer: (at, { totalSteps }) => at === totalSteps - 13,
      afterStep: (_, { denseGradients }) => void gradients.push(values(() => denseGradients.get('out') as tf.Tensor)[0] as number),
    };
    const own = trainer(pruner, { training: { weightDecay: 0.1 } });
    const meter = own.newForceMeter();
    const all = () => [...own.variables.values()].map((variable) => [...values(() => variable)]);
    const moves: boolean[] = [];
    for (let i = 0; i < 4; i++) {
      const before = all();
      let counted = 0;
      own.trainStep({ inputs: tf.tensor2d(someNumbers(8, i), [4, 2]), labels: tf.tensor1d([0, 1, 0, 1], 'int32') }, meter, () => counted++);
      moves.push(all().some((variable, at) => variable.some((value, j) => value !== before[at]?.[j])));
      expect(counted).toBe(1);
      const forces = [...meter.take().values()].map(({ task, decay }) => [task, decay].every((force) => force === 0));
      expect(forces).toEqual(Array(2).fill(i === 2));
    }
    expect(moves).toEqual([true, true, false, true]);
    expect(gradients.every((gradient) => gradient !== 0)).toBe(true);
    own.dispose();
  });

  it('counts what it computes with, and of what it needs gradients', () => {
    const counted = (pruner: Pruner, steps = 1) => {
      const own = trainer(pruner);
      const counts: StepCounts[] = [];
      for (let i = 0; i < steps; i++) step(own, undefined, (one) => counts.push(one));
      own.dispose();
      return counts;
    };
    const nonzero = [4, 4]; // every second of 8 and of 8
    const { gradientsOf: _, ...silent } = everySecond;
    expect(counted(silent)).toEqual([{ nonzero, gradients: [8, 8] }]);
    expect(counted({ ...everySecond, gradientsOf: 'all' })).toEqual([{ nonzero, gradients: [8, 8] }]);
    expect(counted({ ...everySecond, gradientsOf: 'nonzero' })).toEqual([{ nonzero, gradients: nonzero }]);
    expect(counted({ ...everySecond, gradientsOf: (weight) => weight.greater(Number.POSITIVE_INFINITY) })).toEqual([
      { nonzero, gradients: [0, 0] },
    ]);
    expect(counted({ ...everySecond, gradientsOf: 'nonzero', usesDenseGradients: (at) => at === 1 }, 2)).toEqual([
      { nonzero, gradients: nonzero },
      { nonzero, gradients: [8, 8] },
    ]);
    expect(counted({ ...everySecond, gradientsOf: 'nonzero', parameterCount: () => 3 })).toEqual([{ nonzero: [3, 3], gradients: [3, 3] }]);
  });

  it('leaves no tensor behind when it counts', () => {
    const own = trainer(everySecond);
    step(own);
    expect(tensorsLeftBy(() => void step(own, undefined, () => {}))).toBe(0);
    own.dispose();
  });

  it('lets a pruner mask the momentum', () => {
    const pruner: Pruner = {
      ...untouched,
      afterStep: (layers, { maskMomentum }) => {
        for (const { kernel } of layers) maskMomentum(kernel, tf.tensor(kernel.name === 'out' ? 0 : 1));
      },
    };
    const own = trainer(pruner);
    step(own);
    const slot = (i: number) => values(() => own.variables.get(`slot/model/${i}/kernel`) as tf.Variable);
    expect(slot(0).every((m) => m !== 0)).toBe(true);
    expect(slot(2).map(Math.abs)).toEqual(slot(2).map(() => 0));
    own.dispose();
  });

  it('decays the state by its own coefficient, or else by that of the kernels', () => {
    const pruner: Pruner<{ s: tf.Variable }> = {
      init: () => ({ s: tf.variable(tf.scalar(1)) }),
      reparameterize: (weight, { s }) => weight.add(s.mul(0)),
    };
    const after = (own: Trainer) => {
      step(own);
      const s = values(() => own.variables.get('state/0/s') as tf.Variable)[0];
      own.dispose();
      return s;
    };
    const training = { ...linear, weightDecay: 0.1 };
    expect(after(trainer(pruner, { training }))).toBeCloseTo(1 - 0.5 * 0.1, 6);
    expect(after(trainer({ ...pruner, stateDecay: 0.4 }, { training }))).toBeCloseTo(1 - 0.5 * 0.4, 6);
    expect(after(trainer({ ...pruner, stateDecay: 0 }, { training }))).toBe(1);
  });

  it("adds the pruner's penalty to what is differentiated, not to what is reported", () => {
    const pruner: Pruner<{ s: tf.Variable }> = {
      stateDecay: 0,
      init: () => ({ s: tf.variable(tf.scalar(1)) }),
      reparameterize: (weight) => weight,
    };
    const penalty: NonNullable<typeof pruner.penalty> = (own) =>
      own.map(({ state: { s } }) => s.square()).reduce((sum, part) => sum.add(part)) as tf.Scalar;
    const [without, own] = [trainer(pruner, { training: linear }), trainer({ ...pruner, penalty }, { training: linear })];
    let warm = 0;
    for (let i = 0; i < 3; i++) {
      expect(step(own)).toBe(step(without));
      if (i === 0) warm = tf.memory().numTensors;
    }
    expect(tf.memory().numTensors).toBe(warm);
    const s = (of: Trainer) => values(() => of.variables.get('state/1/s') as tf.Variable)[0];
    expect([s(without), s(own)]).toEqual([1, 0]); // 1 − 0.5·2·1, and 0 from there on
    without.dispose();
    own.dispose();
  });

  it('names step and layer when the loss is not finite, and goes no further', () => {
    let hooks = 0;
    const own = trainer({ ...untouched, afterStep: () => void hooks++ });
    step(own);
    weightOf(own, 1).assign(tf.fill([4, 2], Number.NaN));
    expect(tensorsLeftBy(() => expect(() => step(own)).toThrow(withCode('E_NOT_FINITE', { step: 1 })))).toBe(0);
    expect([own.step, hooks]).toEqual([1, 1]);
    own.dispose();
    const other = trainer(untouched);
    weightOf(other, 1).assign(tf.fill([4, 2], Infinity));
    expect(() => step(other)).toThrow(withCode('E_NOT_FINITE', { step: 0 }));
    other.dispose();
  });

  it('leaves no tensor behind in 20 steps, nor when a hook fails', () => {
    const dense: Pruner = { ...everySecond, usesDenseGradients: true };
    const own = trainer(dense);
    step(own);
    expect(
      tensorsLeftBy(() => {
        for (let i = 0; i < 20; i++) step(own);
      }),
    ).toBe(0);
    own.dispose();
    let fails = false;
    const failing: Pruner = {
      ...everySecond,
      reparameterize: (weight, state) => {
        if (fails) throw new Error('no luck');
        return everySecond.reparameterize(weight, state as never, undefined as never);
      },
    };
    const other = trainer(failing);
    step(other);
    fails = true;
    expect(tensorsLeftBy(() => expect(() => step(other)).toThrow(withCode('E_HOOK')))).toBe(0);
    fails = false;
    expect(step(other)).toBeGreaterThan(0);
    other.dispose();
  });

  it('draws the numbers of dropout from the seed and the step, whatever was drawn before', () => {
    const losses = (seed: number, from: number) => {
      const model = net();
      model.pop();
      model.add(layers.dropout({ rate: 0.5 }));
      model.add(layers.dense({ units: 2, kernelInitializer: tf.initializers.glorotNormal({ seed: 2 }) }));
      const own = createTrainer({ model, pruner: untouched, stepsPerEpoch: 5, seed, training: { ...linear, learningRate: 1e-30 } });
      own.resumeAt(from);
      const seen = [step(own, [1, 2]), step(own, [1, 2])];
      own.dispose();
      model.dispose();
      return seen;
    };
    const [first, second] = losses(1, 0);
    expect(first).not.toBe(second);
    expect(losses(1, 0)).toEqual([first, second]);
    expect(losses(1, 1)[0]).toBe(second);
    expect(losses(2, 0)).not.toEqual([first, second]);
  });

  it('gives everything back in the end but the weights of the model', () => {
    const model = net();
    expect(
      tensorsLeftBy(() => {
        const own = createTrainer({ model, pruner: everySecond, stepsPerEpoch: 5 });
        step(own);
        own.dispose();
      }),
    ).toBe(0);
    model.dispose();
  });
});

describe('evaluate', () => {
  onCpu();
  /** Class 1 if the input is above 0; the model says so of all above 0.5. */
  const model = () => {
    const made = tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [1] })] });
    made.setWeights([tf.tensor2d([[0, 1]]), tf.tensor1d([0.5, 0])]);
    return made;
  };
  const examples = (inputs: number[], labels: number[]): Examples => ({
    inputs: Float32Array.from(inputs),
    labels: Int32Array.from(labels),
  });

  it('counts the right answers and averages the loss', () => {
    const own = createTrainer({ model: model(), pruner: untouched, stepsPerEpoch: 1 });
    const { accuracy, loss } = own.evaluate(examples([0, 1, 0.25, 2], [0, 1, 1, 0]), [1]);
    expect(accuracy).toBe(0.5);
    const nll = (x: number, label: number) => Math.log(Math.exp(0.5) + Math.exp(x)) - (label ? x : 0.5);
    expect(loss).toBeCloseTo((nll(0, 0) + nll(1, 1) + nll(0.25, 1) + nll(2, 0)) / 4, 6);
    own.dispose();
  });

  it('weighs a last smaller batch by its size', () => {
    const own = createTrainer({ model: model(), pruner: untouched, stepsPerEpoch: 1 });
    // 1,003 examples: batches of 500, 500 and 3. Every seventh is wrong, and so are the last three.
    const inputs = Array.from({ length: 1003 }, (_, i) => (i % 7 === 0 || i >= 1000 ? 10 : 0));
    const labels = inputs.map(() => 0);
    const right = inputs.filter((x) => x === 0).length;
    const { accuracy, loss } = own.evaluate(examples(inputs, labels), [1]);
    expect(accuracy).toBe(right / 1003);
    const [low, high] = [Math.log(Math.exp(0.5) + 1) - 0.5, Math.log(Math.exp(0.5) + Math.exp(10)) - 0.5];
    expect(loss).toBeCloseTo((right * low + (1003 - right) * high) / 1003, 4);
    expect(tensorsLeftBy(() => void own.evaluate(examples(inputs, labels), [1]))).toBe(0);
    own.dispose();
  });

  it('changes nothing and smooths no labels', () => {
    const own = trainer(everySecond, { training: { labelSmoothing: 0.5 } });
    const plain = trainer(everySecond);
    const before = [...own.variables.values()].map((variable) => values(() => variable));
    const data = examples(
      someNumbers(40),
      Array.from({ length: 20 }, (_, i) => i % 2),
    );
    const evaluation = own.evaluate(data, [2]);
    expect(own.evaluate(data, [2])).toEqual(evaluation);
    expect([...own.variables.values()].map((variable) => values(() => variable))).toEqual(before);
    expect(plain.evaluate(data, [2])).toEqual(evaluation);
    own.dispose();
    plain.dispose();
  });

  it('refuses to report a loss that is not finite', () => {
    const own = trainer(untouched);
    weightOf(own, 0).assign(tf.fill([2, 4], Number.NaN));
    expect(() => own.evaluate(examples([1, 2], [0]), [2])).toThrow(withCode('E_NOT_FINITE', { layer: 'hidden' }));
    own.dispose();
  });
});

describe('createTrainer', () => {
  onCpu();
  const softmax = () => tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [2], activation: 'softmax' })] });

  it('refuses a model that ends in a softmax, unless the loss is the caller’s', () => {
    expect(() => createTrainer({ model: softmax(), pruner: untouched, stepsPerEpoch: 1 })).toThrow(withCode('E_NOT_LOGITS'));
    const loss = (outputs: tf.Tensor) => outputs.sum() as tf.Scalar;
    createTrainer({ model: softmax(), pruner: untouched, stepsPerEpoch: 1, loss }).dispose();
  });

  it('names every variable that training changes', () => {
    const own = trainer(everySecond);
    expect([...own.variables.keys()]).toEqual([
      'model/0/kernel',
      'model/1/bias',
      'model/2/kernel',
      'model/3/bias',
      'state/0/mask',
      'state/1/mask',
      'slot/model/0/kernel',
      'slot/model/1/bias',
      'slot/model/2/kernel',
      'slot/model/3/bias',
    ]);
    own.dispose();
  });

  it('goes on where it is told', () => {
    const own = trainer(untouched, { training: { epochs: 2 } });
    own.resumeAt(7);
    expect(own.step).toBe(7);
    step(own);
    expect(own.step).toBe(8);
    own.dispose();
  });
});
