import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryProjects } from './support/project.ts';

/** `espalier test-plugin` from end to end, on a plugin that lies in the user's folder. */
const SOUND = readFileSync(path.join(import.meta.dirname, 'support/my-pruner.ts'), 'utf8');
/** k is one too large in every layer. */
const OFF_BY_ONE = SOUND.replace('[scores], keep)', '[scores], keep + 1)');

/** With a threshold function whose gradient is a kernel of the native engine. */
const WITH_FUNCTION = SOUND.replace('definePruner,', 'definePruner, defineThresholdFunction,')
  .replace('[randomMask]', '[randomMask, expLinear]')
  .replace(
    'export default',
    `const expLinear = defineThresholdFunction({
      name: 'my-exp-linear',
      summary: 'e^s below 0, 1 + s above',
      options: z.strictObject({}),
      create: () => ({
        range: [0, Number.POSITIVE_INFINITY],
        value: (s) => s.minimum(0).exp().add(s.relu()),
        derivative: (s) => s.minimum(0).exp(),
        inverse: (threshold) => tf.where(threshold.lessEqual(1), threshold.log(), threshold.sub(1)),
      }),
    });

    export default`,
  );

const project = temporaryProjects();

describe('espalier test-plugin', () => {
  it('passes a sound pruner, and says how many checks that were', async () => {
    const { code, stdout, stderr } = await project({ 'my-pruner.ts': SOUND }).espalier('test-plugin', './my-pruner.ts', '--verbose');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/✓ pruner random-mask {2}(\d+) of \1\n/);
    expect(stdout).toContain('✓ leaves exactly the number of weights that it promises');
    expect(stdout).toMatch(/1 component passed its \d+ checks\.\n$/);
  });

  it('names the check that a fault fails, with what was expected and what came', async () => {
    const folder = project({ 'my-pruner.ts': OFF_BY_ONE });
    const { code, stdout } = await folder.espalier('test-plugin', './my-pruner.ts');
    expect(code).toBe(1);
    expect(stdout).toContain('✗ leaves exactly the number of weights that it promises');
    expect(stdout).toMatch(/Expected \d+ of \d+ weights left at sparsity 0\.9; came \d+\./);
    const { stdout: json } = await folder.espalier('test-plugin', './my-pruner.ts', '--json');
    const { failed, checks } = JSON.parse(json) as { failed: number; checks: { check: string; problem?: string }[] };
    expect(failed).toBe(checks.filter(({ problem }) => problem !== undefined).length);
    expect(failed).toBeGreaterThan(0);
  });

  /** One component of each kind; test/contract.test.ts tries all of them. */
  const BUILT_IN = ['@espalier/core', '@espalier/str', '@espalier/baselines', '@espalier/zoo'];
  const ONE_OF_EACH = 'dense,mask-parameter,sigmoid,subgradient,soft,from-file,cubic,magnitude,l1,lenet5,mnist';
  const OPTIONS = 'l1(lambda=0.1), from-file(budget=budget.csv, rescale=true), mnist(trainExamples=300)';
  const ON = 'from-file(layers=(first=[20, 10], second=[10, 5])), lenet5(inputShape=[16, 16, 1], classes=3)';

  it.each(['cpu', 'wasm'])('passes built-in components of every kind, on the engine %s', async (engine) => {
    const folder = project({ 'budget.csv': 'layer,sparsity\nfirst,0.75\nsecond,0.25\n' });
    const flags = ['--component', ONE_OF_EACH, '--options', OPTIONS, '--on', ON, '--engine', engine];
    const { code, stdout, stderr } = await folder.espalier('test-plugin', ...BUILT_IN, ...flags);
    expect([code, stderr], stdout).toEqual([0, '']);
    expect(stdout).toMatch(/\n11 components passed their \d+ checks\.\n$/);
  });

  it('says which option is missing where a component needs one', async () => {
    const { code, stdout } = await project().espalier('test-plugin', '@espalier/core', '--component', 'l2');
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ is made with the options given\n.*"lambda".*\n.*--options/);
  });

  it.each([
    ['--options', 'random-mask, her-pruner', /has no component "her-pruner"/],
    ['--on', 'random-mask(size=3)', /random-mask: .*"size".*"inputShape" and "classes" for a model/],
    ['--on', 'random-mask(inputShape=[0])', /random-mask\.inputShape\.0/],
  ])('refuses %s %s', async (flag, components, message) => {
    const { code, stderr } = await project({ 'my-pruner.ts': SOUND }).espalier('test-plugin', './my-pruner.ts', flag, components);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('checks on the engine that is named, what trains nothing too', async () => {
    const folder = project({ 'my-pruner.ts': WITH_FUNCTION });
    const { code, stdout } = await folder.espalier('test-plugin', './my-pruner.ts', '--engine', 'native', '--verbose');
    expect([code, stdout.match(/^ +✗.*$/gm)]).toEqual([0, null]);
    expect(stdout).toMatch(/✓ pruner random-mask {2}(\d+) of \1\n/);
    expect(stdout).toContain('✓ trains to the same bits whether its steps are compiled or run one operation at a time');
    expect(stdout).toMatch(/✓ threshold-function my-exp-linear {2}(\d+) of \1\n/);
  });

  it('refuses what is no plugin, and a component that a plugin does not have', async () => {
    const folder = project({ 'my-pruner.ts': SOUND });
    const missing = await folder.espalier('test-plugin', './nowhere.ts');
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('[E_PLUGIN]')]);
    const options = await folder.espalier('test-plugin', './my-pruner.ts', '--options', 'her-pruner(every=5)');
    expect(options.stderr).toContain('has no component "her-pruner"');
    const unknown = await folder.espalier('test-plugin', './my-pruner.ts', '--component', 'her-pruner');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/"her-pruner".*random-mask.*\[E_USAGE\]/)]);
  });
});
