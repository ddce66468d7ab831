import { describe, expect, it, test } from 'vitest';
import type { Engine } from '../engine.ts';
import { onCpu } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { eagerEngine } from '../training/eager-engine.ts';
import { type Any, plugin, reference } from './faults/pruner.ts';
import { type CreatePruner, prunerChecks, prunerContract } from './pruner-contract.ts';

describe('the contract', () => {
  const sound = reference();
  prunerContract({ test }, sound, { plugins: [plugin(sound)] });
});

describe('the contract as a whole, in its order', () => {
  it('finds a counter of the module, which the first run uses up', async () => {
    let left = 5;
    const pruner = reference(({ reparameterize }) => ({
      reparameterize: (weight, state, context) => reparameterize(weight, state, context).mul(1 + Math.max(0, left--)),
    }));
    const failed: string[] = [];
    for (const { name, run } of prunerChecks((options) => pruner(options))) await run().catch(() => failed.push(name));
    expect(failed).toEqual(['gives the same weights, to the bit, with the same seed']);
  });
});

describe('the contract for a method that promises no sparsity and asks for dense gradients', () => {
  /** Weights that the gradient of the last step but one would rather have at 0. */
  const dense = reference(() => ({
    sparsity: undefined as Any,
    calendar: undefined as Any,
    usesDenseGradients: (step: number) => step % 3 === 0,
    beforeStep: () => {},
    afterStep(layers, { denseGradients }) {
      for (const { kernel, state } of layers) {
        const gradient = denseGradients.get(kernel.name);
        if (gradient) state.mask.assign(gradient.abs().greater(gradient.abs().mean().mul(0.1)).cast('float32'));
      }
    },
  }));
  prunerContract({ test }, () => dense(), { plugins: [plugin(dense)] });
});

describe('the contract on an engine', () => {
  onCpu();
  /** Replays what the first call of a step computed with: what a compiled step would do that freezes a value. */
  const freezing: Engine = {
    ...eagerEngine,
    compile: (step) => {
      let first: tf.Scalar | undefined;
      return {
        run: (feeds, structure = '') => {
          first ??= tf.keep((feeds.progress ?? tf.scalar(0)).clone()) as tf.Scalar;
          return tf.tidy(() => step({ ...feeds, progress: first as tf.Scalar }, structure));
        },
        dispose: () => first?.dispose(),
      };
    },
  };
  const fading = reference(() => ({
    reparameterize: (weight: tf.Tensor, _: unknown, { progress }: Any) => weight.mul(tf.sub(1.5, progress)),
  }));
  const compiled = (create: CreatePruner, engine: Engine) =>
    prunerChecks(create, { engine }).find(({ name }) => /compiled/.test(name)) as { run(): Promise<void> };

  it('finds steps that compute something else when they are compiled', async () => {
    await expect(compiled(fading, freezing).run()).rejects.toThrow(/^Expected a run with compiled steps/);
    await expect(compiled(fading, eagerEngine).run()).resolves.toBeUndefined();
  });

  it('has that check on an engine only', () => {
    expect(prunerChecks(fading).filter(({ name }) => /compiled/.test(name))).toEqual([]);
  });
});
