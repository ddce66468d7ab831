import { type ComponentReference, componentKind, type Kind, type Registry, toSpec } from '@espalier/core';
import type * as z from 'zod';

/** Options of a component or of the training, given or not: what can be varied. */
export interface Options {
  readonly shape: Readonly<Record<string, z.ZodType>>;
  readonly given: Readonly<Record<string, unknown>>;
}

export interface Option {
  readonly path: readonly string[];
  readonly schema: z.ZodType;
  /** What components it takes, if it takes any. */
  readonly kind: Kind | undefined;
  /** What was given, else the default. */
  readonly value: unknown;
}

/** The options of a component, by reference. Throws `E_COMPONENT_UNKNOWN`. */
export function optionsOfComponent(registry: Registry, kind: Kind, reference: ComponentReference<Kind>): Options {
  const given = toSpec(reference);
  return { shape: registry.get(kind, given.use).definition.options.shape, given };
}

/** Each option, followed by those that are inside of it: of the component that it holds, or of the group that it is. */
export function listOptions(registry: Registry, { shape, given }: Options, prefix: readonly string[] = []): Option[] {
  return Object.entries(shape).flatMap(([key, schema]) => {
    const option: Option = { path: [...prefix, key], schema, kind: componentKind(schema), value: currentValue(given, key, schema) };
    const inside = optionsInside(registry, option);
    return inside ? [option, ...listOptions(registry, inside, option.path)] : [option];
  });
}

/** The options with one of them set, wherever it is. What can't be is left for the schema to refuse. */
export function withOption(
  registry: Registry,
  { shape, given }: Options,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  const schema = shape[key];
  const held = schema && { schema, kind: componentKind(schema), value: currentValue(given, key, schema) };
  const inside = rest.length && held ? optionsInside(registry, held) : undefined;
  return { ...given, [key]: inside ? withOption(registry, inside, rest, value) : value };
}

export const isReference = (value: unknown): value is ComponentReference<Kind> =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && ('use' in value || 'spec' in value));

// --- helpers ---

const currentValue = (given: Options['given'], key: string, schema: z.ZodType): unknown =>
  key in given ? given[key] : schema.safeParse(undefined).data;

/** None for a plain value, and for a component that only exists as an object. */
function optionsInside(registry: Registry, { schema, kind, value }: Omit<Option, 'path'>): Options | undefined {
  if (kind && isReference(value)) {
    const known = registry.list(kind).some(({ definition }) => definition.name === toSpec(value).use);
    return known ? optionsOfComponent(registry, kind, value) : undefined;
  }
  const shape = shapeOf(schema);
  return shape && { shape, given: (value ?? {}) as Options['given'] };
}

/** Of a group of options, whatever it is wrapped in. */
function shapeOf(schema: z.ZodType): Options['shape'] | undefined {
  const { shape, innerType } = schema.def as { shape?: Options['shape']; innerType?: z.ZodType };
  return shape ?? (innerType && shapeOf(innerType));
}
