import type { AnyFactory, Kind, Registry } from '@espalier/core';
import pc from 'picocolors';
import type * as z from 'zod';
import { type InstalledPlugin, installedPlugins, PLUGIN_KEYWORD } from '../config/installed-plugins.ts';
import { loadConfig } from '../config/load-config.ts';
import { builtInPlugins, createPluginRegistry } from '../container.ts';
import { KINDS } from '../kinds.ts';
import { EXIT } from '../output.ts';

export interface PluginsFlags {
  readonly config?: string;
  readonly kind?: Kind;
  readonly json?: boolean;
  readonly installed?: boolean;
}

interface OptionDescription {
  readonly name: string;
  readonly default?: unknown;
  readonly description?: string;
}
interface ComponentDescription {
  readonly kind: Kind;
  readonly name: string;
  readonly summary: string;
  /** The plugin that brings it. */
  readonly plugin: string;
  readonly options: readonly OptionDescription[];
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
  const described = (kind ? [kind] : KINDS).flatMap((one) => describeKind(registry, one));
  process.stdout.write(json ? `${JSON.stringify({ components: described }, null, 2)}\n` : `${render(described)}\n`);
  return EXIT.done;
}

// --- helpers ---

const describeKind = (registry: Registry, kind: Kind): ComponentDescription[] =>
  (registry.list(kind) as readonly AnyFactory[]).map(({ definition }) => ({
    kind,
    name: definition.name,
    summary: definition.summary,
    plugin: registry.pluginOf(kind, definition.name)?.name ?? '',
    options: Object.entries(definition.options.shape as Record<string, z.ZodType>).map(([name, schema]) => describeOption(name, schema)),
  }));

function describeOption(name: string, schema: z.ZodType): OptionDescription {
  const byDefault = schema.safeParse(undefined);
  const value = byDefault.success ? plain(byDefault.data) : undefined;
  const description = descriptionOf(schema);
  return { name, ...(value === undefined ? {} : { default: value }), ...(description === undefined ? {} : { description }) };
}

/** A wrapper such as a default doesn't carry the description of what it wraps. */
function descriptionOf(schema: z.ZodType): string | undefined {
  const { innerType } = schema.def as { innerType?: z.ZodType };
  return schema.description ?? (innerType && descriptionOf(innerType));
}

/** A component as its name where it has no options set, else as its spec. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('spec' in value)) return value;
  const spec = value.spec as { use: string };
  return Object.keys(spec).length === 1 ? spec.use : spec;
}

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
  const lines = options.map((option) => {
    const value = option.default === undefined ? '' : pc.dim(` (${JSON.stringify(option.default)})`);
    return `      ${option.name.padEnd(width)}  ${option.description ?? ''}${value}`;
  });
  const from = builtInPlugins.some((one) => one.name === plugin) ? '' : pc.dim(` (${plugin})`);
  return [`  ${pc.cyan(name)}  ${summary}${from}`, ...lines].join('\n');
}
