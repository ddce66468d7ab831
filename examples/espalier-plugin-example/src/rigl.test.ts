import assert from 'node:assert/strict';
import { before, describe, it, test } from 'node:test';
import { attach, createTrainer, erk, type Kernel, randomStream, tf, uniform } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import plugin, { rigl } from './index.ts';

const plugins = [plugin];

// The contract trains for 12 steps: `every: 2` has the mask change in steps 2, 4, 6 and 8 of them.
describe('rigl', () => prunerContract({ test }, (target) => rigl({ every: 2, ...target }), { plugins }));
describe('rigl with an Erdős–Rényi allocation, moving much until the end', () =>
  prunerContract({ test }, (target) => rigl({ every: 3, dropFraction: 0.6, end: 1, allocation: erk(), ...target }), { plugins }));
describe('rigl with fewer steps than lie between two changes', () => prunerContract({ test }, (target) => rigl(target), { plugins }));

describe('a change of the mask', () => {
  before(() => tf.setBackend('cpu'));

  /** Step 3 of 8 with T_end = 6: f = α/2·(1 + cos(π/2)) = α/2. Eight weights, of which four are in the mask. */
  const WEIGHTS = [0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8];
  const MASK = [1, 1, 1, 1, 0, 0, 0, 0];
  function changed(gradients: readonly number[], { dropFraction = 1, weights = WEIGHTS, finish = false } = {}) {
    const pruner = rigl({ sparsity: 0.5, every: 3, dropFraction });
    const model = tf.sequential({ layers: [tf.layers.dense({ name: 'only', units: 2, useBias: false, inputShape: [4] })] });
    const pruned = attach(model, pruner, { totalSteps: 8 });
    const [{ kernel, state }] = pruned.layers as [{ kernel: Kernel; state: { mask: tf.Variable } }];
    const tensor = (values: readonly number[]) => tf.tensor([...values], [4, 2]);
    const numbers = (of: tf.Tensor) => Array.from(of.dataSync(), (value) => value + 0); // 0 for −0
    let momentumKept: number[] = [];
    return tf.tidy(() => {
      kernel.weight.assign(tensor(weights));
      state.mask.assign(tensor(MASK));
      pruned.afterStep({
        step: 3,
        totalSteps: 8,
        denseGradients: new Map([['only', tensor(gradients)]]),
        maskMomentum: (_, mask) => {
          momentumKept = numbers(mask);
        },
      });
      if (finish) pruned.finish();
      const found = { mask: numbers(state.mask), stored: numbers(kernel.weight), momentumKept };
      pruned.detach();
      model.dispose();
      return found;
    });
  }
  const floats = (values: readonly number[]) => values.map(Math.fround);

  it('drops the smallest weights, and grows where the gradient is largest, from 0 and without momentum', () => {
    // n = 2: 0.1 and −0.2 are dropped; |G| is largest at the first place, which keeps its weight, and at the sixth, which starts at 0.
    assert.deepEqual(changed([0.9, 0.2, 5, -7, 0.1, -0.5, 0.3, 0]), {
      mask: [1, 0, 1, 1, 0, 1, 0, 0],
      stored: floats([0.1, -0.2, 0.3, -0.4, 0.5, 0, 0.7, -0.8]),
      momentumKept: [1, 1, 1, 1, 1, 0, 1, 1],
    });
  });

  it('moves ⌊f·k⌋ weights', () => {
    // f = 0.25, 1 of 4; f = 0.2, none.
    assert.deepEqual(changed([0, 0, 0, 0, 1, 2, 3, 4], { dropFraction: 0.5 }).mask, [0, 1, 1, 1, 0, 0, 0, 1]);
    assert.deepEqual(changed([0, 0, 0, 0, 1, 2, 3, 4], { dropFraction: 0.4 }).mask, MASK);
  });

  it('keeps dropped weights in place of ones without a gradient', () => {
    assert.deepEqual(changed([0, 0, 0, 0, 0, 0, 1e-30, 0]).mask, [1, 0, 1, 1, 0, 0, 1, 0]);
    assert.deepEqual(changed([0, 0, 0, 0, 0, 0, 0, 0]).mask, MASK);
  });

  it('does not drop a weight that is 0 for one outside the mask, whatever that is', () => {
    // In the mask 0 and 0.2 are smallest, and no gradient is larger than theirs.
    assert.deepEqual(changed([9, 8, 0, 0, 1, 1, 1, 1], { weights: [0, 0.2, 0.3, 0.4, 5, 6, 7, 8] }).mask, MASK);
  });

  it('leaves no place to a weight of 0 at the end: the smallest outside come in', () => {
    // The seventh and eighth grow and are still 0 at the end; 0.1 and −0.2, which were dropped, are the smallest outside.
    assert.deepEqual(changed([0, 0, 0, 0, 0, 0, 3, 4], { finish: true }), {
      mask: [1, 1, 1, 1, 0, 0, 0, 0],
      stored: floats([0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0, 0]),
      momentumKept: [1, 1, 1, 1, 1, 1, 0, 0],
    });
  });
});

