import { availableParallelism } from 'node:os';
import path from 'node:path';
import { type Plugin, type Registry, type RunRequest, type RunResult, toRunSpec } from '@espalier/core';
import { availableEngine } from '@espalier/engine';
import { checkWritable } from './check-writable.ts';
import { type Config, type ResolvedConfig, resolveConfig } from './config/config.ts';
import { absolutePlugin, loadPlugins } from './config/load-plugins.ts';
import { composeRoot, REGISTRY, RUNNER, RUNNER_OPTIONS } from './container.ts';
import { withPlugins } from './plan-runs.ts';
import { requestFromSpec } from './runner/request-from-spec.ts';
import type { RunEvents } from './runner/runner.ts';

export interface ProjectOptions extends RunEvents {
  /** Relative paths start here. Default: the current folder. */
  readonly folder?: string;
  /** For messages about the configuration. */
  readonly source?: string;
  /** For the records: what was typed. */
  readonly command?: string;
}

/** A configuration made ready to run something. */
export interface Project {
  readonly config: ResolvedConfig;
  readonly registry: Registry;
  readonly engine: RunRequest['engine'];
  /** Where runs are kept. */
  readonly runs: string;
  /** Where the report goes, if one is wanted. */
  readonly report: string | undefined;
  /** The plugins as another process gets them, if it can build these runs with them. */
  sendable(requests: readonly RunRequest[]): { readonly references: readonly string[]; readonly folder: string } | undefined;
  /** Carries out runs, side by side; one by one in this process, if they need a component that only exists as an object. */
  run(requests: readonly RunRequest[]): Promise<RunResult[]>;
}

/** Checks a configuration and loads its plugins. Throws `E_CONFIG`, `E_PLUGIN`, or `E_USAGE` where runs or report can't be written. */
export async function openProject(given: Config, options: ProjectOptions & { readonly command: string }): Promise<Project> {
  const { folder = process.cwd(), source = 'The configuration', command } = options;
  const config = resolveConfig(given, source, availableParallelism());
  const runs = path.resolve(folder, config.runs);
  const report = config.report === false ? undefined : path.resolve(folder, config.report);
  for (const place of [runs, report]) if (place !== undefined) checkWritable('folder', place);
  const loaded = await loadPlugins(config.plugins, folder);
  const root = composeRoot(loaded);
  const registry = root.resolve(REGISTRY);
  const pluginVersions = Object.fromEntries(loaded.flatMap(({ plugin, origin: { version } }) => (version ? [[plugin.name, version]] : [])));
  return {
    config,
    registry,
    engine: { name: availableEngine(config.engine), threads: config.threads },
    runs,
    report,
    sendable: (requests) => sendablePlugins(config.plugins, folder, requests, registry),
    async run(planned) {
      const { pluginOf } = registry;
      const requests = planned.map((request) => (request.plugins ? request : withPlugins(request, registry)));
      const plugins = sendablePlugins(config.plugins, folder, requests, registry);
      root.register(RUNNER_OPTIONS, {
        useValue: { runs, workers: config.workers, command, pluginVersions, events: options, pluginOf, ...(plugins ? { plugins } : {}) },
      });
      return root.resolve(RUNNER).run(requests);
    },
  };
}

// --- helpers ---

/** The plugins as data, if every run can be built again from its spec with them. */
function sendablePlugins(plugins: readonly (string | Plugin)[], folder: string, requests: readonly RunRequest[], registry: Registry) {
  const references = plugins.filter((plugin) => typeof plugin === 'string').map((plugin) => absolutePlugin(plugin, folder));
  if (references.length < plugins.length) return undefined;
  return requests.every((request) => canBeBuilt(request, registry)) ? { references, folder } : undefined;
}

function canBeBuilt(request: RunRequest, registry: Registry): boolean {
  try {
    requestFromSpec(toRunSpec(request), registry);
    return true;
  } catch {
    return false;
  }
}
