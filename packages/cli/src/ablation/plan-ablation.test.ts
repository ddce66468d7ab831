import { baselinesPlugin } from '@espalier/baselines';
import {
  component,
  corePlugin,
  createRegistry,
  defineDataset,
  defineEstimator,
  definePlugin,
  definePruner,
  EspalierError,
  erk,
  type RunRequest,
  runId,
  toRunSpec,
} from '@espalier/core';
import { exp, sigmoid, str, straightThrough, subgradient } from '@espalier/str';
import { zooPlugin } from '@espalier/zoo';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type AblationConfig, type Config, resolveConfig } from '../config/config.ts';
import { planRuns } from '../plan-runs.ts';
import { planAblation } from './plan-ablation.ts';

const backward = straightThrough().backward;
const withAlpha = defineEstimator({
  name: 'with-alpha',
  summary: 'For these tests',
  options: z.strictObject({ alpha: z.number().default(0.1) }),
  create: () => ({ backward }),
});
const demanding = defineEstimator({
  name: 'demanding',
  summary: 'Has no default',
  options: z.strictObject({ alpha: z.number() }),
  create: () => ({ backward }),
});
/** Holds a pruner, so that there are options inside of options, and two options of one kind. */
const nested = definePruner({
  name: 'nested',
  summary: 'For these tests',
  options: z.strictObject({
    inner: component('pruner').default(str()),
    start: component('estimator').default(subgradient()),
    end: component('estimator').default(subgradient()),
    refined: z.boolean().default(false),
    rate: z.number().optional(),
  }),
  create: () => ({ init: () => ({}), reparameterize: (weight) => weight }),
});
const points = defineDataset({
  name: 'points',
  summary: 'For these tests',
  options: z.strictObject({}),
  create: () => ({ inputShape: [4], classes: 2, load: () => Promise.reject(new Error('planning loads nothing')) }),
});

const plugins = [
  corePlugin,
  definePlugin({ name: 'tests', apiVersion: 1, components: [str, sigmoid, exp, subgradient, straightThrough, withAlpha, nested, points] }),
  baselinesPlugin,
  zooPlugin,
];
const registry = createRegistry(plugins);
const engine = { name: 'cpu', threads: 1 };
const resolved = (config: Config) => resolveConfig({ model: 'lenet-300-100', data: 'points', ...config }, 'test', 1);
const plan = (ablation: AblationConfig, config: Config = {}) => planAblation(resolved({ ...config, ablation }), registry, engine, 'test');
const pruners = ({ requests }: { requests: readonly RunRequest[] }) => requests.map(({ pruner }) => pruner.spec);
const idOf = (request: RunRequest) => runId(toRunSpec(request));
const codeAndText = (run: () => unknown): [string, string] => {
  try {
    run();
  } catch (error) {
    if (error instanceof EspalierError) return [error.code, error.message];
    throw error;
  }
  return ['', ''];
};

