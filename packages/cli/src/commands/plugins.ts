import type { Kind } from '@espalier/core';
import pc from 'picocolors';
import { type InstalledPlugin, installedPlugins, PLUGIN_KEYWORD } from '../config/installed-plugins.ts';
import { loadConfig } from '../config/load-config.ts';
import { builtInPlugins, createPluginRegistry } from '../container.ts';
import { type ComponentDescription, describeComponents } from '../describe-components.ts';
import { KINDS } from '../kinds.ts';
import { EXIT } from '../output.ts';

export interface PluginsFlags {
  readonly config?: string;
  readonly kind?: Kind;
  readonly json?: boolean;
  readonly installed?: boolean;
}

/** Lists every component that a run may use, by kind, with its options; or the plugins that are installed, whether they are used or not. */
export async function pluginsCommand({ config: file, kind, json = false, installed = false }: PluginsFlags): Promise<number> {
  const { config, folder } = await loadConfig(file, process.cwd());
  if (installed) {
    const listed = (config.plugins ?? []).map((plugin) => (typeof plugin === 'string' ? plugin : plugin.name));
    const found = installedPlugins(folder).map((plugin) => ({ ...plugin, listed: listed.includes(plugin.name) }));
    process.stdout.write(json ? `${JSON.stringify({ plugins: found }, null, 2)}\n` : `${renderInstalled(found)}\n`);
    return EXIT.done;
  }
  const registry = await createPluginRegistry(config.plugins ?? [], folder);
  const described = (kind ? [kind] : KINDS).flatMap((one) => describeComponents(registry, one));
  process.stdout.write(json ? `${JSON.stringify({ components: described }, null, 2)}\n` : `${render(described)}\n`);
  return EXIT.done;
}

// --- helpers ---

function render(components: readonly ComponentDescription[]): string {
  const kinds = [...new Set(components.map(({ kind }) => kind))];
  return kinds
    .map((kind) => [pc.bold(kind), ...components.filter((one) => one.kind === kind).map(renderComponent)].join('\n'))
    .join('\n\n');
}

function renderInstalled(found: readonly (InstalledPlugin & { readonly listed: boolean })[]): string {
  const lines = found.map(({ name, version, description = '', listed }) => {
    const mark = listed ? pc.green('listed') : pc.dim('not listed');
    return `${pc.cyan(name)} ${version}  ${mark}${description ? `\n  ${description}` : ''}`;
  });
  const idle = found.filter(({ listed }) => !listed).map(({ name }) => JSON.stringify(name));
  return [
    ...(lines.length ? lines : [`No package with the keyword "${PLUGIN_KEYWORD}" is installed here.`]),
    ...(idle.length ? ['', `To use them, list them in the configuration: plugins: [${idle.join(', ')}]. Nothing else is imported.`] : []),
  ].join('\n');
}

function renderComponent({ name, summary, plugin, options }: ComponentDescription): string {
  const width = Math.max(0, ...options.map((option) => option.name.length));
  const lines = options.map(({ name, accepts, description, default: byDefault, required }) => {
    const value = `${accepts}${required ? '; required' : ''}${byDefault === undefined ? '' : `; default ${JSON.stringify(byDefault)}`}`;
    return `      ${name.padEnd(width)}  ${description ? `${description} ` : ''}${pc.dim(`(${value})`)}`;
  });
  const from = builtInPlugins.some((one) => one.name === plugin) ? '' : pc.dim(` (${plugin})`);
  return [`  ${pc.cyan(name)}  ${summary}${from}`, ...lines].join('\n');
}
