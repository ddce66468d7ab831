import { gunzipSync, gzipSync } from 'node:zlib';
import { archiveBroken } from '../errors.ts';
import { digestOf } from './run-id.ts';

/**
 * Lines of JSON that show when one of them was changed, dropped, added or moved: each carries the SHA-256 of its content, the last one
 * the SHA-256 of all digests in their order. That finds mistakes and hand-made numbers; it is no signature, since who knows the
 * format can seal again.
 *
 *   {"sha256": "…", "content": …}
 *   {"sha256": "…", "seal": 2}          the number of lines above
 */
export function seal(contents: readonly unknown[]): string {
  const lines = contents.map((content) => ({ sha256: digestOf(content), content }));
  const last = { sha256: digestOf(lines.map(({ sha256 }) => sha256)), seal: lines.length };
  return [...lines, last].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The same bytes for the same text: gzip without a time. */
export const compress = (text: string): Uint8Array => gzipSync(text, { level: 9 });

/** What was sealed, with the number of its line, counted from 1. Throws `E_RESULT` naming the first line that isn't as it was. */
export function unseal(bytes: Uint8Array, file: string): { readonly line: number; readonly content: unknown }[] {
  const lines = textOf(bytes, file).split('\n');
  if (lines.pop() !== '' || lines.length === 0) throw archiveBroken(file, lines.length + 1, 'the end is missing');
  const parsed = lines.map((line, index) => parseLine(line, file, index + 1));
  parsed.slice(0, -1).forEach((entry, index) => {
    if (!('content' in entry)) throw archiveBroken(file, index + 1, 'it is no sealed line of an archive');
    if (entry.sha256 !== digestOf(entry.content)) throw archiveBroken(file, index + 1, 'its content was changed after it was sealed');
  });
  const contents = parsed.slice(0, -1);
  const last = parsed.at(-1);
  if (last?.seal === undefined) throw archiveBroken(file, lines.length, 'the seal is missing from the end');
  if (last.seal !== contents.length || last.sha256 !== digestOf(contents.map(({ sha256 }) => sha256))) {
    throw archiveBroken(file, lines.length, 'the seal does not fit: a line was added, dropped or moved after it was sealed');
  }
  return contents.map(({ content }, index) => ({ line: index + 1, content }));
}

// --- helpers ---

interface SealedLine {
  readonly sha256?: unknown;
  readonly content?: unknown;
  readonly seal?: unknown;
}

function textOf(bytes: Uint8Array, file: string): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return new TextDecoder().decode(isGzip ? gunzipSync(bytes) : bytes);
  } catch (cause) {
    throw archiveBroken(file, 1, 'it cannot be unpacked', cause);
  }
}

function parseLine(text: string, file: string, line: number): SealedLine {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw archiveBroken(file, line, 'it is not JSON', cause);
  }
  if (typeof parsed !== 'object' || parsed === null) throw archiveBroken(file, line, 'it is no sealed line of an archive');
  return parsed;
}
