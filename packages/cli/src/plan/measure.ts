import type { RunSpec } from '@espalier/core';
import { forkScript } from '../runner/fork-script.ts';

/** What a process is asked to time. */
export interface MeasureTask {
  readonly spec: RunSpec;
  readonly stepsPerEpoch: number;
  /** Package names and absolute paths, and where package names are looked up. */
  readonly plugins: readonly string[];
  readonly folder: string;
}

/** What a few steps took. */
export interface Measured {
  /** Mean time of a step, hooks included. */
  readonly milliseconds: number;
  readonly steps: number;
  /** Resident memory of the process. */
  readonly bytes: number;
}

/** Times a few steps in a process of their own, on random data. The reason in words, where that fails. */
export function measure(task: MeasureTask): Promise<Measured | string> {
  const child = forkScript(new URL('./measure-worker', import.meta.url));
  child.stderr?.resume();
  return new Promise((resolve) => {
    let outcome: Measured | string | undefined;
    child.on('message', (message: { ready?: true; measured?: Measured; problem?: string }) => {
      if (message.ready) child.send(task);
      else outcome = message.measured ?? message.problem;
    });
    child.on('close', (code, signal) => resolve(outcome ?? `the process ended ${signal ? `by ${signal}` : `with exit code ${code}`}`));
  });
}
