import { globalMagnitude, gmp } from '@espalier/baselines';
import { cubic, definePlugin, defineSchedule, erk, fromFile, linear } from '@espalier/core';
import { exp, str } from '@espalier/str';
import { type Config, type Plan, plan } from 'espalier';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { temporaryProjects } from './support/project.ts';

/** `plan` finds what would go wrong, and trains nothing. */

const BASE = {
  model: 'lenet-300-100',
  data: { use: 'mnist', trainExamples: 1000, testExamples: 50 },
  training: { epochs: 10, batchSize: 50 },
} satisfies Config;

const project = temporaryProjects();
let folder: string;
beforeAll(() => {
  ({ folder } = project());
});

const planned = (config: Config): Promise<Plan> => plan({ ...BASE, ...config, runs: 'runs' }, { folder, measure: false });
const warnings = async (config: Config): Promise<string[]> => {
  const { runs, warnings } = await planned({ seeds: [0, 1], ...config });
  return [...warnings, ...runs.flatMap((run) => run.warnings)].map(({ code }) => code);
};
const dense = { use: 'dense' };
/** A schedule that stops before the target. */
const short = defineSchedule({
  name: 'short',
  summary: 'Ends at four fifths of the way',
  options: z.strictObject({}),
  create: () => ({ at: (progress) => Math.min(0.8, progress) }),
});
const shortPlugin = definePlugin({ name: 'short', apiVersion: 1, components: [short] });

