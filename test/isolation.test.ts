import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dense, gmp } from '@espalier/baselines';
import {
  type Component,
  type Dataset,
  defineAllocation,
  defineDataset,
  defineEstimator,
  defineModel,
  defineOperator,
  definePlugin,
  definePruner,
  defineRegularizer,
  defineSchedule,
  defineScore,
  defineThresholdFunction,
  defineThresholdSource,
  type FailedResult,
  masked,
  type Pruner,
  type RunResult,
  type Splits,
  soft,
  tf,
} from '@espalier/core';
import { comparisonTable, renderTerminal } from '@espalier/reports';
import { str, subgradient, thresholded } from '@espalier/str';
import { compare } from 'espalier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

/** A plugin that fails in whatever it brings ends its own run only, and the table says what failed. Runs go one by one in this process. */

const NOTHING = z.strictObject({});
const about = { summary: 'For these tests', options: NOTHING };
const NAN = Number.NaN;
const fails = (): never => {
  throw new RangeError('no luck');
};

// biome-ignore lint/suspicious/noExplicitAny: broken on purpose.
type Any = any;
type State = { mask: tf.Variable };

const sound: Pruner<State> = {
  init: ({ shape }) => ({ mask: tf.variable(tf.ones([...shape]), false) }),
  reparameterize: (weight, { mask }) => masked(weight, mask),
};
/** In step 2, in the second of the layers. */
const inStep2 =
  (action: (layer: { kernel: { weight: tf.Variable }; state: State }) => void): NonNullable<Pruner<State>['beforeStep']> =>
  (layers, { step }) => {
    if (step === 2) action(layers[1] as Any);
  };
const spoilMask = ({ state: { mask } }: { state: State }) => mask.assign(tf.fill(mask.shape, NAN));
const spoilWeight = ({ kernel: { weight } }: { kernel: { weight: tf.Variable } }) => weight.assign(weight.mul(NAN));

/** Each has a name of its own, which tables show. */
const made: Any[] = [];
const register = <F extends (...args: Any[]) => Any>(factory: F): F => {
  made.push(factory);
  return factory;
};
const pruner = (name: string, change: Partial<Pruner<Any>>) =>
  register(definePruner<typeof NOTHING, Any>({ ...about, name, create: () => ({ ...sound, ...change }) }))();
const schedule = (name: string, at: (progress: number) => number) =>
  gmp({ every: 1, schedule: register(defineSchedule({ ...about, name, create: () => ({ at }) }))() });
const allocation = (name: string, allocate: Any) =>
  gmp({ every: 1, allocation: register(defineAllocation({ ...about, name, create: () => ({ allocate }) }))() });
const score = (name: string, of: (weight: tf.Tensor) => tf.Tensor) =>
  gmp({ every: 1, score: register(defineScore({ ...about, name, create: () => ({ of }) }))() });
const estimator = (name: string, backward: Any) =>
  str({ estimator: register(defineEstimator({ ...about, name, create: () => ({ backward }) }))() });
const operator = (name: string, change: object) =>
  thresholded({ operator: register(defineOperator({ ...about, name, create: (): Any => ({ ...soft(), ...change }) }))() });
const g = (name: string, change: object) => {
  const exp = {
    range: [0, 1] as const,
    value: (s: tf.Tensor) => s.exp(),
    derivative: (s: tf.Tensor) => s.exp(),
    inverse: (t: tf.Tensor) => t.log(),
  };
  return str({ g: register(defineThresholdFunction({ ...about, name, create: () => ({ ...exp, ...change }) }))() });
};
const source = (name: string, change: object) =>
  thresholded({
    source: register(
      defineThresholdSource({
        ...about,
        name,
        create: () => ({ towards: (): Any => ({ init: () => ({}), threshold: () => tf.scalar(0.1), ...change }) }),
      }),
    )(),
  });
