import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import {
  type Component,
  component,
  defineAllocation,
  defineDataset,
  defineModel,
  definePruner,
  defineRegularizer,
  defineSchedule,
  type Plugin,
} from './component.ts';
import { corePlugin } from './plugin.ts';
import { type ComponentReference, createRegistry } from './registry.ts';
import { cubic } from './schedules/cubic.ts';
import { naming, untouched, withCode } from './test-helpers.ts';
import { tf } from './tf.ts';
import type { TrainingOptions } from './training/options.ts';

const delayed = defineSchedule({
  name: 'delayed',
  summary: '',
  options: z.strictObject({ inner: component('schedule').describe('What is delayed'), by: z.number().default(0.1) }),
  create: ({ inner, by }) => ({ at: (progress) => inner.at(Math.max(0, progress - by)) }),
});
const method = definePruner({
  name: 'method',
  summary: '',
  options: z.strictObject({ schedule: component('schedule').default(cubic()), note: z.string().optional() }),
  create: () => untouched,
});
const mine: Plugin = { name: 'mine', apiVersion: 1, components: [method, delayed] };
const registry = createRegistry([corePlugin, mine]);

describe('a registry', () => {
  it('builds a component by its name', () => {
    expect(registry.build('schedule', 'cubic').spec).toEqual(cubic().spec);
    expect(registry.build('pruner', 'method').spec).toEqual({ use: 'method' });
  });

  it('builds a component from data, nested as deep as need be', () => {
    const built = registry.build('pruner', {
      use: 'method',
      schedule: { use: 'delayed', by: 0.2, inner: { use: 'delayed', inner: 'linear' } },
    });
    expect(built.spec).toEqual({
      use: 'method',
      schedule: { use: 'delayed', by: 0.2, inner: { use: 'delayed', inner: { use: 'linear' } } },
    });
    const schedule = registry.build('schedule', { use: 'delayed', by: 0.5, inner: { use: 'one-shot', at: 0.25 } });
    expect([0.7, 0.75].map((progress) => schedule.at(progress))).toEqual([0, 1]);
  });

  it('builds a component from text, nested as deep as need be', () => {
    expect(registry.build('pruner', 'method(schedule=delayed(inner=delayed(inner=linear), by=0.2), note=x)').spec).toEqual({
      use: 'method',
      schedule: { use: 'delayed', by: 0.2, inner: { use: 'delayed', inner: { use: 'linear' } } },
      note: 'x',
    });
    expect(() => registry.build('pruner', 'method(schedul=cubic)')).toThrow(/"schedul"\. Options: schedule, note/);
    expect(() => registry.build('pruner', 'method(schedule=cubic(ende=0.5))')).toThrow(/schedule "cubic": there is no option "ende"/);
    expect(() => registry.build('pruner', 'method(schedule=5)')).toThrow(withCode('E_OPTIONS'));
    expect(() => registry.build('pruner', 'method(schedule=cubic')).toThrow(withCode('E_NOTATION'));
    expect(() => registry.build('pruner', { use: 'method', schedule: 'cubic(end' })).toThrow(withCode('E_NOTATION'));
  });

  it('hands back what is built already, also nested', () => {
    const built = cubic({ end: 0.7 });
    expect(registry.build('schedule', built)).toBe(built);
    expect(registry.build('pruner', { use: 'method', schedule: built }).spec).toEqual({
      use: 'method',
      schedule: { use: 'cubic', end: 0.7 },
    });
  });

  it('makes equal specs from all spellings', () => {
    const spellings = [
      'method',
      { use: 'method' },
      { use: 'method', schedule: 'cubic' },
      { use: 'method', schedule: { use: 'cubic' } },
      { use: 'method', schedule: { use: 'cubic', start: 0 } },
      { use: 'method', schedule: cubic() },
      'method()',
      'method(schedule=cubic)',
      'method (schedule=cubic(start=0))',
      { use: 'method', schedule: 'cubic(start=0)' },
      method(),
    ];
    expect(new Set(spellings.map((spelling) => JSON.stringify(registry.build('pruner', spelling).spec))).size).toBe(1);
  });

  it('makes a component again from its spec', () => {
    const { spec } = method({ schedule: delayed({ inner: cubic({ end: 0.9 }) }), note: 'x' });
    expect(registry.build('pruner', JSON.parse(JSON.stringify(spec))).spec).toEqual(spec);
  });

  it('takes a text for a component only where an option is one', () => {
    expect(registry.build('pruner', { use: 'method', note: 'cubic' }).spec).toEqual({ use: 'method', note: 'cubic' });
  });

  it('lists the components of a kind in the order of the plugins', () => {
    expect(registry.list('schedule').map(({ definition }) => definition.name)).toEqual(['one-shot', 'linear', 'cubic', 'delayed']);
    expect(registry.list('model')).toEqual([]);
  });

  it('knows the kinds apart in types', () => {
    expectTypeOf(registry.build('schedule', 'cubic')).toEqualTypeOf<Component<'schedule'>>();
    // @ts-expect-error: there is no such kind
    expect(() => registry.build('schedules', 'cubic')).toThrow(withCode('E_COMPONENT_UNKNOWN'));
  });
});

