import { spawnSync } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from './benchmark.ts';
import { evaluate } from './benchmarks/evaluate.ts';
import { masks } from './benchmarks/masks.ts';
import { overhead } from './benchmarks/overhead.ts';
import { step } from './benchmarks/step.ts';
import { study } from './benchmarks/study.ts';
import { wasm } from './benchmarks/wasm.ts';
import { type Command, parseCommand, usage } from './command.ts';
import { render } from './render.ts';

const BENCHMARKS: readonly Benchmark[] = [step, overhead, masks, evaluate, study, wasm];

async function main(args: readonly string[]): Promise<number> {
  let command: Command;
  try {
    command = parseCommand(args, BENCHMARKS);
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message}\n\n${usage(BENCHMARKS)}`);
    return 2;
  }
  if (command.do === 'help') {
    process.stdout.write(usage(BENCHMARKS));
    return 0;
  }
  if (command.do === 'setup') return spawnSync(fileURLToPath(new URL('setup', import.meta.url)), { stdio: 'inherit' }).status ?? 1;
  const { benchmark, json, ...options } = command;
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const measured = await benchmark.run({ ...options, log });
  const machine = { cpu: os.cpus()[0]?.model ?? '', cores: os.availableParallelism(), node: process.version, threads: options.threads };
  const { versions, parts } = measured;
  const results = parts.flatMap(({ peer, results }) => results.map((result) => ({ ...result, peer })));
  const text = json
    ? `${JSON.stringify({ name: benchmark.name, machine, versions, results }, null, 2)}\n`
    : render(benchmark, machine, measured);
  process.stdout.write(text);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
