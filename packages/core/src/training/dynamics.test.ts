import { describe, expect, it } from 'vitest';
import type { Pruner } from '../kinds/pruner.ts';
import { onCpu, tensorsLeftBy } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { watchDynamics } from './dynamics.ts';
import { createTrainer, type Trainer } from './trainer.ts';

type MaskState = { readonly mask: tf.Variable };
const mask = (...bits: number[]) => tf.tensor2d(bits, [4, 1]);
const masked: Pruner<MaskState> = {
  init: () => ({ mask: tf.variable(mask(1, 1, 0, 0), false) }),
  reparameterize: (weight, state) => weight.mul(state.mask),
};
function trainerOf(pruner: Pruner, units = [1]): Trainer {
  const layers = units.map((n, i) => tf.layers.dense({ name: `fc${i + 1}`, units: n, ...(i === 0 && { inputShape: [4] }) }));
  return createTrainer({
    model: tf.sequential({ layers }),
    pruner,
    stepsPerEpoch: 4,
    training: { learningRate: 1e-6 },
    loss: (outputs) => outputs.sum(),
  });
}
function withWeights(trainer: Trainer, weights: number[]): Trainer {
  tf.tidy(() => trainer.pruned.layers[0]?.kernel.weight.assign(mask(...weights)));
  return trainer;
}
function step(trainer: Trainer, dynamics: ReturnType<typeof watchDynamics>): void {
  const batch = { inputs: tf.ones([2, 4]), labels: tf.tensor1d([0, 0], 'int32') };
  trainer.trainStep(batch, dynamics.meter);
  tf.dispose([batch.inputs, batch.labels]);
}

describe('watchDynamics', () => {
  onCpu();

  it('counts the bits of the mask that changed, and the weights that were ever active', () => {
    const own = withWeights(trainerOf(masked), [0.5, -1, 2, -0.25]);
    const { state } = own.pruned.layers[0] as { state: MaskState };
    const dynamics = watchDynamics(own);
    const after = (...bits: number[]) => {
      tf.tidy(() => state.mask.assign(mask(...bits)));
      return dynamics.take().get('fc1');
    };
    const meanMagnitude = 3.75 / 4;
    expect(after(1, 0, 1, 0)).toEqual({ meanMagnitude, churn: 0.5, everActive: 0.75 });
    expect(after(1, 0, 1, 0)).toEqual({ meanMagnitude, churn: 0, everActive: 0.75 });
    expect(after(0, 0, 0, 1)).toEqual({ meanMagnitude, churn: 0.75, everActive: 1 });
    expect(tensorsLeftBy(() => void dynamics.take())).toBe(0);
    dynamics.dispose();
    own.dispose();
  });

  it('remembers masks in variables alone, so that a checkpoint can hold them', () => {
    const own = withWeights(trainerOf(masked), [1, 1, 1, 1]);
    const { state } = own.pruned.layers[0] as { state: MaskState };
    const first = watchDynamics(own);
    tf.tidy(() => state.mask.assign(mask(0, 0, 1, 0)));
    first.take();
    const second = watchDynamics(own);
    expect(second.take().get('fc1')).toMatchObject({ churn: 0, everActive: 0.25 });
    for (const [name, variable] of second.variables) variable.assign(first.variables.get(name) as tf.Variable);
    tf.tidy(() => state.mask.assign(mask(0, 0, 0, 0)));
    expect(second.take().get('fc1')).toMatchObject({ churn: 0.25, everActive: 0.75 });
    expect([...first.variables.keys()]).toEqual(['dynamics/0/active', 'dynamics/0/everActive']);
    first.dispose();
    second.dispose();
    own.dispose();
  });

  it('reports each trained variable of the state by its name, in every layer that shares it', () => {
    const factors: Pruner = {
      stateDecay: 0,
      init: ({ size }, { shared }) => ({
        common: shared('common', () => tf.variable(tf.scalar(1))),
        own: { scale: tf.variable(tf.tensor1d([size])) },
        fixed: tf.variable(tf.scalar(1), false),
      }),
      reparameterize: (weight, { common, own }) => weight.mul(common).mul(own.scale),
    };
    const own = trainerOf(factors, [2, 1]);
    const dynamics = watchDynamics(own);
    step(own, dynamics);
    const [first, second] = [...dynamics.take().values()].map(({ state }) => state);
    expect(Object.keys(first ?? {})).toEqual(['common', 'own.scale']);
    expect(first?.common).toEqual(second?.common);
    expect(first?.common?.task).not.toBe(0);
    expect([first, second].map((state) => Math.round(state?.['own.scale']?.value as number))).toEqual([8, 2]); // the layers' sizes
    dynamics.dispose();
    own.dispose();
  });

  it('writes numbers of six digits', () => {
    const own = withWeights(trainerOf(masked), [1 / 3, 1 / 3, 1 / 3, 1 / 3]);
    const dynamics = watchDynamics(own);
    expect(dynamics.take().get('fc1')?.meanMagnitude).toBe(0.333333);
    dynamics.dispose();
    own.dispose();
  });

  it('leaves no tensors', () => {
    const own = trainerOf(masked);
    const left = tensorsLeftBy(() => {
      const dynamics = watchDynamics(own);
      step(own, dynamics);
      dynamics.take();
      dynamics.dispose();
    });
    expect(left).toBe(0);
    own.dispose();
  });
});
