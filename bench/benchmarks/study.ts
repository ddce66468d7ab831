import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from '../benchmark.ts';
import { compareTimes, measureTurns, type Side } from '../measure.ts';

/** The throughput of a study whose runs go side by side. */
export const study: Benchmark = {
  name: 'study',
  summary: 'ten runs of LeNet-300-100 through the command, two at a time on one thread each, against one by one on all cores',
  threads: 1,
  async run({ rounds = 6, log }) {
    const sides = [studySide('ours', { workers: 2, threads: 1 }), studySide('theirs', { workers: 1, threads: 2 })];
    const times = await measureTurns(sides, { warmUp: 0, rounds, steps: 1, untimed: false });
    const [ours, theirs] = [times.get('ours') as number[], times.get('theirs') as number[]];
    log(`${rounds} rounds`);
    const { ratio, ratioInterval } = compareTimes(theirs, ours);
    const notes = [
      'One time is that of the whole command `espalier compare --config bench/benchmarks/study.config.ts`, from nothing to the last result.',
      'The ratio is one of throughput, so it is theirs / ours: above 1, the runs side by side are done sooner.',
    ];
    return {
      versions: {},
      parts: [
        {
          peer: 'the same runs one after another, --workers 1 --threads 2',
          notes,
          results: [
            { name: '10 runs, --workers 2 --threads 1', ...compareTimes(ours, theirs), ratio, ratioInterval, note: 'theirs / ours' },
          ],
        },
      ],
    };
  },
};

// --- helpers ---

const COMMAND = fileURLToPath(new URL('../../packages/cli/src/bin.ts', import.meta.url));
const CONFIG = fileURLToPath(new URL('study.config.ts', import.meta.url));

const studySide = (name: string, { workers, threads }: { workers: number; threads: number }): Side => ({
  name,
  async run(steps) {
    let total = 0;
    for (let i = 0; i < steps; i++) {
      const runs = await mkdtemp(join(tmpdir(), 'espalier-study-'));
      try {
        const began = performance.now();
        await command([
          'compare',
          '--workers',
          `${workers}`,
          '--threads',
          `${threads}`,
          '--runs',
          runs,
          '--no-report',
          '--json',
          '--config',
          CONFIG,
        ]);
        total += performance.now() - began;
      } finally {
        await rm(runs, { recursive: true, force: true });
      }
    }
    return total / steps;
  },
});

function command(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, COMMAND, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`espalier ${args.join(' ')} failed:\n${complaints}`))));
  });
}
