import * as z from 'zod';
import { defineThresholdSource } from '../../component.ts';
import { globalQuantile } from '../../sources/global-quantile.ts';
import type { Target } from '../../targets/target.ts';
import { thresholdSourceChecks } from '../threshold-source-contract.ts';
import { type FaultTable, faultsOf } from './fault.ts';

type Change = (target: Target | number | null) => object;
const quantile = globalQuantile();

export const source = (change: Change) =>
  defineThresholdSource({
    name: 'reference',
    summary: 'For these tests',
    options: z.strictObject({}),
    create: () => ({ towards: (target) => ({ ...quantile.towards(target), ...change(target) }) }),
  })();

const table: FaultTable<Change> = {
  'never moves its thresholds': [
    /number of weights that it promises/,
    () => ({ beforeStep: undefined, finish: undefined, calendar: undefined }),
  ],
  'promises another sparsity': [/number of weights that it promises/, (target) => ({ sparsity: Number(target) / 2 })],
};

export const thresholdSourceFaults = faultsOf(table, (change) => thresholdSourceChecks(() => source(change)));
