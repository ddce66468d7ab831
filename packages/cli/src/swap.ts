import { type RunRequest, type Study, writeStudy } from '@espalier/core';
import { writeReport } from '@espalier/reports';
import type { AblationResult } from './ablate.ts';
import type { Config } from './config/config.ts';
import { openProject, type ProjectOptions } from './project.ts';
import { planSwap } from './swap/plan-swap.ts';

export interface SwapOptions extends ProjectOptions {
  /** The runs of a stage are planned; none of them has started. Twice: the methods themselves, then what rests on their budgets. */
  onPlan?(requests: readonly RunRequest[], study: Study, folder: string, workers: number): void;
}

/**
 * Trains every method on the budget of every other, at every sparsity with every seed, and controls of their masks, and writes the report:
 * whether a method wins by how it shares the weights out among the layers (allocation), or by which ones it takes (selection). What is
 * swapped stands in `config.swap`. What `espalier swap` does.
 *
 * Runs are shared with comparisons: what is finished is not trained again. What the study needs is put down in `runs/<name>.study.json`
 * before its first run, and once more when the methods' budgets are known.
 *
 * Throws `E_SWAP` for a method that follows no budget, `E_CONFIG`, `E_PLUGIN`, `E_COMPONENT_UNKNOWN` or `E_OPTIONS` before anything is
 * trained, `E_SOURCE` if a finished run has lost its model. A run that fails is in the result.
 *
 * @example swap({ sparsity: 0.95, seeds: [0, 1, 2], swap: { pruners: ['str', 'gmp', gmp({ allocation: erk() })] } })
 */
export async function swap(config: Config = {}, options: SwapOptions = {}): Promise<AblationResult> {
  const command = options.command ?? 'swap()';
  const project = await openProject(config, { ...options, command });
  const { config: resolved, registry, engine, runs, report: out } = project;
  const first = planSwap(resolved, registry, engine, command);
  options.onPlan?.(first.requests, first.study, runs, resolved.workers);
  writeStudy(runs, first.study);
  const own = await project.run(first.requests);
  const { study, requests } = await first.next(own, runs);
  options.onPlan?.(requests, study, runs, resolved.workers);
  writeStudy(runs, study);
  const results = [...own, ...(await project.run(requests))];
  if (out === undefined) return { study, runs: results, folder: runs };
  return { study, runs: results, folder: runs, report: await writeReport({ results, studies: [study], runs, out, command }) };
}
