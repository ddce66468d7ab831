import path from 'node:path';
import { type RunRequest, runId, type Study, toRunSpec } from '@espalier/core';
import { overviewTables, renderTerminal, withProvenance } from '@espalier/reports';
import type { AblateOptions, AblationResult } from '../ablate.ts';
import { estimateSeconds } from '../ablation/estimate.ts';
import { count, duration, exitCodeOf, runToJson, terminalOptions, typedCommand } from '../output.ts';
import { runLabel, showProgress } from '../progress.ts';

/**
 * Progress in which a run is called by its point, after what there is to do and about how long that takes. A study may be planned in stages:
 * each is announced.
 */
export function studyProgress(bars: boolean, describe: (study: Study) => string): AblateOptions & { stop(): void } {
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
      began = 0;
      process.stderr.write(`${describe(study)}\n`);
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

/** Shows what came out of a study. Returns the exit code. */
export function printStudy({ study, runs, report, folder }: AblationResult, json: boolean, began: number): number {
  if (json) {
    process.stdout.write(`${JSON.stringify({ study, runs: runs.map(runToJson), ...(report ? { report } : {}) }, null, 2)}\n`);
    return exitCodeOf(runs);
  }
  const here = process.cwd();
  for (const { table } of overviewTables(study, runs)) {
    process.stdout.write(`\n${renderTerminal(withProvenance(table, runs, new Map(), typedCommand()), terminalOptions())}\n`);
  }
  const took = duration(performance.now() - began);
  const kept = path.relative(here, folder) || '.';
  process.stdout.write(`\n${count(runs.length, 'run')} in ${took}, kept in ${kept}\n`);
  process.stdout.write(`All points: espalier report ${kept} --study ${study.name}\n`);
  if (report) process.stdout.write(`Report with figures: ${path.relative(here, report.index)}\n`);
  return exitCodeOf(runs);
}
