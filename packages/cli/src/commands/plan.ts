import { calendarTable, type PlanReport, planLayersTable, planTable, renderTerminal, specLabel } from '@espalier/reports';
import pc from 'picocolors';
import { loadConfig } from '../config/load-config.ts';
import { count, duration, EXIT, terminalOptions } from '../output.ts';
import { type PlannedRun, plan } from '../plan.ts';
import { configFromFlags, type TrainingFlags } from './config-from-flags.ts';

export interface PlanFlags extends TrainingFlags {
  readonly pruners?: readonly string[];
  readonly measure?: boolean;
  readonly calendar?: boolean;
}

/** Updates of each method that are shown, where not all of them are asked for. */
const SHOWN_UPDATES = 8;

/** Shows what a comparison would do. Returns the exit code: warnings don't change it. */
export async function planCommand({ config: file, json = false, measure = true, calendar = false, ...flags }: PlanFlags): Promise<number> {
  const loaded = await loadConfig(file, process.cwd());
  const planned = await plan(configFromFlags(loaded, flags), { folder: loaded.folder, source: loaded.source, measure });
  if (json) {
    process.stdout.write(`${JSON.stringify(planned, null, 2)}\n`);
    return EXIT.done;
  }
  const { runs, warnings, workers, seconds } = planned;
  const reports = runs.map(reportOf);
  const print = (text: string) => void process.stdout.write(`${text}\n\n`);
  const [first] = runs;
  const title = first ? `${specLabel(first.spec.model)} on ${specLabel(first.spec.data)}, ${count(first.totalSteps, 'step')}` : 'nothing';
  print(renderTerminal(planTable(reports, title), terminalOptions()));
  const layers = planLayersTable(reports);
  if (layers) print(renderTerminal(layers, terminalOptions()));
  for (const report of reports) {
    const table = calendarTable(report, calendar ? Number.POSITIVE_INFINITY : SHOWN_UPDATES);
    if (table) print(renderTerminal(table, terminalOptions()));
  }
  const all = [
    ...warnings.map((warning) => ({ of: '', ...warning })),
    ...runs.flatMap((run) => run.warnings.map((warning) => ({ of: `${labelOf(run)}: `, ...warning }))),
  ];
  for (const { of, code, message } of all) process.stdout.write(`${pc.yellow('warning')}: ${of}${message} [${code}]\n`);
  for (const run of runs) if (run.unmeasured) process.stdout.write(`not measured: ${labelOf(run)}: ${run.unmeasured}\n`);
  const total = runs.reduce((sum, { seeds }) => sum + seeds.length, 0);
  const finished = runs.reduce((sum, run) => sum + run.finished, 0);
  const took = seconds === undefined ? '' : `; about ${duration(seconds * 1000)} of training with ${count(workers, 'worker')}`;
  process.stdout.write(
    `${count(total, 'run')}, ${finished} of them finished${took}. ${count(all.length, 'warning')}. Nothing was trained.\n`,
  );
  return EXIT.done;
}

// --- helpers ---

const labelOf = ({ spec: { pruner } }: PlannedRun): string => specLabel(pruner);

const reportOf = (run: PlannedRun): PlanReport => ({ ...run, method: labelOf(run), seeds: run.seeds.length });
