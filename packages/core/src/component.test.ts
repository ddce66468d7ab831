import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import {
  API_VERSION,
  type Component,
  component,
  componentKind,
  definePlugin,
  definePruner,
  defineSchedule,
  defineThresholdFunction,
} from './component.ts';
import type { Pruner } from './kinds/pruner.ts';
import { cubic } from './schedules/cubic.ts';
import { linear } from './schedules/linear.ts';
import { naming, untouched, withCode } from './test-helpers.ts';
import { tf } from './tf.ts';

const method = definePruner({
  name: 'method',
  summary: 'For these tests',
  options: z.strictObject({
    sparsity: z.number().min(0).lt(1).default(0.9),
    schedule: component('schedule').default(cubic()).describe('How fast'),
    start: component('schedule').optional(),
    note: z.string().optional(),
    widths: z.array(z.int()).default([3, 4]),
    nested: z.strictObject({ a: z.number().default(1), b: z.number().optional() }).default({ a: 1 }),
  }),
  create: ({ sparsity, schedule }) => ({
    sparsity: sparsity * schedule.at(1),
    init: (_kernel) => ({ mask: tf.variable(tf.scalar(1)) }),
    reparameterize: (weight, state) => weight.mul(state.mask),
  }),
});

describe('the spec of a component', () => {
  it('is its name alone if nothing differs from the defaults', () => {
    expect(method().spec).toEqual({ use: 'method' });
    expect(method({}).spec).toEqual({ use: 'method' });
  });

  it('leaves out defaults that are spelled out', () => {
    const spelled = method({ sparsity: 0.9, schedule: cubic({ start: 0, end: 0.5 }), widths: [3, 4], nested: { a: 1 } });
    expect(spelled.spec).toEqual({ use: 'method' });
    expect(JSON.stringify(spelled.spec)).toBe(JSON.stringify(method().spec));
  });

  it('holds what differs, components as their specs', () => {
    expect(method({ sparsity: 0.5, note: 'x', schedule: cubic({ end: 0.8 }), widths: [3], nested: { b: 2 } }).spec).toEqual({
      use: 'method',
      sparsity: 0.5,
      note: 'x',
      schedule: { use: 'cubic', end: 0.8 },
      widths: [3],
      nested: { a: 1, b: 2 },
    });
    expect(method({ schedule: linear() }).spec).toEqual({ use: 'method', schedule: { use: 'linear' } });
  });

  it('does not depend on the order in which options are given', () => {
    const [one, other] = [method({ sparsity: 0.5, note: 'x' }), method({ note: 'x', sparsity: 0.5 })];
    expect(JSON.stringify(one.spec)).toBe(JSON.stringify(other.spec));
  });

  it('is JSON that makes the same component again', () => {
    const { spec } = method({ sparsity: 0.5, widths: [1] });
    const { use: _, ...options } = JSON.parse(JSON.stringify(spec));
    expect(method(options).spec).toEqual(spec);
  });
});

describe('the options of a component', () => {
  it('are refused if unknown, with those that are allowed', () => {
    const unknown = { sparsty: 0.5 } as object;
    expect(() => method(unknown)).toThrow(
      withCode('E_OPTIONS', { message: naming('pruner', 'method', 'sparsty', 'sparsity', 'schedule') }),
    );
  });

  it('are refused if out of range or of another type', () => {
    expect(() => method({ sparsity: 90 })).toThrow(withCode('E_OPTIONS', { message: naming('sparsity', 'given 90') }));
    expect(() => method({ nested: { a: 'x' as never } })).toThrow(withCode('E_OPTIONS', { message: naming('nested.a', 'given "x"') }));
    expect(() => method('x' as never)).toThrow(withCode('E_OPTIONS'));
    expect(() => method(null as never)).toThrow(withCode('E_OPTIONS'));
  });

  it('take a component only of the right kind, and only a built one', () => {
    for (const schedule of [untouched, method(), 'cubic', { use: 'cubic' }]) {
      expect(() => method({ schedule: schedule as never })).toThrow(withCode('E_OPTIONS', { message: naming('schedule') }));
    }
  });
});