describe('a training with rigl', () => {
  before(() => tf.setBackend('cpu'));

  it('changes the mask every `every` steps until the share `end`, in place of a gradient step', () => {
    const { usesDenseGradients, skipsOptimizer } = rigl({ every: 10, end: 0.5 });
    const steps = Array.from({ length: 100 }, (_, step) => step);
    const context = { totalSteps: 100 };
    assert.deepEqual(
      steps.filter((step) => typeof usesDenseGradients === 'function' && usesDenseGradients(step, context)),
      [10, 20, 30, 40],
    );
    assert.deepEqual(
      steps.filter((step) => skipsOptimizer?.(step, context)),
      [10, 20, 30, 40],
    );
  });

  it('has the same number of places in every layer, from the first step to the last', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ name: 'first', units: 20, inputShape: [10], activation: 'tanh' }),
        tf.layers.dense({ name: 'last', units: 5 }),
      ],
    });
    const trainer = createTrainer({
      model,
      pruner: rigl({ sparsity: 0.8, every: 5, allocation: uniform() }),
      stepsPerEpoch: 40,
      training: { epochs: 1, batchSize: 8 },
    });
    const masks = trainer.pruned.layers.map(({ state }) => (state as { mask: tf.Variable }).mask);
    const slots = ['slot/model/0/kernel', 'slot/model/2/kernel'].map((name) => trainer.variables.get(name) as tf.Variable);
    const read = (variables: readonly tf.Variable[]) => variables.map((variable) => [...variable.dataSync()]);
    const { uniform: next, int } = randomStream(0, 'examples');
    const moved: number[] = [];
    const moves: number[][] = [];
    for (let step = 0; step < 40; step++) {
      const before = read(masks);
      const batch = {
        inputs: tf.tensor(Float32Array.from({ length: 80 }, next), [8, 10]),
        labels: tf.tensor1d(
          Int32Array.from({ length: 8 }, () => int(5)),
          'int32',
        ),
      };
      trainer.trainStep(batch);
      tf.dispose([batch.inputs, batch.labels]);
      const after = read(masks);
      assert.deepEqual(
        after.map((mask) => mask.reduce((sum, one) => sum + one, 0)),
        [40, 20],
      );
      const isNew = after.map((mask, i) => mask.map((one, j) => one === 1 && before[i]?.[j] === 0));
      if (isNew.flat().includes(true)) {
        moved.push(step);
        moves.push(isNew.map((layer) => layer.filter(Boolean).length));
        const stored = trainer.pruned.layers.map(({ kernel }) => [...kernel.weight.dataSync()]);
        const momentum = read(slots);
        isNew.forEach((layer, i) => {
          layer.forEach((fresh, j) => {
            if (fresh) assert.deepEqual([stored[i]?.[j], momentum[i]?.[j]].map(Math.abs as (x: unknown) => number), [0, 0]);
          });
        });
      }
    }
    // T_end = 30. At most ⌊0.15·(1 + cos(π·t/30))·k⌋ move: 11 of 40 and 5 of 20 at step 5.
    assert.deepEqual(moved, [5, 10, 15, 20, 25].slice(0, moved.length));
    assert.ok(moved.length >= 3);
    moves.forEach(([first = 0, last = 0], i) => {
      const fraction = 0.15 * (1 + Math.cos((Math.PI * (moved[i] as number)) / 30));
      assert.ok(first <= fraction * 40 && last <= fraction * 20);
    });
    trainer.finish();
    assert.deepEqual(
      trainer.pruned.report().map(({ nonzero }) => nonzero),
      [40, 20],
    );
    trainer.dispose();
    model.dispose();
  });

  it('refuses options that mean nothing', () => {
    for (const options of [{ dropFraction: 1.1 }, { every: 1 }, { end: 0 }, { sparsity: 90 }, { grow: 'random' } as object])
      assert.throws(() => rigl(options), { code: 'E_OPTIONS' });
  });
});
