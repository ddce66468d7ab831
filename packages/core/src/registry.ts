import type { z } from 'zod';
import { type AnyFactory, API_VERSION, type Component, componentKind, type Factory, type Kind, type Plugin } from './component.ts';
import { apiVersion, componentCollision, componentUnknown, pluginInvalid } from './errors.ts';
import type { Spec } from './results.ts';

/** A component, by its name, as data, or already built. */
export type ComponentReference<K extends Kind> = string | Spec | Component<K>;

/** The components that a run may use: those of the plugins that were listed, no others. */
export interface Registry {
  /** A built component. Throws `E_COMPONENT_UNKNOWN` or `E_OPTIONS`. */
  build<K extends Kind>(kind: K, reference: ComponentReference<K>): Component<K>;
  get<K extends Kind>(kind: K, name: string): Factory<K>;
  /** All of one kind, in the order of the plugins. */
  list<K extends Kind>(kind: K): readonly Factory<K>[];
}

/** Throws `E_PLUGIN`, `E_API_VERSION`, or `E_COMPONENT_COLLISION` if two plugins bring the same name. */
export function createRegistry(plugins: readonly Plugin[]): Registry {
  const entries = new Map<string, { factory: AnyFactory; plugin: string }>();
  for (const plugin of plugins) {
    checkPlugin(plugin);
    for (const factory of plugin.components) {
      const key = `${factory.kind} ${factory.definition.name}`;
      const other = entries.get(key);
      if (other && other.factory !== factory) {
        throw componentCollision(factory.kind, factory.definition.name, `plugin "${other.plugin}"`, `plugin "${plugin.name}"`);
      }
      entries.set(key, { factory, plugin: plugin.name });
    }
  }
  const factories = [...entries.values()].map((entry) => entry.factory);

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
      const { use, ...options } = typeof reference === 'string' ? { use: reference } : (reference as Spec);
      const factory = registry.get(kind, use);
      return factory(buildNested(registry, factory.definition.options, options)) as never;
    },
  };
  return Object.freeze(registry);
}

// --- helpers ---

const isBuilt = (reference: ComponentReference<Kind>): reference is Component<Kind> =>
  typeof reference === 'object' && 'kind' in reference && 'spec' in reference;

/** Options of a component that are components themselves, given by name or as data, become built ones. */
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
  }
}
