import os from 'node:os';
import type { Watch } from './measure.ts';

/** Milliseconds of processor time since some moment. */
export interface ProcessorTime {
  /** Of all cores, busy with anything. */
  readonly busy: number;
  /** Of this process and its peer. */
  readonly own: number;
}

export interface WatchOptions {
  /** Of the peer, if there is one. */
  readonly peerTime?: (() => Promise<number>) | undefined;
  /** Share of one core that others may take in a turn. Default 0.1. */
  readonly tolerated?: number;
  /** Seconds to wait for a quiet machine and to spend on disturbed rounds, in all. Default 120. */
  readonly patience?: number | undefined;
  readonly now?: () => number;
  readonly processorTime?: () => Promise<ProcessorTime>;
}

/** A watch that adds up what it saw, for the notes of a measurement. */
export interface MachineWatch extends Watch {
  /** Share of one core that others took in the rounds that count, since the last call. */
  lap(): number;
  /** In words: what others took of one core in the rounds that count, and how many rounds were done again. */
  summary(): string;
}

/**
 * Watches what other programs take of the processor: all that is busy, less this process and its peer.
 *
 * They matter because they don't slow both sides alike. OpenMP, which PyTorch uses, waits for its slowest thread in every operation: one
 * busy program beside it on two cores can make a step ten times slower.
 */
export function watchMachine(options: WatchOptions = {}): MachineWatch {
  const { peerTime, tolerated = 0.1, patience = 120, now = () => performance.now() } = options;
  const processorTime = options.processorTime ?? (async () => ({ busy: busyTime(), own: ownTime() + ((await peerTime?.()) ?? 0) }));
  let left = 1000 * patience;
  let foreign = 0;
  let elapsed = 0;
  let again = 0;
  let lap = { foreign: 0, elapsed: 0 };

  /** What others take of one core, from now on. */
  const begin = async () => {
    const [from, { busy, own }] = [now(), await processorTime()];
    return async () => {
      const time = await processorTime();
      const took = now() - from;
      return { took, others: Math.max(0, time.busy - busy - (time.own - own)) };
    };
  };

  return {
    async untilQuiet(atLeast) {
      await sleep(atLeast);
      while (left > 0) {
        const end = await begin();
        await sleep(SAMPLE);
        const { took, others } = await end();
        // The clock of the processor ticks every 10 ms.
        if (others <= tolerated * took + 10) return;
        left -= took;
      }
    },
    async begin() {
      const end = await begin();
      return async () => {
        const { took, others } = await end();
        if (left > 0 && others > tolerated * took + 10) {
          left -= took;
          again++;
          return true;
        }
        foreign += others;
        elapsed += took;
        return false;
      };
    },
    lap() {
      const share = elapsed > lap.elapsed ? (foreign - lap.foreign) / (elapsed - lap.elapsed) : 0;
      lap = { foreign, elapsed };
      return share;
    },
    summary() {
      const share = elapsed > 0 ? (100 * foreign) / elapsed : 0;
      return `Other programs took ${share.toFixed(0)} % of one core in the rounds that count; ${again} disturbed rounds were done again.`;
    },
  };
}

// --- helpers ---

/** Milliseconds of one look at a machine that should be quiet. */
const SAMPLE = 60;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const busyTime = (): number => os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);

function ownTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
