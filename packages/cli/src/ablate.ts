import { type RunRequest, type RunResult, type Study, writeStudy } from '@espalier/core';
import { writeReport } from '@espalier/reports';
import { componentFigures } from './ablation/component-figures.ts';
import { planAblation } from './ablation/plan-ablation.ts';
import type { Comparison } from './compare.ts';
import type { Config } from './config/config.ts';
import { openProject, type ProjectOptions } from './project.ts';

export interface AblateOptions extends ProjectOptions {
  /** All runs are planned; none has started. `folder` is that of the runs. */
  onPlan?(requests: readonly RunRequest[], study: Study, folder: string, workers: number): void;
}

export interface AblationResult extends Comparison {
  /** Dense runs first, then those of the study in its order, each once. */
  readonly runs: readonly RunResult[];
  readonly study: Study;
}

/**
 * Trains one pruner with some of its options varied, one at a time or as a grid, at every sparsity with every seed, and writes the report.
 * What is varied stands in `config.ablation`; `config.pruners` is for comparisons. What `espalier ablate` does.
 *
 * Runs are shared with comparisons and other ablations: what is finished is not trained again. What the study needs is put down in
 * `runs/<name>.study.json` before its first run, so that a later report knows what is missing.
 *
 * A component that only exists as an object is trained in this process, as `compare` does it.
 *
 * Throws `E_AXIS`, `E_CONFIG`, `E_PLUGIN`, `E_COMPONENT_UNKNOWN` or `E_OPTIONS` before anything is trained. A run that fails is in the
 * result.
 *
 * @example ablate({ ablation: { axes: { g: 'all', estimator: ['subgradient', straightThrough()] }, mode: 'grid' } })
 */
export async function ablate(config: Config, options: AblateOptions = {}): Promise<AblationResult> {
  const command = options.command ?? 'ablate()';
  const project = await openProject(config, { ...options, command });
  const { config: resolved, registry, runs, report: out } = project;
  const { study, requests, compared } = planAblation(resolved, registry, project.engine, command);
  options.onPlan?.(requests, study, runs, resolved.workers);
  writeStudy(runs, study);
  const results = await project.run(requests);
  if (out === undefined) return { study, runs: results, folder: runs };
  const figures = componentFigures(compared, resolved.ablation.pruner, registry);
  const report = await writeReport({ results, studies: [study], figures, runs, out, command });
  return { study, runs: results, folder: runs, report };
}
