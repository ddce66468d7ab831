import type { RunRequest, RunResult } from '@espalier/core';
import { writeReport } from '@espalier/reports';
import type { Config } from './config/config.ts';
import { planRuns } from './plan-runs.ts';
import { openProject, type ProjectOptions } from './project.ts';

export interface CompareOptions extends ProjectOptions {
  /** All runs are planned; none has started. */
  onPlan?(requests: readonly RunRequest[]): void;
}

export interface Comparison {
  /** In the order of pruners, sparsities and seeds. */
  readonly runs: readonly RunResult[];
  /** Folder of the runs. */
  readonly folder: string;
  /** Files of the report; absent if none was wanted. */
  readonly report?: { readonly index: string; readonly files: readonly string[] };
}

/**
 * Trains every pruner of a configuration at every sparsity with every seed, side by side, and writes the report. Runs that are finished are
 * not trained again. What `espalier compare` does.
 *
 * A component that only exists as an object (no plugin that is listed by name brings it) can't be sent to another process; then all runs go
 * one by one in this one.
 *
 * Throws `E_CONFIG`, `E_PLUGIN`, `E_COMPONENT_UNKNOWN` or `E_OPTIONS` before anything is trained. A run that fails is in the result.
 */
export async function compare(config: Config = {}, options: CompareOptions = {}): Promise<Comparison> {
  const command = options.command ?? 'compare()';
  const project = await openProject(config, { ...options, command });
  const requests = planRuns(project.config, project.registry, project.engine);
  options.onPlan?.(requests);
  const results = await project.run(requests);
  const { runs, report: out } = project;
  if (out === undefined) return { runs: results, folder: runs };
  return { runs: results, folder: runs, report: await writeReport({ results, runs, out, command }) };
}