describe('plan', () => {
  it('says when masks are updated, what they leave, and what that costs, to the weight', async () => {
    const { runs } = await planned({ pruners: [dense, gmp({ every: 20, schedule: linear({ start: 0, end: 0.5 }) })] });
    expect(runs[0]?.calendar?.updates).toEqual([]);
    const { calendar, totalSteps, multiplyAdds, layers, trainingMultiplyAdds, denseTrainingMultiplyAdds } = runs[1] as Plan['runs'][number];
    expect(totalSteps).toBe(200);
    expect(calendar?.updates.map(({ step }) => step)).toEqual([20, 40, 60, 80, 100]);
    expect(calendar?.updates[0]).toMatchObject({ sparsity: expect.closeTo(0.18, 5), nonzero: 218_284 });
    expect(calendar?.updates.at(-1)).toMatchObject({ nonzero: 26_620, fraction: 1 });
    expect(multiplyAdds).toBe(26_620);
    expect(layers.map(({ nonzero }) => nonzero)).toEqual([23_520, 3000, 100]);
    const left = [266_200, 218_284, 170_368, 122_452, 74_536, ...Array(5).fill(26_620)]; // of each 20 steps
    expect(trainingMultiplyAdds).toBe(50 * 3 * 20 * left.reduce((sum, n) => sum + n, 0));
    expect(denseTrainingMultiplyAdds).toBe(50 * 3 * 200 * 266_200);
  });

  it('finds nothing wrong with the methods as they are', async () => {
    expect(await warnings({ pruners: [dense, str(), gmp(), gmp({ allocation: erk() }), globalMagnitude()] })).toEqual([]);
    expect(await warnings({ pruners: [dense, gmp({ sparsity: 0 })] })).toEqual([]);
  });

  const MISTAKES: readonly [string, string, Config][] = [
    ['no update falls into the training', 'W_NO_UPDATE', { pruners: [dense, gmp({ every: 10_000 })] }],
    ['the schedule stops before the target', 'W_SHORT_OF_TARGET', { plugins: [shortPlugin], pruners: [dense, gmp({ schedule: short() })] }],
    ['much is cut after the last step', 'W_JUMP_AT_END', { pruners: [dense, gmp({ every: 70, schedule: linear({ start: 0, end: 1 }) })] }],
    ['no time is left to recover', 'W_NO_RECOVERY', { pruners: [dense, gmp({ every: 1, schedule: linear({ start: 0, end: 0.97 }) })] }],
    [
      'it prunes while the learning rate still rises',
      'W_WARMUP',
      {
        pruners: [dense, gmp({ every: 5, schedule: cubic({ start: 0, end: 0.2 }) })],
        training: { ...BASE.training, warmup: 0.5 },
      },
    ],
    [
      'a layer is emptied',
      'W_LAYER_COLLAPSE',
      {
        pruners: [dense, gmp({ sparsity: 0.9, allocation: fromFile({ budget: { fc1: 0.9, fc2: 26_900 / 30_000, fc3: 1 } }) })],
      },
    ],
    ['outputs are left without a weight', 'W_DEAD_OUTPUTS', { pruners: [dense, gmp({ sparsity: 0.9999 })] }],
    [
      'layers that are left dense hide how little is pruned',
      'W_LEFT_DENSE',
      {
        pruners: [dense, gmp()],
        prunable: { exclude: ['fc1'] },
      },
    ],
    [
      'a deep network has no normalization',
      'W_NO_NORMALIZATION',
      {
        model: { use: 'mlp', units: [60, 50, 40, 40, 30, 30, 20, 20] },
        pruners: [dense, gmp()],
      },
    ],
    ['the threshold function ends below what the budget needs', 'W_THRESHOLD_LIMIT', { pruners: [dense, str({ sparsity: 0.999 })] }],
    [
      's starts so far away that nothing is ever pruned',
      'W_NEVER_PRUNES',
      {
        pruners: [dense, str({ sparsity: null, sInit: -3200, decay: 'shared' })],
      },
    ],
    [
      'weight decay alone prunes everything',
      'W_PRUNES_ALL',
      {
        pruners: [dense, str({ sparsity: null, sInit: -5, decay: 1, g: exp() })],
      },
    ],
    ['a run is asked for twice', 'W_DUPLICATE', { pruners: [dense, 'gmp', 'gmp'] }],
    ['nothing is there to compare with', 'W_NO_CONTROL', { pruners: ['gmp'] }],
    ['one seed has to carry a comparison', 'W_ONE_SEED', { pruners: [dense, 'gmp'], seeds: 0 }],
  ];
  it.each(MISTAKES)('warns when %s (%s)', async (_, code, config) => {
    expect(await warnings(config)).toContain(code);
  });

  it('refuses what no allocation can meet, and a batch that is larger than the data', async () => {
    const fixed = gmp({ sparsity: 0.99, allocation: erk({ fixed: { fc1: 0 } }) });
    await expect(planned({ pruners: [fixed] })).rejects.toMatchObject({ code: 'E_ALLOCATION' });
    await expect(planned({ pruners: ['gmp'], training: { batchSize: 5000 } })).rejects.toMatchObject({ code: 'E_TOO_FEW_EXAMPLES' });
  });
});

describe('espalier plan', () => {
  it('measures steps, prints tables and warnings, and leaves no run behind', async () => {
    const here = project({ 'espalier.config.json': { ...BASE, pruners: ['dense', { use: 'gmp', every: 10_000 }] } });
    const { stdout, stderr, code } = await here.espalier('plan');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('Plan: lenet-300-100 on mnist');
    expect(stdout).toMatch(/warning: gmp \(every=10000\): no update falls into the 200 steps .* \[W_NO_UPDATE\]/);
    expect(stdout).toMatch(/2 runs, 0 of them finished; about \d+ s of training .*Nothing was trained\./);
    const json = JSON.parse((await here.espalier('plan', '--json')).stdout) as Plan;
    expect(json.runs[1]).toMatchObject({
      spec: { pruner: { use: 'gmp', every: 10_000 } },
      seeds: [0],
      warnings: [{ code: 'W_NO_UPDATE' }],
    });
    expect(json.runs[1]?.seconds).toBeGreaterThan(0);
    expect(json.runs[1]?.bytes).toBeGreaterThan(1e7);
    expect(here.exists('runs')).toBe(false);
  });
});
