import { component, createRegistry, cubic, definePlugin, defineScore } from '@espalier/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeComponents } from './describe-components.ts';

const acceptedBy = (schema: z.ZodType) => {
  const score = defineScore({
    name: 'probe',
    summary: 'A score',
    options: z.strictObject({ probe: schema }),
    create: () => ({ of: (weight) => weight }),
  });
  const registry = createRegistry([definePlugin({ name: 'probes', apiVersion: 1, components: [score] })]);
  return describeComponents(registry, 'score')[0]?.options[0];
};

describe('describeComponents', () => {
  it.each<[string, z.ZodType]>([
    ['number', z.number()],
    ['number in [0, 1)', z.number().min(0).lt(1)],
    ['number in (0, 1]', z.number().gt(0).max(1)],
    ['number > 0', z.number().positive()],
    ['number ≥ 1', z.number().min(1)],
    ['number < 0', z.number().negative()],
    ['whole number ≥ 1', z.int().positive()],
    ['whole number', z.int()],
    ['true | false', z.boolean()],
    ['text', z.string()],
    ['text like /^[0-9a-f]{12}$/', z.string().regex(/^[0-9a-f]{12}$/)],
    ['[number, …]', z.array(z.number())],
    ['[number, …] (at least 1)', z.array(z.number()).min(1)],
    ['[number, …] (at least 1, at most 3)', z.array(z.number()).min(1).max(3)],
    ['[number, number, number]', z.array(z.number()).length(3)],
    ['"layer" | "filter"', z.enum(['layer', 'filter'])],
    ['"shared" | number ≥ 0', z.union([z.literal('shared'), z.number().min(0)])],
    ['number in [0, 1) | null', z.number().min(0).lt(1).nullable()],
    ['{ name: number in [0, 1], … }', z.record(z.string(), z.number().min(0).max(1))],
    ['{ mean: [number, …], std: number > 0 }', z.strictObject({ mean: z.array(z.number()), std: z.number().positive() })],
    ['schedule', component('schedule')],
  ])('says that an option takes: %s', (accepts, schema) => {
    expect(acceptedBy(schema)).toEqual({ name: 'probe', accepts, required: true });
    expect(acceptedBy(schema.optional())).toEqual({ name: 'probe', accepts });
  });

  it('has the default and the description, through wrappers too', () => {
    expect(acceptedBy(z.int().positive().describe('Steps').default(25))).toEqual({
      name: 'probe',
      accepts: 'whole number ≥ 1',
      default: 25,
      description: 'Steps',
    });
  });

  it('has a component by default as its name, or as its spec where it has options', () => {
    expect(acceptedBy(component('schedule').default(cubic()))?.default).toBe('cubic');
    expect(acceptedBy(component('schedule').default(cubic({ start: 0.05 })))?.default).toEqual({ use: 'cubic', start: 0.05 });
  });
});
