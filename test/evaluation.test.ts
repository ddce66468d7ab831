import { dense } from '@espalier/baselines';
import { createTrainer, type Examples, randomStream } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { lenet5, lenet300 } from '@espalier/zoo';
import { beforeAll, describe, expect, test } from 'vitest';

/** Batches that TensorFlow computes at the same time, on two threads, are none of each other's business. */
describe('evaluation', () => {
  let engine: StartedEngine;
  const complaints: string[] = [];
  beforeAll(async () => {
    engine = await startEngine({ engine: 'native', threads: 2, log: (line) => complaints.push(line) });
  });

  const random = randomStream(2, 'examples');
  const count = 3100;
  const pixels = 28 * 28;
  const inputs = Float32Array.from({ length: count * pixels }, () => random.uniform());
  const labels = Int32Array.from({ length: count }, () => random.int(10));
  const part = (from: number, to: number): Examples => ({
    inputs: inputs.subarray(from * pixels, to * pixels),
    labels: labels.subarray(from, to),
  });

  test.each([
    ['lenet-300-100', lenet300()],
    ['lenet5', lenet5()],
  ])('of %s has the bits of its batches one by one', (_, { build }) => {
    const shape = [28, 28, 1];
    const model = build({ inputShape: shape, classes: 10, seed: (name) => randomStream(0, 'init', name).seed() });
    const trainer = createTrainer({ model, pruner: dense(), engine, stepsPerEpoch: 1 });
    const once = (from: number, to: number) => trainer.evaluate(part(from, to), shape);
    // The first two are recorded, later ones replay the graph.
    const together = [0, 1, 2, 3, 4].map(() => once(0, count));
    const alone = Array.from({ length: 7 }, (_, i) => once(500 * i, Math.min(count, 500 * (i + 1))));
    const mean = (of: 'loss' | 'accuracy') => alone.reduce((sum, one, i) => sum + one[of] * (i < 6 ? 500 : 100), 0) / count;
    for (const { loss, accuracy } of together) {
      expect(Math.abs(loss / mean('loss') - 1)).toBeLessThan(1e-12); // sums of float64; one float32 that differs shows at 1e-9
      expect(accuracy).toBeCloseTo(mean('accuracy'), 12);
    }
    expect(complaints).toEqual([]);
    trainer.dispose();
    model.dispose();
  });
});