describe('the plugins of a run, by a registry', () => {
  const model = defineModel({ name: 'net', summary: '', options: z.strictObject({}), create: () => ({ build: () => tf.sequential() }) });
  const data = defineDataset({
    name: 'points',
    summary: '',
    options: z.strictObject({}),
    create: () => ({ inputShape: [2], classes: 2, load: () => Promise.reject(new Error('unused')) }),
  });
  const slow = defineSchedule({
    name: 'slow',
    summary: '',
    options: z.strictObject({}),
    create: () => ({ at: (progress) => progress ** 9 }),
  });
  const lazy = definePruner({
    name: 'lazy',
    summary: '',
    options: z.strictObject({ schedule: component('schedule').default(slow()) }),
    create: () => untouched,
  });
  const task: Plugin = { name: 'task', apiVersion: 1, components: [model, data] };
  const timing: Plugin = { name: 'timing', apiVersion: 1, components: [slow] };
  const other: Plugin = { name: 'other', apiVersion: 1, components: [lazy] };
  const origins = new Map([mine, timing, other].map((plugin) => [plugin, { digest: `of ${plugin.name}` }]));
  const all = createRegistry([corePlugin, task, mine, timing, other], origins);
  const pluginsOf = (pruner: ComponentReference<'pruner'>, training: TrainingOptions = {}) =>
    all.pluginsOf({ model: model(), data: data(), pruner: all.build('pruner', pruner), training });

  it('are those of its components, but for what is built in', () => {
    expect(pluginsOf('method')).toEqual({ mine: 'of mine' });
    expect(createRegistry([corePlugin, task, mine]).pluginsOf({ model: model(), data: data(), pruner: method() })).toEqual({});
    expect([all.pluginOf('pruner', 'method'), all.pluginOf('pruner', 'slow')]).toEqual([mine, undefined]);
  });

  it('are those of nested components too, given or by default', () => {
    expect(pluginsOf({ use: 'method', schedule: { use: 'delayed', inner: 'slow' } })).toEqual({ mine: 'of mine', timing: 'of timing' });
    expect(pluginsOf('lazy')).toEqual({ other: 'of other', timing: 'of timing' });
    expect(pluginsOf({ use: 'lazy', schedule: 'cubic' })).toEqual({ other: 'of other' });
  });

  it('are those of what regularizes', () => {
    const pull = defineRegularizer({
      name: 'pull',
      summary: '',
      options: z.strictObject({}),
      create: () => ({ gradient: (p) => p, penalty: (p) => p.sum() }),
    });
    const pulling: Plugin = { name: 'pulling', apiVersion: 1, components: [pull] };
    const more = createRegistry([corePlugin, task, mine, pulling], new Map([[pulling, { digest: 'of pulling' }]]));
    const run = { model: model(), data: data(), pruner: method() };
    expect(more.pluginsOf({ ...run, training: { regularizers: { weights: pull() } } })).toEqual({ pulling: 'of pulling' });
  });

  it('has a digest of the source for a component that no plugin brings', () => {
    const own = (reparameterize: (weight: tf.Tensor) => tf.Tensor) =>
      definePruner({ name: 'own', summary: '', options: z.strictObject({}), create: () => ({ ...untouched, reparameterize }) });
    const digest = (reparameterize: (weight: tf.Tensor) => tf.Tensor) =>
      all.pluginsOf({ model: model(), data: data(), pruner: own(reparameterize)() })['pruner own'];
    expect(digest((weight) => weight)).toMatch(/^source:[0-9a-f]{12}$/);
    expect(digest((weight) => weight)).toBe(digest((weight) => weight));
    expect(digest((weight) => weight.mul(2))).not.toBe(digest((weight) => weight));
  });
});

