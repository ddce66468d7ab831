import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pruner } from '../kinds/pruner.ts';
import { everySecond, onCpu, someNumbers, tensorsLeftBy, values } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { createForceMeter } from './force-meter.ts';
import type { TrainingOptions } from './options.ts';
import { createTrainer, type Trainer } from './trainer.ts';

type State = { readonly s: tf.Variable };
/** Soft thresholding with g = exp, which starts at 0.2; moved by a hook if that is wanted. */
const soft = (options: { stateDecay?: number; shape?: number[]; before?: (s: tf.Variable, step: number) => void } = {}): Pruner<State> => ({
  stateDecay: options.stateDecay ?? 0,
  init: () => ({ s: tf.variable(tf.fill(options.shape ?? [], Math.log(0.2))) }),
  reparameterize: (weight, { s }) => weight.sign().mul(weight.abs().sub(s.exp()).relu()),
  ...(options.before && { beforeStep: ([layer], { step }) => options.before?.((layer as { state: State }).state.s, step) }),
});
/** One output without bias; the loss is its sum, so that ∂L/∂Ŵ is the sum of the inputs. */
function linear(pruner: Pruner, training: TrainingOptions = {}, weights = [0.5, -0.8, 0.1]): Trainer {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [weights.length], useBias: false })] });
  tf.tidy(() => model.setWeights([tf.tensor2d(weights, [weights.length, 1])]));
  const plain = { momentum: 0, weightDecay: 0, warmup: 0, schedule: 'constant', learningRate: 0.5 } as const;
  return createTrainer({ model, pruner, stepsPerEpoch: 10, training: { ...plain, ...training }, loss: (outputs) => outputs.sum() });
}
function step(trainer: Trainer, meter?: ReturnType<Trainer['newForceMeter']>, inputs = [1, 2, 3]): void {
  const batch = { inputs: tf.tensor2d(inputs, [1, inputs.length]), labels: tf.tensor1d([0], 'int32') };
  trainer.trainStep(batch, meter);
  tf.dispose([batch.inputs, batch.labels]);
}
const read = (variable: tf.Variable) => values(() => variable.mean())[0] as number;
const stateOf = (trainer: Trainer) => (trainer.pruned.layers[0] as { state: State }).state.s;

