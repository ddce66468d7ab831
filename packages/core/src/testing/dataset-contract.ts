import type { Component } from '../component.ts';
import type { Dataset, Splits } from '../kinds/dataset.ts';
import { type ContractOptions, checksOn, sameBits, specChecks } from './component-checks.ts';
import { expect } from './expect.ts';
import type { Check, TestRegistrar } from './pruner-contract.ts';

/** Registers what every data set must do as tests: `datasetContract({ test }, () => mnist({ trainExamples: 1000 }))`. */
export function datasetContract({ test }: TestRegistrar, create: () => Component<'dataset'>, options: ContractOptions = {}): void {
  for (const { name, run } of datasetChecks(create, options)) test(name, run);
}

/** What every data set must do, as checks without a test runner. Each loads the data: make it small. */
export function datasetChecks(create: () => Component<'dataset'>, options: ContractOptions = {}): readonly Check[] {
  return checksOn(options.engine, {
    'has examples in each split': async () => hasExamples(await create().load()),
    'has as many values per example as its input shape says': async () => fitsItsShape(create(), await create().load()),
    'has labels from 0 up to its classes': async () => fitsItsClasses(create(), await create().load()),
    'has finite values only': async () => staysFinite(await create().load()),
    'gives the same splits whenever it is loaded': async () => isRepeatable(await create().load(), await create().load()),
    'has no test or validation example among the training examples': async () => keepsApart(create(), await create().load()),
    ...specChecks(create(), options),
  });
}

// --- helpers ---

const SPLITS = ['train', 'validation', 'test'] as const;

const sizeOf = ({ inputShape }: Dataset): number => inputShape.reduce((product, n) => product * n, 1);

function hasExamples(splits: Splits): void {
  for (const split of SPLITS) expect(splits[split].labels.length > 0, `at least one example in "${split}"`, 'none');
}

function fitsItsShape(data: Dataset, splits: Splits): void {
  for (const split of SPLITS) {
    const { inputs, labels } = splits[split];
    const [expected, shape] = [labels.length * sizeOf(data), data.inputShape.join(' × ')];
    expect(inputs.length === expected, `${expected} values for ${labels.length} examples of ${shape} in "${split}"`, inputs.length);
  }
}

function fitsItsClasses({ classes }: Dataset, splits: Splits): void {
  for (const split of SPLITS) {
    const wrong = splits[split].labels.find((label) => label < 0 || label >= classes);
    expect(wrong === undefined, `labels from 0 to ${classes - 1} in "${split}"`, wrong);
  }
}

function staysFinite(splits: Splits): void {
  for (const split of SPLITS) {
    const i = splits[split].inputs.findIndex((value) => !Number.isFinite(value));
    expect(i < 0, `finite values in "${split}"`, `${splits[split].inputs[i]} at ${i}`);
  }
}

function isRepeatable(first: Splits, again: Splits): void {
  for (const split of SPLITS) {
    const same = sameBits(first[split].inputs, again[split].inputs) && sameBits(first[split].labels, again[split].labels);
    expect(
      same,
      `the same examples in the same order in "${split}" when it is loaded again: every seed trains on the same splits`,
      'others',
    );
  }
}

/** Equal pictures may occur in real data; a split that was cut out of another has many. */
function keepsApart(data: Dataset, splits: Splits): void {
  const size = sizeOf(data);
  const examplesOf = ({ inputs, labels }: Splits['train']) =>
    Array.from(labels, (_, i) => bytes(inputs.subarray(i * size, (i + 1) * size)).toString('latin1'));
  const trained = new Set(examplesOf(splits.train));
  for (const split of ['validation', 'test'] as const) {
    const examples = examplesOf(splits[split]);
    const shared = examples.filter((example) => trained.has(example)).length;
    expect(shared <= examples.length / 100, `no example of "${split}" among the training examples`, `${shared} of ${examples.length}`);
  }
}

const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
