import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Api, changesBetween, describeApi, lastRelease, unmentioned } from './support/api.ts';
import { WORKSPACE } from './support/project.ts';

/**
 * What plugins and scripts rely on: exported names, the members of the contracts, the options of every built-in component. It is written
 * down in test/api/current.json, and what differs from the last release must be in the changelog.
 */

const changelog = readFileSync(path.join(WORKSPACE, 'CHANGELOG.md'), 'utf8');
const release = lastRelease(changelog);
/** Until the first release: what there was when it was first written down. */
const baseline = path.join(import.meta.dirname, 'api', release ? `${release}.json` : 'before-first-release.json');

describe('the API', () => {
  let api: Api;
  beforeAll(async () => {
    api = await describeApi();
  });

  it('is what test/api/current.json says: `npx vitest run test/api.test.ts -u` writes it anew', async () => {
    await expect(`${JSON.stringify(api, null, 2)}\n`).toMatchFileSnapshot('api/current.json');
  });

  it('is written down as it was at the last release', () => {
    expect(existsSync(baseline), `${baseline} is missing: it is a copy of test/api/current.json as it was released`).toBe(true);
  });

  it('differs from the last release by nothing that CHANGELOG.md leaves out', () => {
    const before = JSON.parse(readFileSync(baseline, 'utf8')) as Api;
    expect(unmentioned(changesBetween(before, api), changelog)).toEqual([]);
  });
});

const API: Api = {
  exports: { '@espalier/core': { attach: 'value', Kernel: 'type' }, espalier: { compare: 'value' } },
  contracts: { Pruner: { init: 'init(kernel: Kernel): State', sparsity: 'readonly sparsity?: number' } },
  options: {
    'pruner gmp': { every: 'whole number ≥ 1, default 25', sparsity: 'number in [0, 1), default 0.9' },
    'allocation from-run': { run: 'text, required' },
  },
};

describe('changesBetween', () => {
  it('finds none between equal APIs', () => {
    expect(changesBetween(API, structuredClone(API))).toEqual([]);
  });

  it('finds names that are exported anew, no longer, or as a type only', () => {
    const exports = { '@espalier/core': { Kernel: 'value', detach: 'value' }, espalier: { compare: 'value' } };
    expect(changesBetween(API, { ...API, exports })).toEqual([
      { what: 'removed: @espalier/core, export attach', names: ['attach'] },
      { what: 'changed: @espalier/core, export Kernel, from type to value', names: ['Kernel'] },
      { what: 'added: @espalier/core, export detach', names: ['detach'] },
    ]);
  });

  it('finds a member of a contract that is no longer optional', () => {
    const contracts = { Pruner: { init: 'init(kernel: Kernel): State', sparsity: 'readonly sparsity: number' } };
    expect(changesBetween(API, { ...API, contracts })).toEqual([
      {
        what: 'changed: Pruner, member sparsity, from readonly sparsity?: number to readonly sparsity: number',
        names: ['Pruner', 'sparsity'],
      },
    ]);
  });

  it('finds another default, an option that is new, and one that is gone', () => {
    const options = {
      'pruner gmp': { every: 'whole number ≥ 1, default 10', freeze: 'true | false, default true' },
      'allocation from-run': { run: 'text, required' },
    };
    expect(changesBetween(API, { ...API, options })).toEqual([
      {
        what: 'changed: pruner gmp, option every, from whole number ≥ 1, default 25 to whole number ≥ 1, default 10',
        names: ['gmp', 'every'],
      },
      { what: 'removed: pruner gmp, option sparsity', names: ['gmp', 'sparsity'] },
      { what: 'added: pruner gmp, option freeze', names: ['gmp', 'freeze'] },
    ]);
  });

  it('has one change for a component or a module as a whole', () => {
    const { 'pruner gmp': gmp, ...options } = API.options;
    const after = {
      ...API,
      exports: { ...API.exports, 'espalier/program': { run: 'value' } },
      options: { ...options, 'pruner set': { ...gmp } },
    };
    expect(changesBetween(API, after)).toEqual([
      { what: 'added: espalier/program', names: ['espalier/program'] },
      { what: 'removed: pruner gmp', names: ['gmp'] },
      { what: 'added: pruner set', names: ['set'] },
    ]);
  });
});

describe('unmentioned', () => {
  const every = { what: 'changed: pruner gmp, option every', names: ['gmp', 'every'] };
  const module = { what: 'added: espalier/program', names: ['espalier/program'] };
  const log = (unreleased: string) => `# Changelog\n\n## Unreleased\n\n${unreleased}\n\n## 0.1.0\n\n- The option \`every\` of \`gmp\`.\n`;

  it.each([
    ['a point with both names in code', '- The default of `every` of `gmp` is 10.'],
    ['a point over two lines', '- Of `gmp`, another default:\n  `every` is 10.'],
    ['one piece of code', '- `gmp({ every: 10 })` is the default.'],
  ])('accepts %s', (_, text) => {
    expect(unmentioned([every], log(text))).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['a name that is not in code', '- The default of every step of `gmp` is 10.'],
    ['names in two points', '- `gmp` is faster.\n- `every` is now 10.'],
    ['a part of another name', '- `everything` of `gmp`, `--every` and `every-step`.'],
    ['names that an older release has', '- Other things.'],
  ])('refuses %s', (_, text) => {
    expect(unmentioned([every], log(text))).toEqual([every.what]);
  });

  it('takes names with a slash, an at sign or a dash whole', () => {
    expect(unmentioned([module], log('- New: `espalier/program`.'))).toEqual([]);
    expect(unmentioned([module], log('- New: `espalier`, `program` and `espalier/programs`.'))).toEqual([module.what]);
    expect(unmentioned([{ what: 'added: pruner run', names: ['run'] }], log('- Allocation `from-run`.'))).toEqual(['added: pruner run']);
  });
});

describe('lastRelease', () => {
  it('is the first version among the headings', () => {
    expect(lastRelease('# Changelog\n\n## Unreleased\n\n## 1.1.0 (2026-01-02)\n\n## 1.0.0\n')).toBe('1.1.0');
    expect(lastRelease('# Changelog\n\n## Unreleased\n\n- 0.1.0 is next.\n')).toBeUndefined();
  });
});
