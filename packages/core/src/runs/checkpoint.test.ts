import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { everySecond, onCpu, someNumbers, temporaryFolders, tensorsLeftBy, withCode } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { createTrainer, type Trainer } from '../training/trainer.ts';
import { loadCheckpoint, removeCheckpoint, saveCheckpoint } from './checkpoint.ts';

const { layers } = tf;

function newTrainer(units = 3): Trainer {
  const model = tf.sequential({
    layers: [layers.dense({ units, inputShape: [2], activation: 'relu' }), layers.batchNormalization(), layers.dense({ units: 2 })],
  });
  return createTrainer({ model, pruner: everySecond, stepsPerEpoch: 4, training: { epochs: 2 } });
}
const trainSteps = (trainer: Trainer, count: number) => {
  for (let i = 0; i < count; i++) {
    const batch = { inputs: tf.tensor2d(someNumbers(8, trainer.step), [4, 2]), labels: tf.tensor1d([0, 1, 1, 0], 'int32') };
    trainer.trainStep(batch);
    tf.dispose([batch.inputs, batch.labels]);
  }
};
const bits = (trainer: Trainer) =>
  [...trainer.variables].map(([name, variable]) => [name, Array.from(new Int32Array(variable.dataSync().buffer.slice(0)))]);

describe('a checkpoint', () => {
  onCpu();
  const newFolder = temporaryFolders();
  const checkpointed = async () => {
    const folder = newFolder();
    const trainer = newTrainer();
    trainSteps(trainer, 3);
    await saveCheckpoint(folder, trainer, { best: 0.1 + 0.2 });
    const file = (name: string) => path.join(folder, 'checkpoint', name);
    return { folder, trainer, file };
  };

  it('brings back every variable and momentum to the bit, the step and the notes', async () => {
    const { folder, trainer } = await checkpointed();
    const other = newTrainer();
    expect(bits(other)).not.toEqual(bits(trainer));
    expect(tensorsLeftBy(() => expect(loadCheckpoint(folder, other)).toEqual({ best: 0.1 + 0.2 }))).toBe(0);
    expect(other.step).toBe(3);
    expect(bits(other)).toEqual(bits(trainer));
    trainSteps(trainer, 2);
    trainSteps(other, 2);
    expect(bits(other)).toEqual(bits(trainer));
  });

  it('holds weights, moving averages, states and momentum', async () => {
    const { trainer } = await checkpointed();
    const kinds = [...trainer.variables.keys()].map((name) => name.replace(/\d+/g, '#'));
    expect(kinds.filter((name) => /moving_/.test(name))).toHaveLength(2);
    expect(kinds.filter((name) => name.startsWith('state/'))).toHaveLength(2);
    expect(kinds.filter((name) => name.startsWith('slot/'))).toHaveLength(6);
  });

  it('keeps infinities, minus zero and not-a-number', async () => {
    const { folder, trainer } = await checkpointed();
    const [variable] = trainer.variables.values();
    variable?.assign(tf.tensor2d([Infinity, -Infinity, -0, 0, Number.NaN, 1e-45], [2, 3]));
    await saveCheckpoint(folder, trainer, {});
    const saved = bits(trainer);
    variable?.assign(tf.zeros([2, 3]));
    loadCheckpoint(folder, trainer);
    expect(bits(trainer)).toEqual(saved);
  });

  it('replaces the one before and is gone when removed', async () => {
    const { folder, trainer } = await checkpointed();
    trainSteps(trainer, 1);
    await saveCheckpoint(folder, trainer, {});
    expect(readdirSync(path.join(folder, 'checkpoint')).sort()).toEqual(['checkpoint.json', 'step-4.bin']);
    removeCheckpoint(folder);
    expect(existsSync(path.join(folder, 'checkpoint'))).toBe(false);
    expect(loadCheckpoint(folder, trainer)).toBeUndefined();
  });

  it('is refused when its weights are damaged, cut short or missing', async () => {
    const { folder, trainer, file } = await checkpointed();
    const whole = readFileSync(file('step-3.bin'));
    const flipped = Buffer.from(whole);
    flipped[5] = (flipped[5] as number) ^ 1;
    for (const bytes of [flipped, whole.subarray(0, -4), Buffer.alloc(0)]) {
      writeFileSync(file('step-3.bin'), bytes);
      expect(() => loadCheckpoint(folder, trainer)).toThrow(withCode('E_CHECKPOINT'));
    }
    rmSync(file('step-3.bin'));
    expect(() => loadCheckpoint(folder, trainer)).toThrow(withCode('E_CHECKPOINT'));
  });

  it('is refused when its description is damaged', async () => {
    const { folder, trainer, file } = await checkpointed();
    for (const text of ['', '{"format":1,"st', '{}', 'null']) {
      writeFileSync(file('checkpoint.json'), text);
      expect(() => loadCheckpoint(folder, trainer)).toThrow(withCode('E_CHECKPOINT'));
    }
  });

  it('is refused by a trainer of another model, which stays as it was', async () => {
    const { folder } = await checkpointed();
    const other = newTrainer(4);
    const before = bits(other);
    expect(() => loadCheckpoint(folder, other)).toThrow(withCode('E_CHECKPOINT'));
    expect(bits(other)).toEqual(before);
    expect(other.step).toBe(0);
  });
});
