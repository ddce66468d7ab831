import path from 'node:path';
import type { RunResult } from '@espalier/core';
import { comparisonTable, renderTerminal } from '@espalier/reports';
import { compare } from '../compare.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { count, duration, EXIT, terminalOptions } from '../output.ts';
import { progressBars, progressLines } from '../progress.ts';

export interface CompareFlags {
  readonly config?: string;
  readonly pruners?: readonly string[];
  readonly sparsity?: readonly number[];
  readonly seeds?: readonly number[];
  readonly model?: string;
  readonly data?: string;
  readonly epochs?: number;
  readonly engine?: NonNullable<Config['engine']>;
  readonly threads?: number;
  readonly workers?: number;
  readonly runs?: string;
  readonly report?: string | false;
  readonly json?: boolean;
}

/** Runs the comparison of a configuration, the flags going before it, and shows what came out. Returns the exit code. */
export async function compareCommand({ config: file, json = false, epochs, ...flags }: CompareFlags): Promise<number> {
  const began = performance.now();
  const here = process.cwd();
  const loaded = await loadConfig(file, here);
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as Config;
  const training = epochs === undefined ? {} : { training: { ...loaded.config.training, epochs } };
  const { runs = path.relative(here, path.join(loaded.folder, loaded.config.runs ?? 'runs')), report } = given;
  const config: Config = {
    ...loaded.config,
    ...given,
    ...training,
    runs: path.resolve(here, runs),
    ...reportFolder(report, loaded.config, loaded.folder, here),
  };

  const progress =
    process.stderr.isTTY && !json ? progressBars(process.stderr) : progressLines((line) => process.stderr.write(`${line}\n`));
  const command = `espalier ${process.argv.slice(2).join(' ')}`;
  const comparison = await compare(config, { ...progress, folder: loaded.folder, source: loaded.source, command }).finally(() =>
    progress.stop(),
  );

  if (json) {
    process.stdout.write(
      `${JSON.stringify({ runs: comparison.runs.map(toJson), ...(comparison.report ? { report: comparison.report } : {}) }, null, 2)}\n`,
    );
  } else {
    const took = duration(performance.now() - began);
    process.stdout.write(`\n${renderTerminal(comparisonTable(comparison.runs), terminalOptions())}\n\n`);
    process.stdout.write(`${count(comparison.runs.length, 'run')} in ${took}, kept in ${path.relative(here, comparison.folder) || '.'}\n`);
    if (comparison.report) process.stdout.write(`Report with figures: ${path.relative(here, comparison.report.index)}\n`);
  }
  return comparison.runs.some((run) => run.status === 'failed') ? EXIT.runFailed : EXIT.done;
}

// --- helpers ---

function reportFolder(flag: string | false | undefined, config: Config, configFolder: string, here: string): Pick<Config, 'report'> {
  if (flag !== undefined) return { report: flag === false ? false : path.resolve(here, flag) };
  return { report: config.report === false ? false : path.resolve(configFolder, config.report ?? 'report') };
}

/** A run as `--json` prints it: the result, without what every run repeats. */
function toJson(run: RunResult): Omit<RunResult, 'format'> {
  const { format: _, ...rest } = run;
  return rest;
}
