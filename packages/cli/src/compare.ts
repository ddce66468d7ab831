import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Plugin, RunRequest, RunResult } from '@espalier/core';
import { availableEngine } from '@espalier/engine';
import { writeReport } from '@espalier/reports';
import { type Config, resolveConfig } from './config/config.ts';
import { absolutePlugin, loadPlugins } from './config/load-plugins.ts';
import { composeRoot, REGISTRY, RUNNER, RUNNER_OPTIONS } from './container.ts';
import { planRuns } from './plan-runs.ts';
import type { RunEvents } from './runner/runner.ts';

export interface CompareOptions extends RunEvents {
  /** Relative paths start here. Default: the current folder. */
  readonly folder?: string;
  /** For messages about the configuration. */
  readonly source?: string;
  /** For the records: what was typed. */
  readonly command?: string;
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
 * A pruner that only exists as an object (no plugin that is listed by name brings it) can't be sent to another process; then all runs go
 * one by one in this one.
 *
 * Throws `E_CONFIG`, `E_PLUGIN`, `E_COMPONENT_UNKNOWN` or `E_OPTIONS` before anything is trained. A run that fails is in the result.
 */
export async function compare(config: Config = {}, options: CompareOptions = {}): Promise<Comparison> {
  const { folder = process.cwd(), source = 'The configuration', command = 'compare()' } = options;
  const resolved = resolveConfig(config, source, availableParallelism());
  const runs = path.resolve(folder, resolved.runs);
  const root = composeRoot(await loadPlugins(resolved.plugins, folder));
  const requests = planRuns(resolved, root.resolve(REGISTRY), { name: availableEngine(resolved.engine), threads: resolved.threads });
  options.onPlan?.(requests);

  const plugins = await sendablePlugins(resolved.plugins, folder, requests);
  root.register(RUNNER_OPTIONS, {
    useValue: { runs, workers: resolved.workers, command, events: options, ...(plugins ? { plugins } : {}) },
  });
  const results = await root.resolve(RUNNER).run(requests);
  if (resolved.report === false) return { runs: results, folder: runs };
  const report = await writeReport({ results, runs, out: path.resolve(folder, resolved.report), command });
  return { runs: results, folder: runs, report };
}

// --- helpers ---

/** The plugins as data, if every component of every run can be built from them by name. */
async function sendablePlugins(plugins: readonly (string | Plugin)[], folder: string, requests: readonly RunRequest[]) {
  const references = plugins.filter((plugin) => typeof plugin === 'string').map((plugin) => absolutePlugin(plugin, folder));
  if (references.length < plugins.length) return undefined;
  const registry = composeRoot(await loadPlugins(references, folder)).resolve(REGISTRY);
  const named = (kind: 'pruner' | 'model' | 'dataset', name: string) =>
    registry.list(kind).some((factory) => factory.definition.name === name);
  const all = requests.every(
    ({ pruner, model, data }) => named('pruner', pruner.spec.use) && named('model', model.spec.use) && named('dataset', data.spec.use),
  );
  return all ? { references, folder } : undefined;
}