const backward = subgradient().backward;
const everywhere = (value: number) => (kernels: { name: string }[]) => new Map(kernels.map(({ name }) => [name, value]));

interface Expected {
  readonly code?: string;
  readonly hook: string | undefined;
  readonly layer?: string | undefined;
  readonly step?: number | undefined;
  readonly message: RegExp;
}
const NOT_FINITE = 'E_NOT_FINITE';

const FAULTS: readonly (readonly [fault: Component<'pruner'>, expected: Expected])[] = [
  [pruner('init-throws', { init: fails }), { hook: 'init', layer: 'hidden', message: /init.*"hidden": no luck/ }],
  [
    pruner('init-returns-nothing', { init: () => undefined }),
    { hook: 'init', layer: 'hidden', message: /Expected a state.*came undefined/ },
  ],
  [pruner('reparameterize-throws', { reparameterize: fails }), { hook: 'reparameterize', layer: 'hidden', step: 0, message: /no luck/ }],
  [
    pruner('reparameterize-flattens', { reparameterize: (weight) => weight.flatten() }),
    { hook: 'reparameterize', layer: 'hidden', step: 0, message: /shape \[128\], but must have \[16, 8\]/ },
  ],
  [
    pruner('reparameterize-nan', { reparameterize: (weight) => weight.div(weight.sub(weight)) }),
    { code: NOT_FINITE, hook: 'reparameterize', layer: 'hidden', step: 0, message: /reparameterize of reparameterize-nan/ },
  ],
  [
    pruner('before-step-throws', { beforeStep: inStep2(fails) }),
    { hook: 'beforeStep', step: 2, message: /beforeStep failed in step 2: no luck/ },
  ],
  [
    pruner('before-step-nan', { beforeStep: inStep2(spoilMask) }),
    {
      code: NOT_FINITE,
      hook: 'beforeStep',
      layer: 'output',
      step: 2,
      message: /state "mask" of layer "output" is not finite since beforeStep/,
    },
  ],
  [
    pruner('before-step-wrong-shape', { beforeStep: inStep2(({ state }) => void state.mask.assign(tf.ones([2]))) }),
    { hook: 'beforeStep', step: 2, message: /shape/ },
  ],
  [pruner('after-step-throws', { afterStep: inStep2(fails) }), { hook: 'afterStep', step: 2, message: /no luck/ }],
  [
    pruner('after-step-nan', { afterStep: inStep2(spoilWeight) }),
    {
      code: NOT_FINITE,
      hook: 'afterStep',
      layer: 'output',
      step: 3,
      message: /a stored weight of layer "output" is not finite since afterStep/,
    },
  ],
  [pruner('finish-throws', { finish: fails }), { hook: 'finish', step: 6, message: /no luck/ }],
  [
    pruner('finish-nan', { finish: (layers) => spoilMask(layers[0] as Any) }),
    { code: NOT_FINITE, hook: 'finish', layer: 'hidden', step: 6, message: /since finish/ },
  ],
  [pruner('penalty-throws', { penalty: fails }), { hook: 'penalty', step: 0, message: /no luck/ }],
  [
    pruner('penalty-per-weight', { penalty: (layers) => layers[0]?.kernel.weight as Any }),
    { hook: 'penalty', step: 0, message: /penalty has shape \[16, 8\]/ },
  ],
  [
    pruner('penalty-nan', { penalty: () => tf.scalar(NAN) }),
    { code: NOT_FINITE, hook: 'penalty', step: 0, message: /penalty is not finite/ },
  ],
  [pruner('threshold-throws', { threshold: fails }), { hook: 'threshold', layer: 'hidden', message: /no luck/ }],
  [pruner('threshold-nan', { threshold: () => tf.scalar(NAN) }), { hook: 'threshold', layer: 'hidden', message: /came NaN/ }],
  [pruner('count-nan', { parameterCount: () => NAN }), { hook: 'parameterCount', layer: 'hidden', message: /came NaN/ }],
  [pruner('variables-none', { variables: () => 3 as Any }), { hook: 'variables', layer: 'hidden', message: /list of variables; came 3/ }],
  [pruner('skips-throws', { skipsOptimizer: fails }), { hook: 'skipsOptimizer', step: 0, message: /no luck/ }],
  [pruner('wants-throws', { usesDenseGradients: fails }), { hook: 'usesDenseGradients', step: 0, message: /no luck/ }],
  [schedule('late', (p) => (p < 1 ? fails() : 1)), { hook: 'at', step: 0, message: /schedule "late": at failed in step 0: no luck/ }],
  [schedule('nan-schedule', (p) => (p < 1 ? NAN : 1)), { hook: 'at', step: 0, message: /fraction in \[0, 1\].*came NaN/ }],
  [schedule('too-far', (p) => (p === 0.5 ? 1.5 : p)), { hook: 'at', step: 3, message: /came 1.5/ }],
  [allocation('throws-away', fails), { hook: 'allocate', layer: 'hidden', message: /allocation "throws-away": allocate failed in layer/ }],
  [allocation('forgetful', () => new Map()), { hook: 'allocate', layer: 'hidden', message: /"hidden".*came undefined/ }],
  [allocation('greedy', everywhere(1.2)), { hook: 'allocate', layer: 'hidden', message: /\[0, 1\] for "hidden".*came 1.2/ }],
  [allocation('nan-allocation', everywhere(NAN)), { hook: 'allocate', layer: 'hidden', message: /came NaN/ }],
  [score('score-throws', fails), { hook: 'of', step: 1, message: /score "score-throws": of failed/ }],
  [score('score-nan', (weight) => weight.mul(NAN)), { hook: 'of', step: 1, message: /finite scores/ }],
  [
    score('score-flat', (weight) => weight.abs().flatten()),
    { hook: 'of', step: 1, message: /shape \[16, 8\], that of the weight.*came.*\[128\]/ },
  ],
  [estimator('estimator-throws', fails), { hook: 'backward', step: 0, message: /estimator "estimator-throws": backward failed.*no luck/ }],
  [
    estimator('estimator-flat', (input: Any) => ({ ...backward(input), threshold: input.upstream })),
    { code: 'E_RETURNED', hook: 'backward', step: 0, message: /"threshold" to be a tensor of shape \[\], that of the threshold/ },
  ],
  [
    estimator('estimator-nan', (input: Any) => ({ ...backward(input), weight: input.weight.mul(NAN) })),
    {
      code: NOT_FINITE,
      hook: undefined,
      layer: 'hidden',
      step: 1,
      message: /stored weight of layer "hidden" is not finite since the last update/,
    },
  ],
  [operator('operator-throws', { apply: fails }), { hook: 'apply', layer: 'hidden', message: /operator "operator-throws": apply failed/ }],
  [
    operator('operator-sums', { apply: (w: tf.Tensor) => w.sum() }),
    { hook: 'apply', layer: 'hidden', message: /came a tensor of shape \[\]/ },
  ],
  [g('g-throws', { value: fails }), { hook: 'value', layer: 'hidden', message: /threshold-function "g-throws": value failed/ }],
  [
    g('g-grows', { value: (s: tf.Tensor) => tf.stack([s, s]) }),
    { hook: 'value', layer: 'hidden', message: /that of s.*came a tensor of shape \[2\]/ },
  ],
  [
    source('source-throws', { threshold: fails }),
    { hook: 'threshold', layer: 'hidden', message: /threshold-source "source-throws": threshold/ },
  ],
];

