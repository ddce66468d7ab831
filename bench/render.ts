import type { Benchmark, Measured, Part, Result } from './benchmark.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Version of Node.js. */
  readonly node: string;
  readonly threads: number;
}

/** What a benchmark prints: the machine, then a table for each peer. */
export function render({ name }: Pick<Benchmark, 'name'>, machine: Machine, { versions, parts }: Measured): string {
  const { cpu, cores, node, threads } = machine;
  const software = Object.entries(versions).map(([what, version]) => `${what} ${version}`);
  return [
    `${name}: ${cpu}, ${cores} cores, ${threads === 1 ? '1 thread' : `${threads} threads`}; Node.js ${node}, ${software.join(', ')}`,
    ...parts.flatMap(table),
    '',
  ].join('\n');
}

// --- helpers ---

function table({ peer, notes, results }: Part): string[] {
  const header = ['', 'ours, ms', '(quartiles)', 'theirs, ms', '(quartiles)', 'ratio', '(95 %)', 'rounds', ''];
  return ['', `Theirs: ${peer}.`, ...notes, '', ...aligned([header, ...results.map(cells)])];
}

const cells = ({
  name,
  ours,
  oursQuartiles,
  rounds,
  theirs,
  theirsQuartiles,
  ratio,
  ratioInterval,
  note,
  others = 0,
}: Result): string[] => [
  name,
  digits(ours),
  range(oursQuartiles, digits),
  theirs === undefined ? '-' : digits(theirs),
  range(theirsQuartiles, digits),
  ratio?.toFixed(3) ?? '-',
  range(ratioInterval, (one) => one.toFixed(3)),
  String(rounds),
  [...(note ? [note] : []), ...(others > 0.1 ? [`DISTURBED: other programs took ${(100 * others).toFixed(0)} % of one core`] : [])].join(
    '; ',
  ),
];

const digits = (ms: number): string => ms.toFixed(Math.abs(ms) < 10 ? 3 : Math.abs(ms) < 1000 ? 1 : 0);

const range = (ends: readonly number[] | undefined, text: (n: number) => string): string => (ends ? `(${ends.map(text).join('–')})` : '');

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, i: number) =>
    i > 0 && i < widths.length - 1 ? text.padStart(widths[i] as number) : text.padEnd(widths[i] as number);
  return rows.map((row) => row.map(cell).join('  ').trimEnd());
}
