import * as z from 'zod';
import { defineAllocation } from '../../component.ts';
import type { Allocation } from '../../kinds/allocation.ts';
import type { Kernel } from '../../kinds/pruner.ts';
import { tf } from '../../tf.ts';
import { allocationChecks } from '../allocation-contract.ts';
import { type FaultTable, faultsOf } from './fault.ts';

export const allocation = (change: Partial<Allocation>) =>
  defineAllocation({
    name: 'reference',
    summary: 'For these tests',
    options: z.strictObject({}),
    create: () => ({ ...sound, ...change }),
  })();
const everywhere = (kernels: readonly Kernel[], sparsity: (i: number) => number) =>
  new Map(kernels.map(({ name }, i) => [name, sparsity(i)]));
const sound: Allocation = { allocate: (kernels, sparsity) => everywhere(kernels, () => sparsity) };
let calls = 0;

const table: FaultTable<Partial<Allocation>> = {
  'asks a layer for more than it has': [/in \[0, 1\]/, { allocate: (kernels, s) => everywhere(kernels, (i) => s + (i ? -0.3 : 0.3)) }],
  'forgets a layer': [/in \[0, 1\]/, { allocate: (kernels, s) => everywhere(kernels.slice(1), () => s) }],
  'keeps the first layer dense for nothing': [
    /meets the total before/,
    { allocate: (kernels, s) => everywhere(kernels, (i) => (i ? s : 0)) },
  ],
  'takes the first layer away': [/no layer away/, { allocate: (kernels, s) => everywhere(kernels, (i) => (i ? s : 1)) }],
  'counts its calls': [/whenever/, { allocate: (kernels, s) => everywhere(kernels, () => s - 1e-9 * calls++) }],
  'looks at the weights without saying so': [
    /depends on the weights/,
    { allocate: (kernels, s) => everywhere(kernels, (i) => s + 1e-6 * Math.abs((kernels[i] as Kernel).weight.dataSync()[0] as number)) },
  ],
  'keeps a tensor': [
    /leaks/,
    {
      allocate: (kernels, s) => {
        tf.keep(tf.scalar(1));
        return everywhere(kernels, () => s);
      },
    },
  ],
};

export const allocationFaults = faultsOf(table, (change) => allocationChecks(() => allocation(change)));