/** Three patterns, each a class of its own. */
const examples = (count: number) => {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  return { inputs: Float32Array.from({ length: 16 * count }, (_, i) => +(i % 3 === labels[Math.floor(i / 16)])), labels };
};
const splits = (): Splits => ({ train: examples(36), validation: examples(12), test: examples(12) });
const dataset = (name: string, change: Partial<Dataset> = {}) =>
  register(
    defineDataset({
      ...about,
      name,
      create: (): Dataset => ({ inputShape: [4, 4, 1], classes: 3, load: async () => splits(), ...change }),
    }),
  )();
const model = (name: string, change: object = {}) =>
  register(
    defineModel({
      ...about,
      name,
      create: () => ({
        build: ({ seed }) => {
          const layer = (units: number, named: string) =>
            tf.layers.dense({ units, name: named, kernelInitializer: tf.initializers.glorotNormal({ seed: seed(named) }) });
          return tf.sequential({ layers: [tf.layers.flatten({ inputShape: [4, 4, 1] }), layer(8, 'hidden'), layer(3, 'output')] });
        },
        ...change,
      }),
    }),
  )();

const patterns = dataset('patterns');
const net = model('net');
const good = gmp({ sparsity: 0.5, every: 1 });
const training = { epochs: 2, batchSize: 12 };

