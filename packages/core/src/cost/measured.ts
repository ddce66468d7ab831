import { prunableKernels } from '../model/kernels.ts';
import { readFloats } from '../read-floats.ts';
import type { tf } from '../tf.ts';
import { gzipSize } from './storage.ts';

export interface MeasuredKernel {
  readonly nonzero: number;
  /** Bytes of its values after gzip. */
  readonly gzip: number;
}

/** The kernels of a model as they stand: what `modelCost` takes for a network that is pruned already, and its size as a file. By name. */
export function measuredKernels(model: tf.LayersModel): ReadonlyMap<string, MeasuredKernel> {
  return new Map(
    prunableKernels(model).map(({ name, weight }) => {
      const values = readFloats(() => weight);
      return [name, { nonzero: values.reduce((count, value) => count + Number(value !== 0), 0), gzip: gzipSize(values) }];
    }),
  );
}
