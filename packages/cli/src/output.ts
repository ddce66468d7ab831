import { EspalierError, type RunResult } from '@espalier/core';
import pc from 'picocolors';

/** Exit codes: all well; some run failed; the command or its configuration is wrong. */
export const EXIT = { done: 0, runFailed: 1, usage: 2 } as const;

/** An error as one line on standard error: what was wrong, what is allowed, what to do. A stack only for what we didn't expect. */
export function reportError(error: unknown): void {
  const expected = error instanceof EspalierError || (error instanceof Error && 'code' in error && error.name.endsWith('Error'));
  const text = error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${pc.red('error')}: ${text}\n`);
}

/** "2 min 31 s" */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How a table is drawn on standard output: as wide as the terminal, in colour if it shows some. */
export const terminalOptions = () => ({
  width: process.stdout.columns || 120,
  color: pc.isColorSupported && process.stdout.isTTY === true,
});

/** What was typed, so that it can be typed again. */
export const typedCommand = (): string => ['espalier', ...process.argv.slice(2)].map(quoted).join(' ');

/** A word as a shell takes it. */
export const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** "1 run", "3 runs" */
export const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** A run as `--json` prints it: the result, without what every run repeats. */
export function runToJson(run: RunResult): Omit<RunResult, 'format'> {
  const { format: _, ...rest } = run;
  return rest;
}

export const exitCodeOf = (runs: readonly RunResult[]): number =>
  runs.some((run) => run.status === 'failed') ? EXIT.runFailed : EXIT.done;
