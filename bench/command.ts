import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { FEWEST_ROUNDS } from './measure.ts';

export type Command =
  | { readonly do: 'help' }
  | { readonly do: 'setup' }
  | {
      readonly do: 'measure';
      readonly benchmark: Benchmark;
      readonly json: boolean;
      readonly threads: number;
      readonly rounds?: number;
      readonly only?: string;
      readonly patience?: number;
    };

/** Reads the arguments. Throws with the list of what is known if something is not. */
export function parseCommand(args: readonly string[], benchmarks: readonly Benchmark[]): Command {
  const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  if (values.help) return { do: 'help' };
  if (positionals.length === 1 && positionals[0] === 'setup') return { do: 'setup' };
  const benchmark = benchmarks.find(({ name }) => name === positionals[0]);
  if (positionals.length !== 1 || !benchmark) {
    throw new Error(`Give the name of one benchmark: ${benchmarks.map(({ name }) => name).join(', ')}; or setup.`);
  }
  const patience = wholeNumber('--patience', values.patience, 0);
  const rounds = wholeNumber('--rounds', values.rounds, FEWEST_ROUNDS);
  return {
    do: 'measure',
    benchmark,
    json: values.json,
    threads: wholeNumber('--threads', values.threads, 1) ?? benchmark.threads,
    ...(rounds === undefined ? {} : { rounds }),
    ...(patience === undefined ? {} : { patience }),
    ...(values.only === undefined ? {} : { only: values.only }),
  };
}

export const usage = (
  benchmarks: readonly Benchmark[],
): string => `Usage: pnpm bench NAME [--rounds N] [--threads N] [--only TEXT] [--patience S] [--json]

Measures something of Espalier's beside a peer, in interleaved rounds in one go.

${benchmarks.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}
  ${'setup'.padEnd(12)}installs PyTorch for the benchmarks, into bench/.venv

  --rounds N    rounds, at least ${FEWEST_ROUNDS}; each benchmark has a number of its own
  --threads N   threads of ours and of PyTorch; default: all cores, where the benchmark doesn't say otherwise
  --only TEXT   only what has this text in its name, for example a network
  --patience S  seconds to wait, in all, until other programs leave the machine alone (default: 120)
  --json        print JSON: { results: [{ name, ours, theirs, ratio, ... }] }, in milliseconds

ESPALIER_BENCH_PYTHON names the python of an environment that has PyTorch already.
`;

// --- helpers ---

const OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  json: { type: 'boolean', default: false },
  only: { type: 'string' },
  patience: { type: 'string' },
  rounds: { type: 'string' },
  threads: { type: 'string' },
} as const;

function wholeNumber(flag: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const n = Number(text);
  if (!Number.isInteger(n) || n < least) throw new Error(`${flag} takes a whole number from ${least} on, not "${text}".`);
  return n;
}
