import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Network } from './networks/index.ts';
import type { TrainingSide } from './training-side.ts';

/** A training in a process of its own, and the milliseconds of processor time that it has taken. */
export interface NaiveTraining extends TrainingSide {
  cpuTime(): Promise<number>;
}

/** A training of a network on WebAssembly without our kernels (peers/naive-wasm.ts), from the same initial weights. */
export async function naiveTraining({ name }: Network): Promise<NaiveTraining> {
  const child = fork(PEER, [name]);
  const ended = once(child, 'exit');
  const answer = async <Answer>(): Promise<Answer> => {
    const came = await Promise.race([once(child, 'message'), ended.then(() => undefined)]);
    if (!came) throw new Error(`The naive training of ${name} has ended without an answer.`);
    return came[0] as Answer;
  };
  const ask = <Answer>(request: object): Promise<Answer> => {
    child.send(request);
    return answer<Answer>();
  };
  let losses: readonly number[] = [];
  await answer();
  return {
    name: 'theirs',
    get losses() {
      return losses;
    },
    async run(steps) {
      const done = await ask<{ ms: number; losses: number[] }>({ steps });
      losses = done.losses;
      return done.ms;
    },
    cpuTime: async () => (await ask<{ cpu: number }>({})).cpu,
    async dispose() {
      child.kill();
      await ended;
    },
  };
}

// --- helpers ---

const PEER = fileURLToPath(new URL('peers/naive-wasm.ts', import.meta.url));
