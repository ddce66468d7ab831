/**
 * Protocol-buffer wire format, the kinds of field that a TensorFlow graph needs. A field is its number and kind, then the value.
 *
 * @see https://protobuf.dev/programming-guides/encoding
 */

/** Integers, booleans and enums: kind 0, seven bits per byte, negative numbers as 64-bit two's complement. */
export const integer = (field: number, value: number | boolean): Buffer => Buffer.concat([varint(field << 3), varint(Number(value))]);

/** 32-bit floats: kind 5, little-endian. */
export function float(field: number, value: number): Buffer {
  const encoded = Buffer.alloc(4);
  encoded.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), encoded]);
}

/** Strings and raw bytes: kind 2, length first. */
export function bytes(field: number, value: string | Uint8Array): Buffer {
  const encoded = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([varint((field << 3) | 2), varint(encoded.length), encoded]);
}

/** A message inside a message: its fields, as bytes. */
export const message = (field: number, ...fields: readonly Uint8Array[]): Buffer => bytes(field, Buffer.concat(fields));

// --- helpers ---

function varint(value: number): Buffer {
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
  const encoded: number[] = [];
  while (rest > 0x7fn) {
    encoded.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  encoded.push(Number(rest));
  return Buffer.from(encoded);
}
