import type { Kind } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkedComponents, LARGE, passes } from './support/built-in.ts';

describe('the contract of its kind, in plain JavaScript, is passed by', () => {
  /** The other pruners do in tests of their own. */
  const here = checkedComponents().filter(({ kind, name }) => (kind !== 'pruner' || name === 'fixed-mask') && !(name in LARGE));
  test.each(here.map(({ kind, name, checks }) => [`${kind} ${name}`, checks] as const))('%s', (_, checks) => passes(checks));
});

/** What a plugin author can do too: the contract on the engine that trains, where it compares compiled steps with eager ones. */
describe('on the compiled engine', () => {
  const complaints: string[] = [];
  let engine: StartedEngine;
  beforeAll(async () => {
    engine = await startEngine({ engine: 'native', threads: 1, log: (line) => complaints.push(line) });
  });
  const checksOf = (kind: Kind, name: string) =>
    checkedComponents(engine).find((one) => one.kind === kind && one.name === name)?.checks ?? [];

  test.each(Object.keys(LARGE))('model %s passes the contract', (name) => passes(checksOf('model', name)));

  test('everything that does not train passes the contract', async () => {
    const small = checkedComponents(engine).filter(({ kind }) => !['pruner', 'threshold-source', 'model', 'dataset'].includes(kind));
    await passes(small.flatMap(({ kind, name, checks }) => checks.map((check) => ({ ...check, name: `${kind} ${name} ${check.name}` }))));
  });

  const pruners = checkedComponents().filter(({ kind }) => kind === 'pruner');
  test.each(pruners.map(({ name }) => name))('%s is trained alike both ways', async (name) => {
    const checks = checksOf('pruner', name).filter((check) => /compiled|leaks/.test(check.name));
    expect(checks).toHaveLength(2);
    await passes(checks);
    expect(complaints).toEqual([]);
  });

  test('gmp passes all of it', () => passes(checksOf('pruner', 'gmp')));
});
