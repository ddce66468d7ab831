import { attach, maskDigest, type PrunedModel, tf } from '@espalier/core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fixedMask } from './index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(() => tf.disposeVariables());

const RUN = '0123456789ab';
/** What a run ended with: 3 of 6 and 2 of 4 weights. */
const SOURCE = new Map([
  ['first', Float32Array.of(0.5, 0, 0, -2, 0, 1)],
  ['second', Float32Array.of(0, 3, 0, -1)],
]);
const digest = maskDigest(SOURCE);
const ones = () => tf.initializers.ones();

function pruned(
  options: Partial<Parameters<typeof fixedMask>[0]> = {},
  source: ReadonlyMap<string, Float32Array> | undefined = SOURCE,
): PrunedModel {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ name: 'first', units: 2, inputShape: [3], kernelInitializer: ones() }),
      tf.layers.dense({ name: 'second', units: 2, kernelInitializer: ones() }),
    ],
  });
  return attach(model, fixedMask({ sparsity: 0.5, run: RUN, digest, ...options }), source ? { source } : {});
}
const effective = (of: PrunedModel) => of.layers.map((layer) => tf.tidy(() => Array.from(of.effectiveWeight(layer).dataSync())));

describe('fixedMask', () => {
  it('prunes the weights that the run has pruned, from the start, and none of its values count', () => {
    expect(effective(pruned())).toEqual([
      [1, 0, 0, 1, 0, 1],
      [0, 1, 0, 1],
    ]);
  });

  it('keeps the number of weights of each layer when it is shuffled, in an order of the seed', () => {
    const seeds = [0, 1, 2, 3].map((seed) => {
      const model = tf.sequential({ layers: [tf.layers.dense({ name: 'first', units: 2, inputShape: [3], kernelInitializer: ones() })] });
      const source = new Map([...SOURCE].slice(0, 1));
      const of = attach(model, fixedMask({ sparsity: 0.5, run: RUN, digest: maskDigest(source), shuffle: true }), { source, seed });
      return effective(of).flat();
    });
    for (const mask of seeds) expect(mask.filter((w) => w === 1)).toHaveLength(3);
    expect(new Set(seeds.map(String)).size).toBeGreaterThan(1);
  });

  it('says what core has to do for it', () => {
    expect(fixedMask({ sparsity: 0.5, run: RUN, digest })).toMatchObject({ sparsity: 0.5, source: RUN, redrawsInit: false });
    expect(fixedMask({ sparsity: 0.5, run: RUN, digest, reinitialize: true }).redrawsInit).toBe(true);
  });

  it('names run and mask in its spec, and no path', () => {
    expect(fixedMask({ sparsity: 0.5, run: RUN, digest, shuffle: true }).spec).toEqual({
      use: 'fixed-mask',
      sparsity: 0.5,
      run: RUN,
      digest,
      shuffle: true,
    });
  });

  it.each<[string, () => PrunedModel, string]>([
    ['another mask', () => pruned({ digest: '0'.repeat(16) }), `has the digest ${digest}`],
    ['another sparsity', () => pruned({ sparsity: 0.9 }), 'keeps 5 of 10 weights'],
    ['other kernels', () => pruned({}, new Map([['first', Float32Array.of(1, 0)]])), 'no kernel "first" of 6 weights'],
    ['no run at hand', () => pruned({}, new Map()).detach() as never, 'no kernel'],
  ])('refuses %s', (_, make, problem) => {
    let error: unknown;
    try {
      make();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'E_HOOK', message: expect.stringContaining(problem), cause: { code: 'E_MASK' } });
  });

  it('needs the folder of runs', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    expect(() => attach(model, fixedMask({ sparsity: 0.5, run: RUN, digest }))).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ code: 'E_MASK' }) }),
    );
  });

  it.each([{ run: 'runs/0123456789ab' }, { digest: 'x' }, { sparsity: 1 }])('refuses the options %j', (options) => {
    expect(() => fixedMask({ sparsity: 0.5, run: RUN, digest, ...options })).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }));
  });
});
