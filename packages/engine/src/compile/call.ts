import type { OpAttribute } from '../kernels/native.ts';

/** A call of an operation while a step is recorded. */
export interface Call {
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  /** The inputs, as outputs of the graph, and their shapes. */
  readonly from: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  /** The call that made each input, where one of this step did. */
  readonly origins: readonly (Call | undefined)[];
  /** Of the first output. */
  readonly result: { readonly shape: readonly number[]; readonly dtype: number };
}