describe('an axis', () => {
  it('without values takes every component of its kind, or every value of an enumeration or a boolean', () => {
    const values = (axis: string, pruner = 'str') =>
      plan({ pruner, axes: { [axis]: 'all' } }).study.axes.map(({ values, base }) => [base, values]);
    expect(values('g')).toEqual([['sigmoid', ['sigmoid', 'exp']]]);
    expect(values('estimator')).toEqual([['subgradient', ['subgradient', 'straight-through', 'with-alpha']]]);
    expect(values('granularity')).toEqual([['layer', ['layer', 'filter', 'weight', 'global']]]);
    expect(values('freeze', 'gmp')).toEqual([['true', ['false', 'true']]]);
    expect(values('training.schedule')).toEqual([['cosine', ['cosine', 'step', 'constant']]]);
  });

  it('is found by its option, by the kind of component that the option takes, and inside of components', () => {
    const one = (axis: string, value: string | number, pruner: NonNullable<AblationConfig['pruner']> = 'str') =>
      pruners(plan({ pruner, axes: { [axis]: [value] } })).at(-1);
    const expected = { use: 'str', sparsity: 0.9, g: { use: 'exp' } };
    expect([one('g', 'exp'), one('threshold-function', 'exp')]).toEqual([
      { use: 'str', g: { use: 'exp' } },
      { use: 'str', g: { use: 'exp' } },
    ]);
    expect(one('g', 'exp', { use: 'str', sparsity: 0.8 })).toEqual({ ...expected, sparsity: 0.8 });
    expect(one('schedule.end', 0.25)).toEqual({ use: 'str', schedule: { use: 'cubic', end: 0.25 } });
    const inner = { use: 'nested', inner: { use: 'str', g: { use: 'exp' } } };
    expect([one('inner.g', 'exp', 'nested'), one('threshold-function', 'exp', 'nested')]).toEqual([inner, inner]);
  });

  it('has the base among its values, where it was listed, else first, and each value once', () => {
    const values = (pruner: NonNullable<AblationConfig['pruner']>, axes: NonNullable<AblationConfig['axes']>) =>
      plan({ pruner, axes }).study.axes[0];
    expect(values('str', { estimator: ['straight-through'] })?.values).toEqual(['subgradient', 'straight-through']);
    expect(values('gmp', { allocation: 'all' })?.values).toEqual(['uniform', 'er', 'erk', 'global', 'lamp']); // from-file needs a file
    expect(values('str', { every: [1, 5, 10] })).toEqual({ name: 'every', values: ['1', '5', '10'], base: '5' });
    expect(values({ use: 'str', estimator: { use: 'with-alpha', alpha: 0.5 } }, { estimator: 'all' })).toMatchObject({
      values: ['with-alpha (alpha=0.5)', 'subgradient', 'straight-through', 'with-alpha'],
      base: 'with-alpha (alpha=0.5)',
    });
    const same = ['with-alpha', { use: 'with-alpha', alpha: 0.1 }, withAlpha(), withAlpha({ alpha: 2 })];
    expect(values('str', { estimator: same })?.values).toEqual(['subgradient', 'with-alpha', 'with-alpha (alpha=2)']);
  });

  it('may be an option that has no default', () => {
    const { study, requests } = plan({ pruner: { use: 'str', sparsity: null, sInit: -5 }, axes: { decay: [0.01, 'shared'] } });
    expect(study.axes).toEqual([{ name: 'decay', values: ['default', '0.01', 'shared'], base: 'default' }]);
    expect(pruners({ requests })).toEqual([
      { use: 'dense' },
      { use: 'str', sparsity: null, sInit: -5 },
      { use: 'str', sparsity: null, sInit: -5, decay: 0.01 },
      { use: 'str', sparsity: null, sInit: -5, decay: 'shared' },
    ]);
    expect(study.runs.map(({ requested }) => requested)).toEqual([null, null, null]);
  });

  it('may be the pruner', () => {
    const { study, requests } = plan({ pruner: 'str', axes: { pruner: ['gmp', { use: 'gmp', allocation: 'erk' }, 'str'] } });
    expect(study.axes[0]).toEqual({ name: 'pruner', values: ['gmp', 'gmp (allocation=erk)', 'str'], base: 'str' });
    expect(pruners({ requests }).map(({ use }) => use)).toEqual(['dense', 'str', 'gmp', 'gmp']);
  });

  it('of the training has a dense run for each of its values', () => {
    const { study, requests } = plan({ axes: { 'training.learningRate': [0.1] } }, { training: { learningRate: 0.02, batchSize: 50 } });
    expect(study.axes[0]).toEqual({ name: 'training.learningRate', values: ['0.02', '0.1'], base: '0.02' });
    expect(requests.map(({ pruner, training }) => [pruner.spec.use, training])).toEqual([
      ['dense', { learningRate: 0.02, batchSize: 50 }],
      ['dense', { learningRate: 0.1, batchSize: 50 }],
      ['str', { learningRate: 0.02, batchSize: 50 }],
      ['str', { learningRate: 0.1, batchSize: 50 }],
    ]);
  });

  it('may be a regularizer', () => {
    const { study, requests } = plan({
      pruner: { use: 'str', sparsity: null, sInit: -5 },
      axes: { 'training.regularizers.thresholds': [{ use: 'l1', lambda: 0.01 }] },
    });
    expect(study.axes[0]).toEqual({ name: 'training.regularizers.thresholds', values: ['default', 'l1 (lambda=0.01)'], base: 'default' });
    expect(requests.map((request) => toRunSpec(request).training)).toEqual([
      {},
      { regularizers: { thresholds: { use: 'l1', lambda: 0.01 } } },
      {},
      { regularizers: { thresholds: { use: 'l1', lambda: 0.01 } } },
    ]);
  });

  it.each<[string, AblationConfig, string, string]>([
    ['none', {}, 'E_AXIS', '--axis'],
    ['an unknown one', { axes: { estimators: 'all' } }, 'E_AXIS', 'g (threshold-function), g.k, estimator, granularity'],
    ['an unknown one of the training', { axes: { 'training.epoch': [1] } }, 'E_AXIS', 'training.epochs'],
    ['the sparsity', { axes: { sparsity: [0.5] } }, 'E_AXIS', '--sparsity'],
    ['numbers without values', { axes: { every: 'all' } }, 'E_AXIS', '--axis every='],
    ['pruners without values', { axes: { pruner: 'all' } }, 'E_AXIS', '--axis pruner='],
    ['a kind that two options take', { pruner: 'nested', axes: { estimator: 'all' } }, 'E_AXIS', 'start (estimator), end (estimator)'],
    ['one option by two names', { axes: { g: 'all', 'threshold-function': 'all' } }, 'E_AXIS', '"g" and "threshold-function"'],
    ['an unknown component', { axes: { estimator: ['leeky'] } }, 'E_COMPONENT_UNKNOWN', '"subgradient"'],
    ['a number for a component', { axes: { estimator: [1] } }, 'E_COMPONENT_UNKNOWN', '"1"'],
    ['an unknown option of a component', { axes: { estimator: [{ use: 'with-alpha', beta: 1 }] } }, 'E_OPTIONS', 'alpha'],
    ['a component of another kind', { axes: { estimator: [erk()] } }, 'E_COMPONENT_UNKNOWN', '"subgradient"'],
    ['a value of an enumeration', { axes: { granularity: ['row'] } }, 'E_OPTIONS', 'row: pruner "str": option "granularity"'],
    ['a value of the training', { axes: { 'training.learningRate': [-1] } }, 'E_OPTIONS', 'training.learningRate'],
    ['an unknown pruner', { pruner: 'strr', axes: { g: 'all' } }, 'E_COMPONENT_UNKNOWN', '"str"'],
  ])('is refused with what is allowed: %s', (_, ablation, code, text) => {
    const [given, message] = codeAndText(() => plan(ablation));
    expect([given, message]).toEqual([code, expect.stringContaining(text)]);
  });

  it('leaves out components that can not be built without options, unless they are named', () => {
    const more = createRegistry([...plugins, definePlugin({ name: 'more', apiVersion: 1, components: [demanding] })]);
    const planned = (estimator: 'all' | string[]) => planAblation(resolved({ ablation: { axes: { estimator } } }), more, engine, 'test');
    expect(planned('all').study.axes[0]?.values).not.toContain('demanding');
    expect(codeAndText(() => planned(['demanding']))).toEqual(['E_OPTIONS', expect.stringContaining('"demanding"')]);
  });
});

