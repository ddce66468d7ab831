import {
  type Component,
  type ComponentReference,
  isBuilt,
  type Kind,
  parseOptions,
  type Registry,
  TARGET_UNITS,
  type TrainingOptions,
  toSpec,
  trainingOptions,
} from '@espalier/core';
import { specLabel } from '@espalier/reports';
import type * as z from 'zod';
import type { Ablation, AxisValue } from '../config/config.ts';
import { axisAmbiguous, axisIsTarget, axisNeedsValues, axisTwice, axisUnknown } from '../errors.ts';
import { isReference, listOptions, type Option, optionsOfComponent, withOption } from './options.ts';

/** What is trained at a point of an ablation, before sparsity and seed. */
export interface Variant {
  readonly pruner: ComponentReference<'pruner'>;
  readonly training: TrainingOptions;
}

/** A value on an axis: its name in tables, and how it changes what is trained. */
export interface AxisEntry {
  readonly label: string;
  /** The value, if it is one. */
  readonly component?: Component<Kind>;
  set(variant: Variant): Variant;
}

/** Something that an ablation varies. */
export interface Axis {
  /** As it was asked for. */
  readonly name: string;
  /** The option, or "pruner". An option inside a component is set after the component. */
  readonly path: readonly string[];
  /** The base's own value, which the others are compared with; one of `entries`. */
  readonly base: AxisEntry;
  readonly entries: readonly AxisEntry[];
}

/**
 * The axes of an ablation. Each is an option of the base pruner, by its name (`g`, `source.granularity`) or by the kind of component that
 * it takes (`threshold-function`); or an option of the training (`training.learningRate`); or `pruner`. The base's own value is always
 * among the entries: where it was listed, else first.
 *
 * Throws `E_AXIS` for an axis that isn't there or lacks its values, `E_COMPONENT_UNKNOWN` or `E_OPTIONS` for a value that can't be.
 */
export function resolveAxes({ pruner, axes }: Ablation, training: TrainingOptions, registry: Registry): Axis[] {
  registry.build('pruner', pruner);
  const resolved = Object.entries(axes).map(([name, values]) =>
    name === 'pruner'
      ? prunerAxis(pruner, values, registry)
      : optionAxis(name, findOption(name, pruner, training, registry), values, registry),
  );
  resolved.forEach(({ name, path }, index) => {
    const other = resolved.slice(0, index).find((earlier) => earlier.path.join('.') === path.join('.'));
    if (other) throw axisTwice(other.name, name);
  });
  return resolved;
}

// --- helpers ---

type Values = 'all' | readonly AxisValue[];

function prunerAxis(base: ComponentReference<'pruner'>, values: Values, registry: Registry): Axis {
  if (values === 'all') throw axisNeedsValues('pruner', 'str,gmp');
  const entries = [base, ...values.map(toReference)].map((reference) => {
    const pruner = reference as ComponentReference<'pruner'>;
    return { ...described(registry.build('pruner', pruner)), set: (variant: Variant) => ({ ...variant, pruner }) };
  });
  return axisOf('pruner', ['pruner'], entries);
}

function optionAxis(name: string, { path, schema, kind, value: base }: Option, values: Values, registry: Registry): Axis {
  const listed = values === 'all' ? (kind ? namesOf(kind, registry) : choicesOf(schema)) : values;
  if (!listed) throw axisNeedsValues(name, examplesFor(schema, base));
  const entries = [base, ...listed].map((given) => {
    const isNone = given === undefined || given === null;
    const value = kind && !isNone ? registry.build(kind, toReference(given)) : given;
    return { ...described(value), set: (variant: Variant) => setOption(variant, path, value, name, registry) };
  });
  return axisOf(name, path, entries);
}

/** Half and twice the option's own value, as far as it takes them. */
function examplesFor(schema: z.ZodType, own: unknown): string {
  const near = typeof own === 'number' && own ? [own / 2, own * 2].filter((value) => schema.safeParse(value).success) : [];
  return near.join(',') || '1,10';
}

/** All of a kind that need no options to be built. */
const namesOf = (kind: Kind, registry: Registry): string[] =>
  registry.list(kind).flatMap(({ definition: { name, options } }) => (options.safeParse({}).success ? [name] : []));

function axisOf(name: string, path: readonly string[], [base, ...listed]: readonly AxisEntry[]): Axis {
  const byLabel = new Map(listed.map((entry) => [entry.label, entry]));
  const own = base as AxisEntry;
  const entries = byLabel.has(own.label) ? [...byLabel.values()] : [own, ...byLabel.values()];
  return { name, path, base: byLabel.get(own.label) ?? own, entries };
}

function setOption(variant: Variant, path: readonly string[], value: unknown, name: string, registry: Registry): Variant {
  if (path[0] !== 'training') {
    const options = optionsOfComponent(registry, 'pruner', variant.pruner);
    return { ...variant, pruner: { ...toSpec(variant.pruner), ...withOption(registry, options, path, value) } };
  }
  const training = withOption(registry, { shape: trainingOptions.shape, given: variant.training }, path.slice(1), value);
  parseOptions(`axis "${name}"`, trainingOptions, training);
  return { ...variant, training };
}

/** By the option's path, or by the kind of component that it takes; the outermost one counts. */
function findOption(name: string, pruner: ComponentReference<'pruner'>, training: TrainingOptions, registry: Registry): Option {
  if (isTarget(name)) throw axisIsTarget(name);
  const ofTraining = listOptions(registry, { shape: trainingOptions.shape, given: training }, ['training']);
  const isOfTraining = name.startsWith('training.');
  const own = isOfTraining
    ? []
    : listOptions(registry, optionsOfComponent(registry, 'pruner', pruner)).filter(({ path }) => !isTarget(path.join()));
  const options = [...own, ...ofTraining];
  const named = options.find(({ path }) => path.join('.') === name);
  if (named) return named;
  const ofKind = options.filter(({ kind }) => kind === name);
  const depth = Math.min(...ofKind.map(({ path }) => path.length));
  const [found, ...others] = ofKind.filter(({ path }) => path.length === depth);
  if (!found) throw axisUnknown(name, isOfTraining ? 'The training' : toSpec(pruner).use, (isOfTraining ? ofTraining : own).map(describe));
  if (others.length) throw axisAmbiguous(name, [found, ...others].map(describe));
  return found;
}

const isTarget = (name: string): boolean => TARGET_UNITS.some((unit) => unit === name);

/** "g (threshold-function)" */
const describe = ({ path, kind }: Option): string => `${path.join('.')}${kind && kind !== path.at(-1) ? ` (${kind})` : ''}`;

/** All values of an option that has finitely many. */
function choicesOf(schema: z.ZodType): readonly unknown[] | undefined {
  const { type, entries, innerType } = schema.def as { type: string; entries?: Record<string, unknown>; innerType?: z.ZodType };
  if (type === 'enum' && entries) return Object.values(entries);
  if (type === 'boolean') return [false, true];
  return innerType && choicesOf(innerType);
}

const toReference = (value: unknown): ComponentReference<Kind> => (isReference(value) ? value : JSON.stringify(value));

/** Labels are as the reports write them. */
function described(value: unknown): Pick<AxisEntry, 'label' | 'component'> {
  if (isBuilt(value)) return { label: specLabel(value.spec), component: value };
  if (value === undefined) return { label: 'default' };
  return { label: typeof value === 'string' ? value : JSON.stringify(value) };
}