const folder = mkdtempSync(path.join(tmpdir(), 'espalier-isolation-'));
afterAll(() => rmSync(folder, { recursive: true }));

let comparisons = 0;
const run = async (config: object): Promise<readonly RunResult[]> => {
  const plugins = [definePlugin({ name: 'acme', apiVersion: 1, components: [...made] })];
  const own = { plugins, model: net, data: patterns, training, runs: `runs-${comparisons++}`, report: false as const };
  return (await compare({ ...own, ...config }, { folder })).runs;
};
const failureOf = (result: RunResult | undefined) => (result as FailedResult).failure;
const text = (runs: readonly RunResult[]) => renderTerminal(comparisonTable(runs), { width: 10_000 }).replace(/\s+/g, ' ');

describe('a pruner, or what it is made of, that fails', () => {
  let alone: RunResult | undefined;
  let runs: readonly RunResult[];
  let table: string;
  beforeAll(async () => {
    [alone] = await run({ pruners: [good] });
    runs = await run({
      pruners: [...FAULTS.slice(0, 20).map(([fault]) => fault), good, ...FAULTS.slice(20).map(([fault]) => fault), dense()],
    });
    table = text(runs);
  });

  it('leaves the others as they are without it', () => {
    expect(alone).toMatchObject({ status: 'finished' });
    expect(runs.filter(({ status }) => status === 'finished').map(({ pruner: name }) => name)).toEqual(['gmp', 'dense']);
    expect(runs.find(({ id }) => id === alone?.id)).toEqual(alone);
  });

  it.each(FAULTS.map(([fault, expected]) => [JSON.stringify(fault.spec), fault, expected] as const))(
    'is named: %s',
    (_, fault, expected) => {
      const result = runs.find(({ spec }) => JSON.stringify(spec.pruner) === JSON.stringify(fault.spec));
      const { code = 'E_HOOK', hook, layer, step, message } = expected;
      const failure = failureOf(result);
      expect(failure).toMatchObject({ code, message: expect.stringMatching(message), ...(step === undefined ? {} : { step }) });
      expect([failure.hook, failure.layer]).toEqual([hook, layer ?? failure.layer]);
      if (hook !== undefined) expect(failure.plugin).toBeDefined();
      expect(table).toContain(failure.message.replace(/\s+/g, ' '));
    },
  );

  it('is said to come from the plugin that brings it, not from the pruner that uses it', () => {
    expect(failureOf(runs.find(({ spec }) => JSON.stringify(spec.pruner).includes('"late"'))).plugin).toBe('acme');
    expect(table).toContain('failed at step 0 in plugin acme: schedule "late": at failed in step 0: no luck');
  });
});

