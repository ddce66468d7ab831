import type { Column } from '../table.ts';

/** A column as wide as its widest line. */
export interface Measured {
  readonly column: Column;
  readonly header: readonly string[];
  /** Characters. */
  readonly width: number;
}

/** As many columns to a part as fit into `width` characters with `gap` between them, and the identifying ones in each. */
export function split(columns: readonly Measured[], width: number, gap: number): Measured[][] {
  const needed = (part: readonly Measured[]) => part.reduce((sum, column) => sum + column.width + gap, -gap);
  const identifying = columns.filter(({ column }) => column.identifies);
  const parts: Measured[][] = [];
  for (const column of columns.filter((candidate) => !candidate.column.identifies)) {
    const part = parts.at(-1);
    if (part && needed([...part, column]) <= width) part.push(column);
    else parts.push([...identifying, column]);
  }
  return parts.length ? parts : [identifying];
}

/** Lines may break at spaces and after hyphens. */
export const BREAK = / |(?<=[a-z]-)(?=[a-z])/;

export const wrap = (text: string, width: number): string[] => fill(text.split(/(?<= )|(?<=[a-z]-)(?=[a-z])/), width);

/** For text with commands in it: breaks at spaces only, so that they can be copied. */
export const wrapAtSpaces = (text: string, width: number): string[] => fill(text.split(/(?<= )/), width);

// --- helpers ---

function fill(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line !== undefined && (line + word).trimEnd().length <= width) lines[lines.length - 1] = line + word;
    else lines.push(word);
  }
  return lines.map((line) => line.trimEnd());
}
