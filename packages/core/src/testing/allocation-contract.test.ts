import { describe, expect, it, test } from 'vitest';
import { erk } from '../allocations/erk.ts';
import { global } from '../allocations/global.ts';
import { uniform } from '../allocations/uniform.ts';
import { failures } from '../test-helpers.ts';
import { allocationChecks, allocationContract } from './allocation-contract.ts';
import { allocation } from './faults/allocation.ts';

describe.each([uniform, erk, global])('the allocation $definition.name', (factory) => {
  allocationContract({ test }, () => factory());
});

it('finds nothing in a sound allocation', async () => {
  expect(await failures(allocationChecks(() => allocation({})))).toEqual([]);
});
