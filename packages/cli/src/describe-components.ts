import { type AnyFactory, componentKind, type Kind, type Registry } from '@espalier/core';
import * as z from 'zod';

/** An option of a component, as its schema says. */
export interface OptionDescription {
  readonly name: string;
  /** What may be given: `number in [0, 1)`, `"layer" | "filter"`, or the kind of component that it takes. */
  readonly accepts: string;
  readonly default?: unknown;
  /** There is no component without it. */
  readonly required?: true;
  readonly description?: string;
}

/** A component, for a list. */
export interface ComponentDescription {
  readonly kind: Kind;
  readonly name: string;
  readonly summary: string;
  /** The plugin that brings it. */
  readonly plugin: string;
  readonly options: readonly OptionDescription[];
}

/** Every component of a kind, with its options. */
export const describeComponents = (registry: Registry, kind: Kind): readonly ComponentDescription[] =>
  (registry.list(kind) as readonly AnyFactory[]).map(({ definition }) => ({
    kind,
    name: definition.name,
    summary: definition.summary,
    plugin: registry.pluginOf(kind, definition.name)?.name ?? '',
    options: describeOptions(definition.options),
  }));

/** The options that a schema takes, in its order. */
export const describeOptions = ({ shape }: z.ZodObject): readonly OptionDescription[] =>
  Object.entries(shape as Record<string, z.ZodType>).map(([name, schema]) => describeOption(name, schema));

// --- helpers ---

type JsonSchema = z.core.JSONSchema.BaseSchema;

function describeOption(name: string, schema: z.ZodType): OptionDescription {
  const byDefault = schema.safeParse(undefined);
  const value = byDefault.success ? plain(byDefault.data) : undefined;
  const description = descriptionOf(schema);
  return {
    name,
    accepts: componentKind(schema) ?? accepted(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' })),
    ...(value === undefined ? {} : { default: value }),
    ...(byDefault.success ? {} : { required: true }),
    ...(description === undefined ? {} : { description }),
  };
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

function accepted(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map((one) => accepted(one as JsonSchema)).join(' | ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === 'boolean') return 'true | false';
  if (schema.type === 'string') return schema.pattern === undefined ? 'text' : `text like /${schema.pattern}/`;
  if (schema.type === 'number') return `number${range(schema)}`;
  if (schema.type === 'integer') return `whole number${range(schema)}`;
  if (schema.type === 'array') return list(accepted(schema.items as JsonSchema), schema);
  if (schema.type !== 'object') return typeof schema.type === 'string' ? schema.type : 'anything';
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => `${name}: ${accepted(field as JsonSchema)}`);
  return fields.length ? `{ ${fields.join(', ')} }` : `{ name: ${accepted(schema.additionalProperties as JsonSchema)}, … }`;
}

/** `[number, number, number]` where the number of items is fixed, else `[number, …]`, with the least or most of them if there is such. */
function list(item: string, { minItems = 0, maxItems }: JsonSchema): string {
  if (minItems === maxItems) return `[${Array(minItems).fill(item).join(', ')}]`;
  const bounds = [...(minItems ? [`at least ${minItems}`] : []), ...(maxItems === undefined ? [] : [`at most ${maxItems}`])];
  return `[${item}, …]${bounds.length ? ` (${bounds.join(', ')})` : ''}`;
}

type Bounds = Partial<Record<'minimum' | 'exclusiveMinimum' | 'maximum' | 'exclusiveMaximum', number>>;

/** ` in [0, 1)`, ` > 0`, ` ≥ 1` */
function range({ type, ...bounds }: JsonSchema): string {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = bounds as Bounds;
  const isBound = (bound: number | undefined) => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const least = type === 'integer' && exclusiveMinimum !== undefined ? exclusiveMinimum + 1 : minimum;
  const above = type === 'integer' ? undefined : exclusiveMinimum;
  const hasLow = isBound(least) || isBound(above);
  const hasHigh = isBound(maximum) || isBound(exclusiveMaximum);
  if (hasLow && hasHigh) {
    return ` in ${isBound(above) ? `(${above}` : `[${least}`}, ${isBound(exclusiveMaximum) ? `${exclusiveMaximum})` : `${maximum}]`}`;
  }
  if (hasLow) return isBound(above) ? ` > ${above}` : ` ≥ ${least}`;
  if (hasHigh) return isBound(exclusiveMaximum) ? ` < ${exclusiveMaximum}` : ` ≤ ${maximum}`;
  return '';
}