describe('the plan', () => {
  const axes = { g: ['sigmoid', 'exp'], estimator: ['subgradient', 'straight-through', 'with-alpha'] };
  const twice: Config = { sparsity: [0.9, 0.98], seeds: [0, 1] };

  it('of a grid has every combination once, at every sparsity with every seed, after the dense runs', () => {
    const { study, requests } = plan({ axes, mode: 'grid' }, twice);
    expect(study.runs).toHaveLength(2 * 3 * 2 * 2);
    expect(new Set(study.runs.map(({ id }) => id)).size).toBe(24);
    expect(requests).toHaveLength(2 + 24);
    expect(requests.slice(0, 3).map(({ pruner, seed }) => [pruner.spec.use, seed])).toEqual([
      ['dense', 0],
      ['dense', 1],
      ['str', 0],
    ]);
    expect(requests.slice(2).map(idOf)).toEqual(study.runs.map(({ id }) => id));
    expect(study.runs[23]).toMatchObject({
      spec: { pruner: { use: 'str', sparsity: 0.98, g: { use: 'exp' }, estimator: { use: 'with-alpha' } }, seed: 1 },
      requested: 0.98,
      at: { g: 'exp', estimator: 'with-alpha' },
    });
  });

  it('of one axis at a time has the base once', () => {
    const { study, requests } = plan({ axes }, twice);
    expect(study.mode).toBe('one-at-a-time');
    expect(study.runs).toHaveLength((1 + 1 + 2) * 2 * 2);
    expect(requests).toHaveLength(2 + 16);
    const at = study.runs.filter(({ requested, spec }) => requested === 0.9 && spec.seed === 0).map((run) => Object.values(run.at));
    expect(at).toEqual([
      ['sigmoid', 'subgradient'],
      ['exp', 'subgradient'],
      ['sigmoid', 'straight-through'],
      ['sigmoid', 'with-alpha'],
    ]);
  });

  it('of a single axis is the same in both modes', () => {
    const single = { axes: { estimator: 'all' } } as const;
    expect(plan({ ...single, mode: 'grid' }).study.runs).toEqual(plan(single).study.runs);
  });

  it('has the runs of a comparison', () => {
    const compared = planRuns(resolved({ pruners: ['dense', 'str', { use: 'str', g: 'exp' }], ...twice }), registry, engine).map(idOf);
    expect(
      plan({ axes: { g: ['exp'] } }, twice)
        .requests.map(idOf)
        .sort(),
    ).toEqual(compared.sort());
  });

  it('sets an option inside of a component after the component', () => {
    const inside = { 'g.k': [2], g: ['sigmoid', { use: 'sigmoid', k: 3 }] };
    const { study } = plan({ axes: inside, mode: 'grid' });
    expect(study.runs.map(({ at, spec }) => [at['g.k'], spec.pruner.g])).toEqual([
      ['1', undefined],
      ['1', undefined],
      ['2', { use: 'sigmoid', k: 2 }],
      ['2', { use: 'sigmoid', k: 2 }],
    ]);
  });

  it('is refused with every combination that a component refuses', () => {
    const refused = () => plan({ axes: { pruner: ['gmp'], estimator: ['straight-through'] }, mode: 'grid' });
    const [code, message] = codeAndText(refused);
    expect(code).toBe('E_OPTIONS');
    expect(message).toMatch(/^2 of the points.*gmp × subgradient: .*"estimator".*gmp × straight-through: /);
    const twoDecays = () => plan({ axes: { 'training.regularizers.thresholds': [{ use: 'l1', lambda: 0.01 }] } });
    expect(codeAndText(twoDecays)).toEqual(['E_OPTIONS', expect.stringMatching(/^1 of the points.*l1 \(lambda=0.01\): /)]);
    expect(plan({ axes: { pruner: ['gmp'], estimator: ['straight-through'] } }).study.runs).toHaveLength(3);
  });

  it('keeps components that only exist as objects', () => {
    const mine = demanding({ alpha: 1 });
    const { study, requests } = plan({ axes: { estimator: [mine], g: [exp()] }, mode: 'grid' });
    expect(study.axes[0]?.values).toEqual(['subgradient', 'demanding (alpha=1)']);
    expect(pruners({ requests }).at(-1)).toEqual({ use: 'str', estimator: { use: 'demanding', alpha: 1 }, g: { use: 'exp' } });
  });

  it('is named by pruner, axes, model and data, unless it has a name', () => {
    expect(plan({ axes: { 'training.learningRate': [0.1], 'threshold-function': 'all' } }).study.name).toBe(
      'str-training-learning-rate-threshold-function-lenet-300-100-points',
    );
    expect(plan({ axes, name: 'mine' }).study.name).toBe('mine');
    expect(codeAndText(() => plan({ axes, name: 'My study' }))).toEqual(['E_CONFIG', expect.stringContaining('kebab-case')]);
  });
});
