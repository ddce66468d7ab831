import type { Binding, OpAttribute, Values } from '../kernels/native.ts';
import { bytes, float, integer, message } from './wire.ts';

/** The field of a node that maps attribute names to values. */
const NODE_ATTRIBUTE = 5;

/** Field numbers of `AttrValue`; inside a `ListValue` they are the same. */
const FIELD = { list: 1, string: 2, integer: 3, float: 4, boolean: 5, type: 6, shape: 7, tensor: 8 } as const;

/**
 * An attribute as tfjs-node gives it to the addon, encoded for a node.
 *
 * @throws {Error} if its kind is unknown.
 */
export function encodeAttribute({ name, type, value }: OpAttribute, binding: Binding): Buffer {
  if (type === binding.TF_ATTR_SHAPE) return entry(name, encodeShape(FIELD.shape, value as number[]));
  const encode = encoder(type, binding);
  if (encode === undefined) throw new Error(`attribute "${name}" is of an unknown kind (${type})`);
  return entry(name, Array.isArray(value) ? message(FIELD.list, ...value.map((element) => encode(element))) : encode(value));
}

/** The attributes of a placeholder: `dtype` and `shape`, which is unknown by default. */
export const placeholderAttributes = (dtype: number, shape?: readonly number[]): readonly Buffer[] => [
  entry('dtype', integer(FIELD.type, dtype)),
  entry('shape', shape === undefined ? message(FIELD.shape, integer(3, true)) : encodeShape(FIELD.shape, shape)),
];

/** The attributes of a constant: `dtype` and `value`, a tensor with its raw little-endian content or its strings. */
export function constantAttributes(dtype: number, shape: readonly number[], values: Values): readonly Buffer[] {
  const content = Array.isArray(values)
    ? values.map((text) => bytes(8, text))
    : [bytes(4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))];
  return [
    entry('dtype', integer(FIELD.type, dtype)),
    entry('value', message(FIELD.tensor, integer(1, dtype), encodeShape(2, shape), ...content)),
  ];
}

// --- helpers ---

const entry = (name: string, value: Buffer): Buffer => message(NODE_ATTRIBUTE, bytes(1, name), bytes(2, value));

const encodeShape = (field: number, shape: readonly number[]): Buffer =>
  message(field, ...shape.map((size) => message(2, integer(1, size))));

function encoder(type: number, binding: Binding): ((value: unknown) => Buffer) | undefined {
  if (type === binding.TF_ATTR_TYPE) return (value) => integer(FIELD.type, value as number);
  if (type === binding.TF_ATTR_BOOL) return (value) => integer(FIELD.boolean, value as boolean);
  if (type === binding.TF_ATTR_INT) return (value) => integer(FIELD.integer, value as number);
  if (type === binding.TF_ATTR_FLOAT) return (value) => float(FIELD.float, value as number);
  if (type === binding.TF_ATTR_STRING) return (value) => bytes(FIELD.string, value as string);
  return undefined;
}
