import { expect, it } from 'vitest';
import { failures } from '../test-helpers.ts';
import { datasetChecks } from './dataset-contract.ts';
import { dataset, splits } from './faults/dataset.ts';

it('finds nothing in sound data', async () => {
  expect(await failures(datasetChecks(() => dataset(splits)))).toEqual([]);
});
