import { baselinesPlugin, dense, dnw, feather, fixedMask, globalMagnitude, gmp, random, st3 } from '@espalier/baselines';
import {
  attach,
  type Component,
  type Engine,
  elasticNet,
  erk,
  hard,
  hoyerSquare,
  l1,
  l2,
  maskDigest,
  type Plugin,
  type TrainingOptions,
  tf,
  topKThreshold,
} from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { autoPrune, dst, exp, sigmoidMask, str, straightThrough, strPlugin, thresholded } from '@espalier/str';
import {
  lenet5,
  lenet300,
  mlp,
  mobilenetV1,
  mobilenetV2,
  resnet18,
  resnet20,
  resnet50,
  resnet56,
  vgg16Bn,
  wrn22x2,
  zooPlugin,
} from '@espalier/zoo';
import { beforeAll, describe, expect, test } from 'vitest';
import { eagerOn } from './support/eager.ts';
import { build, type Network, train } from './support/train-network.ts';

/** The compiled step is the eager one, bit for bit: for every method and model, whatever changes from step to step. */
describe('the compiled step', () => {
  let compiled: StartedEngine;
  const complaints: string[] = [];
  beforeAll(async () => {
    compiled = await startEngine({ engine: 'native', threads: 1, log: (line) => complaints.push(line) });
  });
  const eager = () => eagerOn(compiled);

  const METHODS: readonly [string, () => Component<'pruner'>][] = [
    ['dense', () => dense()],
    ['str', () => str()],
    ['str by filter', () => str({ granularity: 'filter', g: exp(), estimator: straightThrough() })],
    ['str running free', () => str({ sparsity: null, sInit: -5, decay: 0.1 })],
    ['dnw', () => dnw()],
    ['gmp', () => gmp({ allocation: erk() })],
    ['global-magnitude', () => globalMagnitude()],
    ['st-3', () => st3()],
    ['feather', () => feather({ theta: 0.5 })],
    ['dst', () => dst()],
    ['autoprune', () => autoPrune()],
    ['random', () => random({ allocation: erk() })],
    ['thresholded', () => thresholded({ source: topKThreshold(), operator: hard(), estimator: sigmoidMask() })],
    ['autoprune running free', () => autoPrune({ sparsity: null, lambda: 1e-4, variant: 'leaky' })],
  ];
  const MODELS: readonly Network[] = [
    ['lenet-300-100', () => lenet300(), [28, 28, 1], 16],
    ['lenet5', () => lenet5(), [16, 16, 1], 8],
    ['mlp', () => mlp(), [28, 28, 1], 16],
    ['resnet20', () => resnet20(), [8, 8, 3], 4],
  ];
  const LARGE_MODELS: readonly Network[] = [
    ['resnet56', () => resnet56(), [8, 8, 3], 4],
    ['wrn-22-2', () => wrn22x2(), [8, 8, 3], 4],
    ['mobilenet-v1', () => mobilenetV1({ width: 0.25 }), [32, 32, 3], 4],
    ['mobilenet-v2', () => mobilenetV2({ width: 0.25 }), [32, 32, 3], 4],
    ['resnet18', () => resnet18(), [32, 32, 3], 2],
    ['resnet50', () => resnet50(), [32, 32, 3], 2],
    ['vgg16-bn', () => vgg16Bn(), [32, 32, 3], 2],
  ];
  /** With a few steps, so that the suite stays short. `ESPALIER_COMPILED_STEPS=200` gives them as many as the others. */
  const SLOWEST = ['resnet56', 'resnet18', 'resnet50', 'vgg16-bn'];
  const stepsOf = (model: string): number => (SLOWEST.includes(model) ? Number(process.env.ESPALIER_COMPILED_STEPS ?? 8) : 200);
  /** Batches of 2 and 4, normalized over one place: at higher rates gradients grow from layer to layer until they overflow. */
  const LARGE_RATE = 0.001;

  describe.each(MODELS)('of %s', (...network) => {
    test.each(METHODS)('gives the same bits after 200 steps with %s', (_, pruner) => {
      const before = tf.memory().numTensors;
      const [ours, reference] = [train(compiled, pruner(), network), train(eager(), pruner(), network)];
      expect(ours.losses).toEqual(reference.losses);
      expect(Object.keys(ours.values).filter((name) => ours.values[name] !== reference.values[name])).toEqual([]);
      expect(complaints).toEqual([]);
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  test.each(MODELS)('gives the same bits after 200 steps with the mask of another run, of %s', (...network) => {
    const built = build(network[1], network[2]);
    const pruned = attach(built, random({ sparsity: 0.5 }));
    const kernels = pruned.layers.map(
      (layer) => [layer.kernel.name, tf.tidy(() => pruned.effectiveWeight(layer).dataSync() as Float32Array)] as const,
    );
    const source = new Map(kernels);
    pruned.detach();
    built.dispose();
    const pruner = () => fixedMask({ sparsity: 0.5, run: '0123456789ab', digest: maskDigest(source) });
    const [ours, reference] = [compiled, eager()].map((engine) => train(engine, pruner(), network, {}, { source }));
    expect(ours).toEqual(reference);
    expect(complaints).toEqual([]);
  });

  test('is tested with every pruner and every model that there is', () => {
    const named = (plugins: readonly Plugin[], kind: string) =>
      plugins.flatMap(({ components }) => components.filter((c) => c.kind === kind).map(({ definition }) => definition.name));
    const pruners = METHODS.map(([name]) => name.split(' ')[0]);
    expect([...new Set([...pruners, 'fixed-mask'])].sort()).toEqual(named([baselinesPlugin, strPlugin], 'pruner').sort());
    expect([...MODELS, ...LARGE_MODELS].map(([name]) => name).sort()).toEqual(named([zooPlugin], 'model').sort());
  });

  describe.each(LARGE_MODELS)('of %s', (...network) => {
    const steps = stepsOf(network[0]);
    test.each<[string, () => Component<'pruner'>]>([
      ['str', () => str()],
      ['gmp', () => gmp({ every: 2 })],
    ])(`gives the same bits after ${steps} steps with %s`, { timeout: 75_000 * steps }, (_, pruner) => {
      const run = (engine: Engine) => train(engine, pruner(), network, { learningRate: LARGE_RATE }, { steps });
      const [ours, reference] = [run(compiled), run(eager())];
      expect(ours.losses).toEqual(reference.losses);
      expect(Object.keys(ours.values).filter((name) => ours.values[name] !== reference.values[name])).toEqual([]);
      expect(complaints).toEqual([]);
    });
  });

  test.each<[string, TrainingOptions]>([
    ['the learning rate', { schedule: 'step', milestones: [0.5], warmup: 0 }],
    ['the learning rate once per epoch', { updatedPer: 'epoch' }],
    ['Nesterov momentum and label smoothing', { nesterov: true, labelSmoothing: 0.1 }],
  ])('feeds %s', (_, training) => {
    const network = MODELS[0] as Network;
    const ours = train(compiled, dense(), network, training);
    expect(ours).toEqual(train(eager(), dense(), network, training));
    expect(ours.losses).not.toEqual(train(compiled, dense(), network).losses);
  });

  test.each(METHODS.filter(([name]) => name.startsWith('str')))('stays as it is where the forces are metered with %s', (_, pruner) => {
    const network = MODELS[1] as Network;
    const metered = train(compiled, pruner(), network, {}, { metered: true });
    expect({ ...metered, forces: [] }).toEqual(train(compiled, pruner(), network));
    expect(metered).toEqual(train(eager(), pruner(), network, {}, { metered: true }));
    expect(metered.forces).toHaveLength(4);
    expect(complaints).toEqual([]);
  });

  test.each<[string, TrainingOptions]>([
    ['l2', { regularizers: { weights: l2({ lambda: 0.01 }) } }],
    ['l1', { regularizers: { weights: l1({ lambda: 1e-3 }), thresholds: l1({ lambda: 0.1 }) } }],
    ['elastic-net', { regularizers: { weights: elasticNet({ l1: 1e-3, l2: 0.01 }), bias: l2({ lambda: 0.1 }) } }],
    ['hoyer-square', { regularizers: { weights: hoyerSquare({ lambda: 1e-5 }) } }],
    ['decoupled l1', { regularizers: { weights: l1({ lambda: 1e-3 }) }, decoupled: true }],
    ['a decoupled coefficient', { weightDecay: 0.01, decoupled: true, nesterov: true }],
  ])('regularizes by %s', (_, training) => {
    const network = MODELS[0] as Network;
    const pruner = () => str({ sparsity: null, sInit: -5 });
    const ours = train(compiled, pruner(), network, training);
    expect(ours).toEqual(train(eager(), pruner(), network, training));
    expect(ours.losses).not.toEqual(train(compiled, pruner(), network).losses);
    expect(complaints).toEqual([]);
  });

  test('draws dropout from the seed, step by step, and stays compiled', () => {
    const withDropout = (): Component<'model'> => ({
      ...lenet300(),
      build: ({ seed }) =>
        tf.sequential({
          layers: [
            tf.layers.flatten({ inputShape: [28, 28, 1] }),
            tf.layers.dropout({ rate: 0.2 }),
            tf.layers.dense({ units: 30, activation: 'relu', kernelInitializer: tf.initializers.heNormal({ seed: seed('fc1') }) }),
            tf.layers.dropout({ rate: 0.5 }),
            tf.layers.dense({ units: 10, kernelInitializer: tf.initializers.heNormal({ seed: seed('fc2') }) }),
          ],
        }),
    });
    const network: Network = ['dropout', withDropout, [28, 28, 1], 16];
    const ours = train(compiled, str(), network);
    expect(ours).toEqual(train(eager(), str(), network));
    expect(ours.losses).not.toEqual(train(compiled, str(), network, {}, { seed: 1 }).losses);
    expect(complaints).toEqual([]);
  });
});