describe('what all runs share, where it fails,', () => {
  const regularizer = (name: string, gradient: (parameter: tf.Tensor) => tf.Tensor) => ({
    training: {
      ...training,
      regularizers: {
        weights: register(
          defineRegularizer({ ...about, name, create: () => ({ gradient, penalty: (p) => p.square().sum().asScalar() }) }),
        )(),
      },
    },
  });
  const holey = () => ({ ...splits(), train: { ...examples(36), inputs: new Float32Array(16 * 36).fill(NAN) } });
  const cases: readonly (readonly [what: string, config: object, expected: Expected])[] = [
    [
      'data that can not be loaded',
      { data: dataset('load-throws', { load: fails }) },
      { hook: 'load', message: /dataset "load-throws": load failed: no luck/ },
    ],
    [
      'data whose arrays do not fit',
      { data: dataset('short', { load: async () => ({ ...splits(), test: { ...examples(12), inputs: new Float32Array(3) } }) }) },
      { code: 'E_RETURNED', hook: 'load', message: /192 values for the 12 examples of "test".*came 3/ },
    ],
    [
      'data with holes',
      { data: dataset('holes', { load: async () => holey() }) },
      { code: NOT_FINITE, hook: 'load', step: 0, message: /batch holds inputs/ },
    ],
    [
      'an augmentation that throws',
      { data: dataset('augment-throws', { augment: fails }) },
      { hook: 'augment', step: 0, message: /augment failed/ },
    ],
    [
      'an augmentation that crops',
      { data: dataset('crops', { augment: (inputs) => inputs.slice([0, 0, 0, 0], [12, 3, 3, 1]) }) },
      { code: 'E_RETURNED', hook: 'augment', step: 0, message: /\[12, 4, 4, 1\].*came a tensor of shape \[12, 3, 3, 1\]/ },
    ],
    [
      'an augmentation that divides by zero',
      { data: dataset('augment-nan', { augment: (inputs) => inputs.div(inputs.sub(inputs)) }) },
      { code: NOT_FINITE, hook: 'augment', step: 0, message: /batch holds inputs/ },
    ],
    [
      'a regularizer that throws',
      regularizer('pull-throws', fails),
      { hook: 'gradient', step: 0, message: /regularizer "pull-throws": gradient failed.*no luck/ },
    ],
    [
      'a regularizer of another shape',
      regularizer('pull-sums', (p) => p.sum()),
      { code: 'E_RETURNED', hook: 'gradient', step: 0, message: /that of the parameter.*came a tensor of shape \[\]/ },
    ],
    [
      'a regularizer that is not finite',
      regularizer('pull-nan', (p) => p.mul(NAN)),
      { code: NOT_FINITE, hook: undefined, layer: 'hidden', step: 1, message: /since the last update by the gradients/ },
    ],
  ];

  it.each(cases)('is named: %s', async (_, config, { code = 'E_HOOK', hook, layer, step, message }) => {
    const runs = await run({ pruners: [good, dense()], ...config });
    for (const result of runs) {
      const failure = failureOf(result);
      expect(failure).toMatchObject({ code, message: expect.stringMatching(message), ...(step === undefined ? {} : { step }) });
      expect([failure.hook, failure.layer, failure.plugin]).toEqual([hook, layer, hook === undefined ? undefined : 'acme']);
      expect(text(runs)).toContain(failure.message.replace(/\s+/g, ' '));
    }
  });

  it('is refused before anything is trained: a component that can not be made', () => {
    const create = () => fails();
    expect(() => definePruner({ ...about, name: 'create-throws', create })()).toThrow(
      expect.objectContaining({ code: 'E_HOOK', message: expect.stringMatching(/pruner "create-throws": create failed: no luck/) }),
    );
  });

  it('is refused before anything is trained: a model that can not be built', async () => {
    const broken = run({ pruners: [good], model: model('build-throws', { build: fails }) });
    await expect(broken).rejects.toMatchObject({
      code: 'E_HOOK',
      message: expect.stringMatching(/model "build-throws": build failed: no luck/),
    });
  });
});
