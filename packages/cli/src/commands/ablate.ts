import path from 'node:path';
import { type RunRequest, runId, type Study, toRunSpec } from '@espalier/core';
import { overviewTables, renderTerminal, withProvenance } from '@espalier/reports';
import { type AblateOptions, ablate } from '../ablate.ts';
import { estimateSeconds } from '../ablation/estimate.ts';
import type { AblationConfig, AxisValue, Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { axisTwice } from '../errors.ts';
import { count, duration, exitCodeOf, runToJson, terminalOptions, typedCommand } from '../output.ts';
import { runLabel, showProgress } from '../progress.ts';
import { configFromFlags, type TrainingFlags } from './config-from-flags.ts';

export interface AblateFlags extends TrainingFlags {
  /** Name and values of each. */
  readonly axis?: readonly (readonly [name: string, values: 'all' | readonly AxisValue[]])[];
  readonly mode?: NonNullable<AblationConfig['mode']>;
  readonly pruner?: NonNullable<AblationConfig['pruner']>;
  readonly name?: string;
}

/** Runs the ablation of a configuration, the flags going before it, and shows what came out. Returns the exit code. */
export async function ablateCommand({ config: file, json = false, axis, mode, pruner, name, ...flags }: AblateFlags): Promise<number> {
  const began = performance.now();
  const here = process.cwd();
  const loaded = await loadConfig(file, here);
  const config: Config = { ...configFromFlags(loaded, flags), ablation: withFlags(loaded.config.ablation, { axis, mode, pruner, name }) };
  const progress = ablationProgress(!json);
  const options = { ...progress, folder: loaded.folder, source: loaded.source, command: typedCommand() };
  const { study, runs, report, folder } = await ablate(config, options).finally(() => progress.stop());

  if (json) {
    process.stdout.write(`${JSON.stringify({ study, runs: runs.map(runToJson), ...(report ? { report } : {}) }, null, 2)}\n`);
  } else {
    for (const { table } of overviewTables(study, runs)) {
      process.stdout.write(`\n${renderTerminal(withProvenance(table, runs, new Map(), typedCommand()), terminalOptions())}\n`);
    }
    const took = duration(performance.now() - began);
    const kept = path.relative(here, folder) || '.';
    process.stdout.write(`\n${count(runs.length, 'run')} in ${took}, kept in ${kept}\n`);
    process.stdout.write(`All points: espalier report ${kept} --study ${study.name}\n`);
    if (report) process.stdout.write(`Report with figures: ${path.relative(here, report.index)}\n`);
  }
  return exitCodeOf(runs);
}

// --- helpers ---

type AblationFlags = { readonly [name in 'axis' | 'mode' | 'pruner' | 'name']: AblateFlags[name] | undefined };

/** Axes on the command line take the place of those in the configuration; without values of their own they have those given there. */
function withFlags(config: AblationConfig = {}, { axis, ...flags }: AblationFlags): AblationConfig {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const axes = new Map<string, 'all' | readonly AxisValue[]>();
  for (const [name, values] of axis ?? []) {
    if (axes.has(name)) throw axisTwice(name, name);
    axes.set(name, values === 'all' ? (config.axes?.[name] ?? values) : values);
  }
  return { ...config, ...given, ...(axis ? { axes: Object.fromEntries(axes) } : {}) };
}

/** Progress in which a run is called by its point, after what there is to do and about how long that takes. */
function ablationProgress(bars: boolean): AblateOptions & { stop(): void } {
  const points = new Map<string, string>();
  const progress = showProgress(bars, (request: RunRequest) => runLabel(request, points.get(runId(toRunSpec(request)))));
  let left = 0;
  let workers = 1;
  let untimed = false;
  let began = 0;
  return {
    ...progress,
    onPlan(requests, study, folder, atOnce) {
      for (const { id, at } of study.runs) points.set(id, Object.values(at).join(' × '));
      workers = atOnce;
      const { finished, seconds } = estimateSeconds(requests, folder, workers);
      left = requests.length - finished;
      untimed = seconds === undefined;
      process.stderr.write(`${describeStudy(study)}\n`);
      progress.onPlan?.(requests);
      const time = seconds ? `, the others take about ${duration(1000 * seconds)}` : '';
      process.stderr.write(`${finished} finished before${time}\n`);
    },
    onStart(request) {
      began ||= performance.now();
      progress.onStart?.(request);
    },
    onDone(request, result, reused) {
      progress.onDone?.(request, result, reused);
      if (reused) return;
      left--;
      if (untimed && left > 0) progress.onLog?.(`about ${duration(((performance.now() - began) * left) / workers)} left`);
      untimed = false;
    },
  };
}

/** "str-g-estimator-lenet5-mnist: g (2) × estimator (3), grid" */
const describeStudy = ({ name, axes, mode }: Study): string =>
  `${name}: ${axes.map((axis) => `${axis.name} (${axis.values.length})`).join(mode === 'grid' ? ' × ' : ', ')}, ${mode}`;
