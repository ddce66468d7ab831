/** What several test files need; not part of the package. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, expect } from 'vitest';
import type { Kernel, Pruner } from './kinds/pruner.ts';
import type { Check } from './testing/pruner-contract.ts';
import { tf } from './tf.ts';

/** Runs the tests of a file on the plain JavaScript backend. */
export const onCpu = (): void =>
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

/** Matches an error by its code. */
export const withCode = (code: string, rest: Record<string, unknown> = {}) => expect.objectContaining({ code, ...rest });

/** Matches a message that names all of these. */
export const naming = (...parts: string[]) =>
  expect.stringMatching(new RegExp(parts.map((part) => `(?=[^]*${part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')})`).join('')));

/** Tensors that exist after an action beyond those before it. */
export function tensorsLeftBy(action: () => void): number {
  const before = tf.memory().numTensors;
  action();
  return tf.memory().numTensors - before;
}

export async function tensorsLeftByAsync(action: () => Promise<void>): Promise<number> {
  const before = tf.memory().numTensors;
  await action();
  return tf.memory().numTensors - before;
}

/** An output read to the bit, and the tensors gone. */
export function values(make: () => tf.Tensor): number[] {
  let read: number[] = [];
  tf.tidy(() => {
    read = Array.from(make().dataSync());
  });
  return read;
}

/** Numbers between −1 and 1 without a pattern, the same each time. */
export const someNumbers = (count: number, phase = 0): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + phase));

/** A kernel that no model has; its weights are `values` or zeros. Whoever made it disposes of its weight. */
export function kernelOf(name: string, shape: readonly number[], weights?: readonly number[]): Kernel {
  const size = shape.reduce((product, n) => product * n, 1);
  const weight = tf.tidy(() => tf.variable(tf.tensor(weights ? [...weights] : new Float32Array(size), [...shape], 'float32')));
  return { name, weight, shape, size, filterAxes: [shape.length - 1], uses: 1 };
}

/** The shape alone, for rules that look at nothing else. */
export const shapeOf = (name: string, ...shape: number[]): Kernel =>
  ({ name, shape, size: shape.reduce((product, n) => product * n, 1), filterAxes: [shape.length - 1], uses: 1 }) as unknown as Kernel;

/** Computes with zeros in place of every weight. */
export const zeros: Pruner = { init: () => ({}), reparameterize: (weight) => weight.zerosLike() };

/** Computes with the weights as they are. */
export const untouched: Pruner = { init: () => ({}), reparameterize: (weight) => weight };

/** Keeps every second weight, by a mask in its state. */
export const everySecond: Pruner<{ mask: tf.Variable }> = {
  init: ({ size, shape }) => ({
    mask: tf.variable(
      tf.tensor(
        Array.from({ length: size }, (_, i) => i % 2),
        [...shape],
        'float32',
      ),
      false,
    ),
  }),
  reparameterize: (weight, { mask }) => weight.mul(mask),
};

/** A new folder that is gone after the test. */
export function temporaryFolders(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'espalier-core-'));
    made.push(folder);
    return folder;
  };
}

/** Names of the checks that fail: for the tests of the contracts themselves. */
export async function failures(checks: readonly Check[]): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of checks) await run().catch(() => failed.push(name));
  return failed;
}
