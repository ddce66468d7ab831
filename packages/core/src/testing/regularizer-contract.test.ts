import { expect, it } from 'vitest';
import { failures } from '../test-helpers.ts';
import { plugin, reference } from './faults/regularizer.ts';
import { regularizerChecks } from './regularizer-contract.ts';

it('finds nothing in a sound regularizer', async () => {
  const factory = reference();
  expect(await failures(regularizerChecks(() => factory(), { plugins: [plugin(factory)] }))).toEqual([]);
});

it('tries no spec without plugins', () => {
  const names = regularizerChecks(() => reference()()).map(({ name }) => name);
  expect(names.filter((name) => /spec|option/.test(name))).toEqual([]);
});
