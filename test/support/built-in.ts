import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { baselinesPlugin, fixedMask, gmp } from '@espalier/baselines';
import { type Component, corePlugin, executeRun, keepCount, maskDigest, type Plugin, type Target, tf } from '@espalier/core';
import { type Check, type CheckedComponent, pluginChecks, prunerChecks, type Trial } from '@espalier/core/testing';
import type { StartedEngine } from '@espalier/engine';
import { strPlugin } from '@espalier/str';
import { idx, mlp, zooPlugin } from '@espalier/zoo';
import { afterAll } from 'vitest';
import { FOLDERS } from '../../packages/zoo/src/datasets/fashion-mnist.ts';
import { eagerOn } from './eager.ts';
import { writeSmallData } from './small-data.ts';

/** Every built-in component with what the contract of its kind needs to try it. */

export const BUILT_IN: readonly Plugin[] = [corePlugin, strPlugin, baselinesPlugin, zooPlugin];

const data = writeSmallData();
afterAll(() => rmSync(data, { recursive: true }));

/** A finished run, for the budget that it reached. */
const run = await finishedRun();
const budget = path.join(data, 'budget.csv');
writeFileSync(budget, 'layer,sparsity\nfirst,0.75\nsecond,0.25\n');

const splits = { trainExamples: 300, testExamples: 100, validation: 100 };
/** What a component needs said. Coefficients are such that a penalty's gradient can be told from rounding. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  l1: { lambda: 0.1 },
  l2: { lambda: 0.1 },
  'elastic-net': { l1: 0.1, l2: 0.1 },
  'hoyer-square': { lambda: 0.1 },
  'from-file': { budget, rescale: true },
  'from-run': { run: run.folder, rescale: true },
  mnist: splits,
  'fashion-mnist': splits,
  idx: { folder: path.join(data, 'idx'), validation: 10 },
  cifar10: { folder: path.join(data, 'cifar-10'), validation: 10 },
  cifar100: { folder: path.join(data, 'cifar-100'), validation: 10 },
  'image-folder': { folder: path.join(data, 'images') },
};

/** Networks that are too large for plain JavaScript run on the native engine, with images of this many pixels a side: as few as they take. */
export const LARGE: Readonly<Record<string, number>> = {
  resnet56: 8,
  'wrn-22-2': 8,
  'vgg16-bn': 16,
  resnet18: 32,
  resnet50: 32,
  'mobilenet-v1': 32,
  'mobilenet-v2': 32,
};
const ON: Readonly<Record<string, Trial>> = {
  'from-file': { layers: { first: [5, 5, 1, 8], second: [40, 10] } },
  'from-run': { layers: run.layers },
  ...Object.fromEntries(Object.entries(LARGE).map(([name, size]) => [name, { inputShape: [size, size, 3], classes: 5 }])),
};

/** Fashion-MNIST is refused unless its 70,000 labels are there to the byte, so nothing small can take its place: it is tried where it is installed. */
const MISSING = FOLDERS.some(existsSync) ? [] : ['fashion-mnist'];

/** The contract of its kind for every component, on an engine or in plain JavaScript. */
export const checkedComponents = (engine?: StartedEngine): readonly CheckedComponent[] =>
  BUILT_IN.flatMap((plugin) => pluginChecks(plugin, { given: OPTIONS, on: ON, plugins: BUILT_IN, ...(engine ? { engine } : {}) }))
    .filter(({ name }) => !MISSING.includes(name))
    .map((one) => (one.name === 'fixed-mask' ? { ...one, checks: fixedMaskChecks(engine) } : one));

/** Fails with the check that fails. */
export async function passes(checks: readonly Check[]): Promise<void> {
  for (const { name, run } of checks)
    await run().catch((cause: Error) => {
      throw new Error(`${name}: ${cause.message}`, { cause });
    });
}

// --- helpers ---

/** A run in plain JavaScript on the small data, and the layers that it had. */
async function finishedRun(): Promise<{ readonly folder: string; readonly layers: Readonly<Record<string, readonly number[]>> }> {
  await tf.setBackend('cpu');
  const engine = eagerOn({ name: 'cpu', version: tf.version_core, threads: 1 });
  const runs = path.join(data, 'runs');
  const pruner = gmp({ sparsity: 0.5, every: 1 });
  const training = { epochs: 1, batchSize: 5 };
  const from = idx({ folder: path.join(data, 'idx'), validation: 10 });
  const result = await executeRun({ model: mlp({ units: [6] }), data: from, pruner, training, seed: 0, engine }, { runs, engine });
  if (result.status !== 'finished') throw new Error(result.failure.message);
  return { folder: path.join(runs, result.id), layers: Object.fromEntries(result.layers.map(({ name, size }) => [name, [size]])) };
}

/** The checks of `fixed-mask`, with masks of the sparsities that they ask for in place of those of finished runs. */
function fixedMaskChecks(engine?: StartedEngine): readonly Check[] {
  const sizes = { convolution: 27, hidden: 96, output: 24 };
  const masks = (sparsity: number) => {
    const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
    let place = 0;
    const isKept = () => (place++ * 17) % total < keepCount(total, sparsity); // 17 and 147 have no factor in common: k places, far apart
    return new Map(Object.entries(sizes).map(([name, size]) => [name, Float32Array.from({ length: size }, () => Number(isKept()))]));
  };
  const create = (target: Target = { sparsity: 0.5 }) => {
    if (!('sparsity' in target)) throw new Error('A mask promises a sparsity');
    const { sparsity } = target;
    return fixedMask({ sparsity, run: '0123456789ab', digest: maskDigest(masks(sparsity)) });
  };
  const source = (pruner: Component<'pruner'>) => masks(pruner.sparsity as number);
  return prunerChecks(create, { plugins: BUILT_IN, source, ...(engine ? { engine } : {}) });
}
