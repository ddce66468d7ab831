import { tf } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import type { Benchmark, BenchmarkOptions, Result } from '../benchmark.ts';
import { compareTimes, measureTurns } from '../measure.ts';
import { naiveTraining } from '../naive-training.ts';
import { NETWORKS, type Network } from '../networks/index.ts';
import { compareLosses, ourTraining } from '../training-side.ts';
import { watchMachine } from '../watch.ts';

/** A training step without any native library, against a naive one. */
export const wasm: Benchmark = {
  name: 'wasm',
  summary: 'a training step of the 4-conv net on WebAssembly, against one with the backend’s own kernels',
  threads: 1,
  async run(options) {
    const engine = await startEngine({ engine: 'wasm', log: options.log });
    const results: Result[] = [];
    const summaries: string[] = [];
    for (const network of [NETWORKS.fourConv, NETWORKS.fourConvBn].filter(({ name }) => name.includes(options.only ?? ''))) {
      const { result, summary } = await measureNetwork(network, engine, options);
      results.push(result);
      summaries.push(`${network.name}: ${summary}`);
      options.log(`${network.name}: ${result.rounds} rounds`);
    }
    const notes = [
      'One thread each. Theirs: the kernels of tfjs-backend-wasm as it comes, and the filter gradient that it lacks composed of slices and products.',
      'Same model, batches and initial weights on both sides; the losses of the first 5 steps agree.',
      ...summaries,
    ];
    const peer = 'a naive step on the same backend';
    return { versions: { [engine.name]: engine.version, tfjs: tf.version_core }, parts: [{ peer, notes, results }] };
  },
};

// --- helpers ---

async function measureNetwork(network: Network, engine: StartedEngine, { rounds = 6, patience }: BenchmarkOptions) {
  const theirs = await naiveTraining(network);
  const ours = ourTraining(network, engine);
  const watch = watchMachine({ peerTime: theirs.cpuTime, patience });
  try {
    const { difference, agree } = await compareLosses(ours, theirs);
    if (!agree) throw new Error(`${network.name}: no ratio, since the losses differ by ${difference}.`);
    const times = await measureTurns([ours, theirs], { warmUp: 0, rounds, steps: 1 }, watch);
    const comparison = compareTimes(times.get('ours') as number[], times.get('theirs') as number[]);
    const result: Result = { name: `${network.name}, batch ${network.batchSize}`, ...comparison, others: watch.lap() };
    return { result, summary: watch.summary() };
  } finally {
    ours.dispose();
    await theirs.dispose();
  }
}
