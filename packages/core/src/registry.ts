import type { z } from 'zod';
import {
  type AnyFactory,
  API_VERSION,
  type Component,
  componentKind,
  type Factory,
  isBuilt,
  isFactory,
  type Kind,
  type Plugin,
} from './component.ts';
import { apiVersion, componentCollision, componentUnknown, pluginForeign, pluginInvalid, pluginNameTwice } from './errors.ts';
import { readComponent } from './notation.ts';
import type { Spec } from './results.ts';
import type { RunRequest } from './runs/request.ts';
import { sourceDigest } from './runs/source-digest.ts';

/** A component: by its name, as text (`gmp(allocation=erk)`), as data, or already built. */
export type ComponentReference<K extends Kind> = string | Spec | Component<K>;

/** A component as data. Throws `E_NOTATION` for text that can't be read. */
export const toSpec = (reference: ComponentReference<Kind>): Spec =>
  typeof reference === 'string' ? readComponent(reference) : isBuilt(reference) ? reference.spec : reference;

/** Where a plugin that isn't built in comes from. */
export interface PluginOrigin {
  /** Of its content: with other code it is another one. */
  readonly digest: string;
  /** The file that was loaded; absent for a plugin that was given as an object. */
  readonly file?: string;
  /** Of its package, if it is one. */
  readonly version?: string;
}

/** The components that a run may use: those of the plugins that were listed, no others. */
export interface Registry {
  /** A built component. Throws `E_COMPONENT_UNKNOWN`, `E_OPTIONS` or `E_NOTATION`. */
  build<K extends Kind>(kind: K, reference: ComponentReference<K>): Component<K>;
  get<K extends Kind>(kind: K, name: string): Factory<K>;
  /** All of one kind, in the order of the plugins. */
  list<K extends Kind>(kind: K): readonly Factory<K>[];
  /** The plugin that brings a component, if one does. */
  pluginOf(kind: Kind, name: string): Plugin | undefined;
  /**
   * By their names, the digests of the plugins that bring the components of a run, nested ones and defaults included. Plugins without an
   * origin, the built-in ones, are left out. A component that no plugin brings stands for itself, as `pruner my-pruner`.
   */
  pluginsOf(run: Pick<RunRequest, 'model' | 'data' | 'pruner' | 'training'>): Readonly<Record<string, string>>;
}

/**
 * @param origins Of the plugins that aren't built in.
 * @throws `E_PLUGIN`, `E_API_VERSION`, `E_PLUGIN_COPIES` if a plugin was made with another copy of core, or `E_COMPONENT_COLLISION` if two
 * plugins have the same name or bring the same component.
 */
export function createRegistry(plugins: readonly Plugin[], origins: ReadonlyMap<Plugin, PluginOrigin> = new Map()): Registry {
  const entries = new Map<string, { factory: AnyFactory; plugin: Plugin }>();
  const place = (plugin: Plugin) => {
    const file = origins.get(plugin)?.file;
    return `plugin "${plugin.name}"${file === undefined ? '' : ` (${file})`}`;
  };
  for (const [i, plugin] of plugins.entries()) {
    checkPlugin(plugin);
    const namesake = plugins.slice(0, i).find((other) => other !== plugin && other.name === plugin.name);
    if (namesake) throw pluginNameTwice(place(namesake), place(plugin));
    for (const factory of plugin.components) {
      const key = `${factory.kind} ${factory.definition.name}`;
      const other = entries.get(key);
      if (other && other.factory !== factory) {
        throw componentCollision(factory.kind, factory.definition.name, place(other.plugin), place(plugin));
      }
      entries.set(key, { factory, plugin });
    }
  }
  const factories = [...entries.values()].map((entry) => entry.factory);

  const pluginOf = (kind: Kind, name: string) => entries.get(`${kind} ${name}`)?.plugin;
  /** Of a component given as data, and of those in its options. */
  const digestsOf = (kind: Kind, spec: Spec, component?: object): (readonly [name: string, digest: string])[] => {
    const entry = entries.get(`${kind} ${spec.use}`);
    if (!entry) return [[`${kind} ${spec.use}`, sourceDigest(component ? Object.values(component).filter(isFunction) : [])]];
    const nested = Object.entries(entry.factory.definition.options.shape).flatMap(([key, option]) => {
      const inner = componentKind(option as z.ZodType);
      const given = (spec[key] ?? (option as z.ZodType).safeParse(undefined).data) as Spec | Component<Kind> | null | undefined;
      if (!inner || !given) return [];
      return isBuilt(given) ? digestsOf(inner, given.spec, given) : digestsOf(inner, given);
    });
    const digest = origins.get(entry.plugin)?.digest;
    return digest === undefined ? nested : [[entry.plugin.name, digest], ...nested];
  };

  const names = (kind: Kind) => registry.list(kind).map((factory) => factory.definition.name);

  const registry: Registry = {
    list: (kind) => factories.filter((factory) => factory.kind === kind) as never,
    get(kind, name) {
      const found = entries.get(`${kind} ${name}`);
      if (!found) throw componentUnknown(kind, name, names(kind));
      return found.factory as never;
    },
    build(kind, reference) {
      if (isBuilt(reference)) {
        if (reference.kind !== kind) throw componentUnknown(kind, reference.spec.use, names(kind));
        return reference as never;
      }
      const { use, ...options } = toSpec(reference);
      const factory = registry.get(kind, use);
      return factory(buildNested(registry, factory.definition.options, options)) as never;
    },
    pluginOf,
    pluginsOf: ({ model, data, pruner, training }) =>
      Object.fromEntries(
        [model, data, pruner, ...Object.values(training?.regularizers ?? {})].flatMap((component) =>
          component ? digestsOf(component.kind, component.spec, component) : [],
        ),
      ),
  };
  return Object.freeze(registry);
}

// --- helpers ---

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** Options of a component that are components themselves, given by name, as text or as data, become built ones. */
function buildNested(registry: Registry, schema: z.ZodObject, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => {
      const option = schema.shape[key];
      const kind = option && componentKind(option);
      const isReference = typeof value === 'string' || (typeof value === 'object' && value !== null && 'use' in value);
      return [key, kind && isReference ? registry.build(kind, value as ComponentReference<Kind>) : value];
    }),
  );
}

function checkPlugin(plugin: Plugin): void {
  if (typeof plugin !== 'object' || plugin === null || typeof plugin.name !== 'string') {
    throw pluginInvalid(String((plugin as { name?: unknown } | null)?.name ?? plugin), 'its default export is not a plugin');
  }
  if (plugin.apiVersion !== API_VERSION) throw apiVersion(plugin.name, plugin.apiVersion, API_VERSION);
  if (!Array.isArray(plugin.components)) throw pluginInvalid(plugin.name, '"components" is not a list');
  for (const factory of plugin.components) {
    if (typeof factory !== 'function' || !('definition' in factory)) {
      throw pluginInvalid(plugin.name, 'an entry of "components" is not what definePruner and its like return');
    }
    if (!isFactory(factory)) throw pluginForeign(plugin.name);
  }
}
