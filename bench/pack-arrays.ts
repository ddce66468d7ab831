import { writeFileSync } from 'node:fs';

export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** A file of raw little-endian values, and what lies in it at which byte. */
export interface PackedArrays {
  readonly file: string;
  readonly entries: readonly {
    readonly name: string;
    readonly dtype: 'float32' | 'int32';
    readonly shape: readonly number[];
    readonly offset: number;
  }[];
}

/** Writes arrays one after the other into a file, for the peer to read. */
export function packArrays(file: string, arrays: readonly NamedArray[]): PackedArrays {
  let offset = 0;
  const entries = arrays.map(({ name, shape, values }) => {
    const size = shape.reduce((product, n) => product * n, 1);
    if (size !== values.length) throw new RangeError(`"${name}" has ${values.length} values, but its shape [${shape}] has ${size}.`);
    const entry = { name, dtype: values instanceof Int32Array ? ('int32' as const) : ('float32' as const), shape, offset };
    offset += values.byteLength;
    return entry;
  });
  writeFileSync(file, ''); // then one by one: together they may be larger than a buffer can be
  for (const { values } of arrays) writeFileSync(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength), { flag: 'a' });
  return { file, entries };
}
