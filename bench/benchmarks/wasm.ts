import { tf } from '@espalier/core';
import { startEngine } from '@espalier/engine';
import type { Benchmark, Result } from '../benchmark.ts';
import { measureTurns, timesAlone } from '../measure.ts';
import { NETWORKS } from '../networks/index.ts';
import { ourTraining } from '../training-side.ts';
import { watchMachine } from '../watch.ts';

/** Copied from the first measurements of the engine, not measured here: a filter gradient made of slices and products. */
const NAIVE_MS = 2500;

/** A training step without any native library. */
export const wasm: Benchmark = {
  name: 'wasm',
  summary: 'a training step of the 4-conv net on WebAssembly; the naive 2,500 ms beside it are copied, not measured',
  threads: 1,
  async run({ rounds = 10, patience, only = '', log }) {
    const engine = await startEngine({ engine: 'wasm', log });
    const watch = watchMachine({ patience });
    const results: Result[] = [];
    for (const network of [NETWORKS.fourConv, NETWORKS.fourConvBn].filter(({ name }) => name.includes(only))) {
      const side = ourTraining(network, engine);
      try {
        const times = await measureTurns([side], { warmUp: 2, rounds, steps: 2 }, watch);
        const alone = timesAlone(times.get('ours') as number[]);
        const isNaive = network === NETWORKS.fourConv;
        results.push({ name: `${network.name}, batch ${network.batchSize}`, ...alone, ...(isNaive ? naive(alone.ours) : {}) });
        log(`${network.name}: ${rounds} rounds`);
      } catch (error) {
        log(`${network.name} is skipped, since WebAssembly can't train it: ${(error as Error).message}`);
      } finally {
        side.dispose();
      }
    }
    const notes = ['One thread. There is no peer to measure; only our own times are of this run.', watch.summary()];
    const peer = `a naive step, ${NAIVE_MS.toLocaleString('en')} ms, copied from the first measurements`;
    return { versions: { [engine.name]: engine.version, tfjs: tf.version_core }, parts: [{ peer, notes, results }] };
  },
};

// --- helpers ---

const naive = (ours: number) => ({ theirs: NAIVE_MS, ratio: ours / NAIVE_MS, note: 'theirs is copied' });
