import path from 'node:path';
import { comparisonTable, renderTerminal, withProvenance } from '@espalier/reports';
import { compare } from '../compare.ts';
import { loadConfig } from '../config/load-config.ts';
import { count, duration, exitCodeOf, runToJson, terminalOptions, typedCommand } from '../output.ts';
import { showProgress } from '../progress.ts';
import { configFromFlags, type TrainingFlags } from './config-from-flags.ts';

export interface CompareFlags extends TrainingFlags {
  readonly pruners?: readonly string[];
}

/** Runs the comparison of a configuration, the flags going before it, and shows what came out. Returns the exit code. */
export async function compareCommand({ config: file, json = false, ...flags }: CompareFlags): Promise<number> {
  const began = performance.now();
  const here = process.cwd();
  const loaded = await loadConfig(file, here);
  const progress = showProgress(!json);
  const options = { ...progress, folder: loaded.folder, source: loaded.source, command: typedCommand() };
  const { runs, report, folder } = await compare(configFromFlags(loaded, flags), options).finally(() => progress.stop());

  if (json) {
    process.stdout.write(`${JSON.stringify({ runs: runs.map(runToJson), ...(report ? { report } : {}) }, null, 2)}\n`);
  } else {
    const took = duration(performance.now() - began);
    process.stdout.write(
      `\n${renderTerminal(withProvenance(comparisonTable(runs), runs, new Map(), typedCommand()), terminalOptions())}\n\n`,
    );
    process.stdout.write(`${count(runs.length, 'run')} in ${took}, kept in ${path.relative(here, folder) || '.'}\n`);
    if (report) process.stdout.write(`Report with figures: ${path.relative(here, report.index)}\n`);
  }
  return exitCodeOf(runs);
}
