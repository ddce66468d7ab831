import * as z from 'zod';
import { defineDataset } from '../../component.ts';
import type { Dataset, Splits } from '../../kinds/dataset.ts';
import { datasetChecks } from '../dataset-contract.ts';
import { type FaultTable, faultsOf } from './fault.ts';

const examples = (from: number, count: number) => ({
  inputs: Float32Array.from({ length: 2 * count }, (_, i) => from + i),
  labels: Int32Array.from({ length: count }, (_, i) => i % 3),
});
export const splits = (change: Partial<Splits> = {}): Splits => ({
  train: examples(0, 30),
  validation: examples(100, 6),
  test: examples(200, 6),
  ...change,
});
export const dataset = (load: () => Splits) =>
  defineDataset({
    name: 'reference',
    summary: 'For these tests',
    options: z.strictObject({}),
    create: (): Dataset => ({ inputShape: [2], classes: 3, load: async () => load() }),
  })();
let loads = 0;

const table: FaultTable<() => Splits> = {
  'has no validation examples': [/each split/, () => splits({ validation: examples(100, 0) })],
  'has a value too few': [/input shape/, () => splits({ test: { ...examples(200, 6), inputs: new Float32Array(11) } })],
  'counts its classes from 1': [/classes/, () => splits({ test: { ...examples(200, 3), labels: Int32Array.of(1, 2, 3) } })],
  'has a hole': [/finite/, () => splits({ test: { ...examples(200, 1), inputs: Float32Array.of(1, Number.NaN) } })],
  'draws its splits anew': [/whenever/, () => splits({ train: examples(0, 30 - (loads++ % 2)) })],
  'tests on what it trained on': [/among the training/, () => splits({ test: examples(0, 6) })],
};

export const datasetFaults = faultsOf(table, (load) => datasetChecks(() => dataset(load)));
