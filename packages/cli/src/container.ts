/** The composition root: the one place that knows the container and chooses what implements what. */
import 'reflect-metadata';
import { baselinesPlugin } from '@espalier/baselines';
import { corePlugin, createRegistry, type Plugin, type Registry } from '@espalier/core';
import { strPlugin } from '@espalier/str';
import { zooPlugin } from '@espalier/zoo';
import { container, type DependencyContainer, type InjectionToken, instancePerContainerCachingFactory } from 'tsyringe';
import { type LoadedPlugin, loadPlugins, type PluginReference } from './config/load-plugins.ts';
import { createRunner, type Runner, type RunnerOptions } from './runner/runner.ts';

const token = <T>(name: string): InjectionToken<T> => Symbol(name) as unknown as InjectionToken<T>;

export const PLUGIN = token<Plugin>('Plugin');
export const REGISTRY = token<Registry>('Registry');
export const RUNNER_OPTIONS = token<RunnerOptions>('RunnerOptions');
export const RUNNER = token<Runner>('Runner');

/** What every registry holds without being listed. */
export const builtInPlugins: readonly Plugin[] = [corePlugin, strPlugin, baselinesPlugin, zooPlugin];

/** A container with the built-in plugins and those of the user. */
export function composeRoot(loaded: readonly LoadedPlugin[]): DependencyContainer {
  const root = container.createChildContainer();
  const plugins = new Set([...builtInPlugins, ...loaded.map(({ plugin }) => plugin)]); // one may be listed twice
  for (const useValue of plugins) root.register(PLUGIN, { useValue });
  const origins = new Map(loaded.filter(({ plugin }) => !builtInPlugins.includes(plugin)).map(({ plugin, origin }) => [plugin, origin]));
  root.register(REGISTRY, { useFactory: instancePerContainerCachingFactory((c) => createRegistry(c.resolveAll(PLUGIN), origins)) });
  root.register(RUNNER, { useFactory: instancePerContainerCachingFactory((c) => createRunner(c.resolve(RUNNER_OPTIONS))) });
  return root;
}

/** The components of the built-in plugins and of those that are listed. */
export async function createPluginRegistry(references: readonly PluginReference[], folder: string): Promise<Registry> {
  return composeRoot(await loadPlugins(references, folder)).resolve(REGISTRY);
}