describe('a component', () => {
  it('has what create made, its kind and its spec', () => {
    const built = method({ sparsity: 0.5 });
    expect(built.kind).toBe('pruner');
    expect(built.sparsity).toBe(0.5);
    expect(Object.keys(built).sort()).toEqual(['init', 'kind', 'reparameterize', 'sparsity', 'spec']);
  });

  it('is frozen, and so is its spec', () => {
    const built = method();
    expect(Object.isFrozen(built)).toBe(true);
    expect(Object.isFrozen(built.spec)).toBe(true);
  });

  it('keeps getters, which see what they read', () => {
    let reads = 0;
    const counting = defineThresholdFunction({
      name: 'counting',
      summary: '',
      options: z.strictObject({}),
      create: () => ({
        value: (s: tf.Tensor) => s,
        derivative: (s: tf.Tensor) => s,
        inverse: (s: tf.Tensor) => s,
        get range(): readonly [number, number] {
          return [0, ++reads];
        },
      }),
    });
    const built = counting();
    expect(reads).toBe(0);
    expect([built.range[1], built.range[1]]).toEqual([1, 2]);
  });

  it('keeps the methods of a class', () => {
    class Half {
      readonly factor = 0.5;
      at(progress: number) {
        return progress * this.factor;
      }
    }
    const half = defineSchedule({ name: 'half', summary: '', options: z.strictObject({}), create: () => new Half() });
    expect(half().at(1)).toBe(0.5);
    expect(half().spec).toEqual({ use: 'half' });
  });

  it('may be made of another component, whose spec is not its own', () => {
    const slow = defineSchedule({ name: 'slow', summary: '', options: z.strictObject({}), create: () => cubic({ end: 1 }) });
    expect(slow().at(0.5)).toBe(0.875);
    expect(slow().spec).toEqual({ use: 'slow' });
    expect(cubic({ end: 1 }).spec).toEqual({ use: 'cubic', end: 1 });
  });

  it('is a new object each time', () => {
    expect(method()).not.toBe(method());
  });
});

describe('componentKind', () => {
  it('is found through defaults, descriptions and the like', () => {
    const schedule = component('schedule');
    for (const option of [schedule, schedule.optional(), schedule.nullable().default(null), schedule.default(cubic()).describe('x')]) {
      expect(componentKind(option)).toBe('schedule');
    }
    expect(componentKind(schedule.describe('x'))).toBe('schedule');
    expect(componentKind(schedule.describe('x').optional())).toBe('schedule');
    expect(componentKind(component('score'))).toBe('score');
    expect(componentKind(z.string().default(''))).toBeUndefined();
  });
});

describe('definePlugin', () => {
  it('takes this apiVersion only', () => {
    const plugin = { name: 'mine', apiVersion: API_VERSION, components: [cubic] };
    expect(definePlugin(plugin)).toBe(plugin);
    expect(Object.isFrozen(plugin)).toBe(true);
    expect(() => definePlugin({ ...plugin, apiVersion: 2 })).toThrow(withCode('E_API_VERSION', { message: naming('mine', '2', '1') }));
  });
});

describe('types', () => {
  it('infer the state of a pruner from init', () => {
    expectTypeOf(method()).toExtend<Pruner<{ mask: tf.Variable }>>();
    expectTypeOf(method().reparameterize).parameter(1).toExtend<{ mask: tf.Variable }>();
    expectTypeOf(method().reparameterize).parameter(1).not.toBeAny();
    definePruner({
      name: 'typo',
      summary: '',
      options: z.strictObject({}),
      create: () => ({
        init: () => ({ mask: tf.scalar(1) }),
        // @ts-expect-error: the state has no "maks"
        reparameterize: (weight, state) => weight.mul(state.maks),
      }),
    });
  });

  it('know the options', () => {
    expectTypeOf(method).parameter(0).toExtend<{ sparsity?: number | undefined; note?: string | undefined } | undefined>();
    // @ts-expect-error: there is no such option
    expect(() => method({ sparsty: 0.5 })).toThrow(withCode('E_OPTIONS'));
    // @ts-expect-error: a number, not a text
    expect(() => method({ sparsity: '0.5' })).toThrow(withCode('E_OPTIONS'));
    // @ts-expect-error: a schedule, not a pruner
    expect(() => method({ schedule: method() })).toThrow(withCode('E_OPTIONS'));
  });

  it('tell kinds apart', () => {
    expectTypeOf(method().kind).toEqualTypeOf<'pruner'>();
    expectTypeOf(cubic()).toExtend<Component<'schedule'>>();
    expectTypeOf(cubic()).not.toExtend<Component<'pruner'>>();
    expectTypeOf(cubic().at(0.5)).toEqualTypeOf<number>();
  });
});