describe('a force meter', () => {
  onCpu();

  it('tells what the task does to a threshold and what weight decay does', () => {
    const own = linear(soft({ stateDecay: 0.1 }));
    const meter = own.newForceMeter();
    const s = stateOf(own);
    step(own, meter);
    // g' = 0.2; of the weights 0.5, −0.8 and 0.1 the first two are active, with G = 1 and 2: g'·Σ G·sign(W) = 0.2·(1 − 2).
    const [task, decay] = [-0.2, -0.1 * Math.log(0.2)];
    expect(meter.take().get(s)).toEqual({ task: expect.closeTo(task, 6), decay: expect.closeTo(decay, 6), correction: 0 });
    expect(read(s)).toBeCloseTo(Math.log(0.2) + 0.5 * (task + decay), 6);
    own.dispose();
  });

  it("tells a pruner's own penalty from the task, and counts it with the decay", () => {
    const penalty: Pruner<State>['penalty'] = ([layer]) => (layer as { state: State }).state.s.mul(-3) as tf.Scalar;
    const own = linear({ ...soft({ stateDecay: 0.1 }), penalty });
    const meter = own.newForceMeter();
    step(own, meter);
    const decay = 3 - 0.1 * Math.log(0.2);
    expect(meter.take().get(stateOf(own))).toEqual({ task: expect.closeTo(-0.2, 6), decay: expect.closeTo(decay, 6), correction: 0 });
    expect(read(stateOf(own))).toBeCloseTo(Math.log(0.2) + 0.5 * (-0.2 + decay), 6);
    own.dispose();
  });

  it('averages over the elements of a variable', () => {
    // One threshold per weight: each gets g'·G·sign(W) of its own weight, 0.2·1, 0.2·−2 and none.
    const own = linear(soft({ shape: [3, 1] }));
    const meter = own.newForceMeter();
    step(own, meter);
    expect(meter.take().get(stateOf(own))?.task).toBeCloseTo((0.2 - 0.4) / 3, 6);
    own.dispose();
  });

  it('weighs steps by their learning rates, and starts anew when it is asked', () => {
    const s = tf.tidy(() => tf.variable(tf.scalar(0)));
    const meter = createForceMeter([s], 0);
    meter.add(Float32Array.of(1, 3), 0.25);
    meter.add(Float32Array.of(5, -1), 0.75);
    expect(meter.take().get(s)).toEqual({ task: 4, decay: 0, correction: 0 });
    meter.add(Float32Array.of(8, 2), 0.1);
    expect(meter.take().get(s)).toEqual({ task: expect.closeTo(8, 12), decay: expect.closeTo(2, 12), correction: 0 });
    expect(meter.take().get(s)).toEqual({ task: 0, decay: 0, correction: 0 });
    s.dispose();
  });

  it('gives the force that would have moved a variable as far as hooks did', () => {
    const s = tf.tidy(() => tf.variable(tf.tensor1d([1, 3])));
    const meter = createForceMeter([s], 0.75);
    const left = tensorsLeftBy(() => {
      meter.around(() => tf.tidy(() => s.assign(s.mul(2))));
      meter.around(() => {});
    });
    expect(left).toBe(0);
    meter.add(Float32Array.of(0, 0), 0.25);
    meter.add(Float32Array.of(0, 0), 0.25);
    // The mean moved from 2 to 4. Under a steady force f, momentum ¾ moves by η·f/(1 − ¾) a step: 0.5·f·4 = 2.
    expect(meter.take().get(s)?.correction).toBeCloseTo(1, 12);
    s.dispose();
  });

  it('accounts for every move where there is no momentum', () => {
    const anyStep = fc.record({ inputs: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }) });
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 6 }), fc.double({ min: 0, max: 0.5, noNaN: true }), (steps, stateDecay) => {
        const jump = (s: tf.Variable, at: number) => void (at % 3 === 1 && s.assign(s.mul(1.1)));
        const own = linear(soft({ stateDecay, before: jump }), { schedule: 'cosine', learningRate: 0.1 }, someNumbers(5));
        const meter = own.newForceMeter();
        const start = read(stateOf(own));
        let rates = 0;
        for (const { inputs } of steps) {
          rates += own.learningRate;
          step(own, meter, inputs);
        }
        const { task, decay, correction } = meter.take().get(stateOf(own)) ?? { task: 0, decay: 0, correction: 0 };
        expect(read(stateOf(own)) - start).toBeCloseTo(rates * (task + decay + correction), 5);
        own.dispose();
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it('changes nothing in the training, to the bit', () => {
    const course = (metered: boolean) => {
      const own = linear(soft({ stateDecay: 0.1, before: (s) => s.assign(s.mul(1.01)) }), { momentum: 0.9, weightDecay: 0.01 });
      const meter = metered ? own.newForceMeter() : undefined;
      for (let i = 0; i < 8; i++) step(own, meter, someNumbers(3, i));
      const end = [...own.variables.values()].map((variable) => values(() => variable));
      own.dispose();
      return end;
    };
    expect(course(true)).toEqual(course(false));
  });

  it('gives no force to a variable that the loss does not reach', () => {
    const idle: Pruner<State> = { ...soft({ stateDecay: 0.1 }), reparameterize: (weight) => weight };
    const own = linear(idle);
    const meter = own.newForceMeter();
    step(own, meter);
    expect(meter.take().get(stateOf(own))).toEqual({ task: 0, decay: 0, correction: 0 });
    own.dispose();
  });

  it('has nothing to measure in a pruner that trains no state', () => {
    const own = linear(everySecond);
    const meter = own.newForceMeter();
    step(own, meter);
    expect([meter.variables, [...meter.take()]]).toEqual([[], []]);
    own.dispose();
  });
});