describe('a registry refuses', () => {
  it('an unknown name, with those that it knows', () => {
    expect(() => registry.build('schedule', 'cubik')).toThrow(
      withCode('E_COMPONENT_UNKNOWN', { message: naming('schedule', 'cubik', 'cubic', 'linear', 'delayed') }),
    );
    expect(() => registry.build('pruner', { use: 'method', schedule: 'cubik' })).toThrow(withCode('E_COMPONENT_UNKNOWN'));
    expect(() => registry.get('pruner', 'cubic')).toThrow(withCode('E_COMPONENT_UNKNOWN'));
  });

  it('unknown and missing options, also nested', () => {
    expect(() => registry.build('pruner', { use: 'method', sparsty: 1 })).toThrow(withCode('E_OPTIONS', { message: naming('sparsty') }));
    expect(() => registry.build('pruner', { use: 'method', schedule: { use: 'cubic', begin: 0 } })).toThrow(
      withCode('E_OPTIONS', { message: naming('cubic', 'begin', 'start') }),
    );
    expect(() => registry.build('schedule', 'delayed')).toThrow(withCode('E_OPTIONS', { message: naming('inner') }));
  });

  it('a built component of another kind', () => {
    expect(() => registry.build('pruner', cubic() as never)).toThrow(
      withCode('E_COMPONENT_UNKNOWN', { message: naming('pruner', 'method') }),
    );
  });

  it('two components of one kind and name, unless they are the same', () => {
    const other = defineSchedule({ name: 'cubic', summary: '', options: z.strictObject({}), create: () => ({ at: () => 1 }) });
    const rival: Plugin = { name: 'rival', apiVersion: 1, components: [other] };
    expect(() => createRegistry([corePlugin, rival])).toThrow(
      withCode('E_COMPONENT_COLLISION', { message: naming('schedule', 'cubic', '@espalier/core', 'rival') }),
    );
    expect(createRegistry([mine, { name: 'same', apiVersion: 1, components: [method] }]).list('pruner')).toHaveLength(1);
    const allocation = defineAllocation({
      name: 'cubic',
      summary: '',
      options: z.strictObject({}),
      create: () => ({ allocate: () => new Map() }),
    });
    createRegistry([corePlugin, { name: 'other kind', apiVersion: 1, components: [allocation] }]);
  });

  it('two plugins of one name, and says where both are', () => {
    const [first, second]: Plugin[] = [
      { name: 'twin', apiVersion: 1, components: [] },
      { name: 'twin', apiVersion: 1, components: [method] },
    ];
    const origins = new Map([
      [first as Plugin, { digest: 'a', file: '/here/a.ts' }],
      [second as Plugin, { digest: 'b', file: '/there/b.ts' }],
    ]);
    expect(() => createRegistry([first as Plugin, second as Plugin], origins)).toThrow(
      withCode('E_COMPONENT_COLLISION', { message: naming('"twin" (/here/a.ts)', '"twin" (/there/b.ts)') }),
    );
    expect(createRegistry([mine, mine]).list('pruner')).toHaveLength(1);
  });

  it('components that another copy of core made', () => {
    const foreign = Object.assign(() => method(), { kind: method.kind, definition: method.definition });
    expect(() => createRegistry([{ name: 'bundled', apiVersion: 1, components: [foreign as never] }])).toThrow(
      withCode('E_PLUGIN_COPIES', { message: naming('bundled', 'peerDependency') }),
    );
  });

  it('a plugin for another version', () => {
    expect(() => createRegistry([{ ...mine, apiVersion: 2 }])).toThrow(withCode('E_API_VERSION', { message: naming('mine', '2') }));
    expect(() => createRegistry([{ name: 'old', components: [] } as never])).toThrow(withCode('E_API_VERSION'));
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a function', () => {}],
    ['an object without a name', { apiVersion: 1, components: [] }],
    ['one without components', { name: 'mine', apiVersion: 1 }],
    ['one with built components', { name: 'mine', apiVersion: 1, components: [cubic()] }],
    ['one with functions that are no factories', { name: 'mine', apiVersion: 1, components: [() => cubic()] }],
    ['one with a hole in its components', { name: 'mine', apiVersion: 1, components: [undefined] }],
  ])('what is not a plugin: %s', (_, plugin) => {
    expect(() => createRegistry([plugin as never])).toThrow(withCode('E_PLUGIN'));
  });
});
