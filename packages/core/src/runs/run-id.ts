import { createHash } from 'node:crypto';
import type { RunSpec } from '../results.ts';

/** JSON with sorted keys and no white space: equal for equal values, in whatever order they were put together. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value));

/** Hexadecimal SHA-256 of a value in canonical form. */
export const digestOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

/** Twelve hexadecimal digits of the SHA-256 of the spec in canonical form. */
export const runId = (spec: RunSpec): string => digestOf(spec).slice(0, 12);

// --- helpers ---

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
