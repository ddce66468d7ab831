import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { component, defineDataset, defineModel, definePruner, defineSchedule } from '../component.ts';
import { l1 } from '../regularizers/l1.ts';
import { l2 } from '../regularizers/l2.ts';
import { cubic } from '../schedules/cubic.ts';
import { untouched, withCode } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { toRunSpec } from './identity.ts';
import type { RunRequest } from './request.ts';
import { runId } from './run-id.ts';

const model = defineModel({ name: 'net', summary: '', options: z.strictObject({}), create: () => ({ build: () => tf.sequential() }) });
const data = defineDataset({
  name: 'points',
  summary: '',
  options: z.strictObject({ examples: z.int().default(60) }),
  create: () => ({
    inputShape: [2],
    classes: 2,
    load: () => Promise.reject(new Error('unused')),
  }),
});
const prunerOptions = z.strictObject({
  sparsity: z.number().default(0.9),
  schedule: component('schedule').default(cubic()),
});
const pruner = definePruner({ name: 'method', summary: '', options: prunerOptions, create: () => untouched });
const request: RunRequest = { model: model(), data: data(), pruner: pruner(), seed: 0, engine: { name: 'cpu', threads: 1 } };
const idOf = (change: Partial<RunRequest>) => runId(toRunSpec({ ...request, ...change }));

describe('the id of a run', () => {
  it('is what it has always been', () => {
    expect(idOf({})).toMatchInlineSnapshot(`"f73be503ad25"`);
    expect(
      idOf({
        data: data({ examples: 30 }),
        pruner: pruner({ sparsity: 0.5, schedule: cubic({ end: 0.8 }) }),
        training: { epochs: 7, milestones: [0.5, 0.75] },
        prunable: { exclude: ['fc*'], lastLayer: false },
        seed: 3,
        engine: { name: 'tfjs-node', threads: 2 },
      }),
    ).toMatchInlineSnapshot(`"7f322adc025c"`);
  });

  it('does not change when a default is spelled out', () => {
    const spelled = {
      data: data({ examples: 60 }),
      pruner: pruner({ sparsity: 0.9, schedule: cubic({ start: 0 }) }),
      training: { epochs: 3, momentum: 0.9, milestones: [], weightDecay: 1e-4, regularizers: {}, decoupled: false },
      prunable: { include: ['*'], exclude: [], firstLayer: true },
    };
    expect(idOf(spelled)).toBe(idOf({}));
    expect(toRunSpec({ ...request, ...spelled })).toEqual(toRunSpec(request));
  });

  it('does not change when a component gets another option with a neutral default', () => {
    const wider = definePruner({
      name: 'method',
      summary: 'Reworded',
      options: z.strictObject({ novelty: z.number().default(0), ...prunerOptions.shape, other: z.string().optional() }),
      create: () => untouched,
    });
    expect(idOf({ pruner: wider() })).toBe(idOf({}));
    expect(idOf({ pruner: wider({ sparsity: 0.5 }) })).toBe(idOf({ pruner: pruner({ sparsity: 0.5 }) }));
    expect(idOf({ pruner: wider({ novelty: 1 }) })).not.toBe(idOf({}));
  });

  it('does not change when no plugin but the built-in ones takes part', () => {
    expect(idOf({ plugins: {} })).toBe(idOf({}));
    expect(toRunSpec({ ...request, plugins: {} })).toEqual(toRunSpec(request));
  });

  it('does not depend on the order of the options', () => {
    const spec = toRunSpec({ ...request, training: { epochs: 7, momentum: 0.5 } });
    const backwards = Object.fromEntries(Object.entries(spec).reverse()) as typeof spec;
    expect(runId({ ...backwards, training: { momentum: 0.5, epochs: 7 } })).toBe(runId(spec));
  });

  it('differs for everything that decides the outcome', () => {
    const linear = defineSchedule({
      name: 'other',
      summary: '',
      options: z.strictObject({}),
      create: () => ({ at: (progress) => progress }),
    });
    const ids = [
      {},
      { seed: 1 },
      { data: data({ examples: 61 }) },
      { pruner: pruner({ sparsity: 0.8 }) },
      { pruner: pruner({ schedule: cubic({ end: 0.6 }) }) },
      { pruner: pruner({ schedule: linear() }) },
      { training: { epochs: 4 } },
      { training: { decoupled: true } },
      { training: { regularizers: { weights: l1({ lambda: 1e-4 }) } } },
      { training: { regularizers: { weights: l2({ lambda: 1e-4 }) } } },
      { training: { regularizers: { weights: l2({ lambda: 1e-3 }) } } },
      { training: { regularizers: { bias: l2({ lambda: 1e-4 }) } } },
      { prunable: { firstLayer: false } },
      { engine: { name: 'cpu', threads: 2 } },
      { engine: { name: 'wasm', threads: 1 } },
      { plugins: { mine: '111111111111' } },
      { plugins: { mine: '222222222222' } },
      { plugins: { yours: '111111111111' } },
    ].map(idOf);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the spec of a run', () => {
  it('says what differs from the defaults, nothing else', () => {
    expect(toRunSpec(request)).toEqual({
      model: { use: 'net' },
      data: { use: 'points' },
      pruner: { use: 'method' },
      training: {},
      seed: 0,
      engine: { name: 'cpu', threads: 1 },
    });
    expect(
      toRunSpec({ ...request, pruner: pruner({ schedule: cubic({ end: 0.8 }) }), training: { warmup: 0 }, prunable: { lastLayer: false } }),
    ).toMatchObject({
      pruner: { use: 'method', schedule: { use: 'cubic', end: 0.8 } },
      training: { warmup: 0 },
      prunable: { lastLayer: false },
    });
  });

  it('holds regularizers as data, and refuses two on one group', () => {
    const training = { regularizers: { weights: l1({ lambda: 1e-5 }), thresholds: l2({ lambda: 0.1 }) } };
    expect(JSON.parse(JSON.stringify(toRunSpec({ ...request, training }))).training).toEqual({
      weightDecay: 0,
      regularizers: { weights: { use: 'l1', lambda: 1e-5 }, thresholds: { use: 'l2', lambda: 0.1 } },
    });
    expect(() => toRunSpec({ ...request, training: { ...training, weightDecay: 1e-4 } })).toThrow(withCode('E_OPTIONS'));
    const exact = definePruner({
      name: 'exact',
      summary: '',
      options: z.strictObject({}),
      create: () => ({ ...untouched, stateDecay: 0 }),
    });
    expect(() => toRunSpec({ ...request, training, pruner: exact() })).toThrow(withCode('E_OPTIONS'));
  });
});
