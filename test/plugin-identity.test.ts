import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RunRecord, RunResult } from '@espalier/core';
import { describe, expect, it } from 'vitest';
import { type Outcome, type Project, temporaryProjects } from './support/project.ts';

/** What a plugin's code has to do with the runs that use it, and how plugins that don't go together are refused. */

const project = temporaryProjects();
const SOURCE = readFileSync(path.join(import.meta.dirname, 'support/my-pruner.ts'), 'utf8');
/** Its count comes from another file. */
const TWO_FILES = SOURCE.replace('keep)', 'kept(keep))').replace('import * as z', "import { kept } from './kept.ts';\nimport * as z");
const CONFIG = {
  model: 'lenet-300-100',
  data: { use: 'mnist', trainExamples: 100, testExamples: 50 },
  training: { epochs: 1, batchSize: 50 },
  plugins: ['./my-pruner.ts'],
  pruners: ['random-mask', 'dense'],
  report: false,
};

const runsOf = ({ stdout }: Outcome) => (JSON.parse(stdout) as { runs: RunResult[] }).runs;
const started = ({ stderr }: Outcome) => [...stderr.matchAll(/^(\S+).*: started$/gm)].map(([, name]) => name);
const recordOf = (folder: Project, run?: RunResult) => JSON.parse(folder.read(`runs/${run?.id}/run.json`)) as RunRecord;

describe('a run that uses a plugin', () => {
  it('has its digest, is reused as long as nothing changes, and is trained anew when any of its files does', async () => {
    const folder = project({
      'my-pruner.ts': TWO_FILES,
      'kept.ts': 'export const kept = (k: number) => k;',
      'espalier.config.json': CONFIG,
    });
    const [mine, dense] = runsOf(await folder.espalier('compare', '--json'));
    expect(mine?.spec.plugins).toEqual({ 'my-pruners': expect.stringMatching(/^[0-9a-f]{12}$/) });
    expect(dense?.spec).not.toHaveProperty('plugins');
    expect(recordOf(folder, mine).versions['my-pruners']).toBe(`(${mine?.spec.plugins?.['my-pruners']})`);
    expect(recordOf(folder, dense).versions).not.toHaveProperty('my-pruners');

    folder.write('kept.ts', 'export const kept = (k: number) => k - 1;');
    const changed = await folder.espalier('compare');
    expect(started(changed)).toEqual(['random-mask']);
    expect(changed.stdout.replace(/\s+/g, ' ')).toMatch(/Made from 2 runs.*my-pruners \([0-9a-f]{12}\)/);

    folder.write('kept.ts', 'export const kept = (k: number) => k;');
    const again = await folder.espalier('compare', '--json');
    expect(started(again)).toEqual([]);
    expect(runsOf(again)[0]).toEqual(mine);
  });

  it('has the version of a package too', async () => {
    const home = 'node_modules/espalier-plugin-mine';
    const folder = project({
      [`${home}/package.json`]: { name: 'espalier-plugin-mine', version: '1.2.3', type: 'module', exports: './main.js' },
      [`${home}/main.js`]: SOURCE.replace(' as Float32Array', ''),
      'espalier.config.json': { ...CONFIG, plugins: ['espalier-plugin-mine'], pruners: ['random-mask'] },
    });
    const [mine] = runsOf(await folder.espalier('compare', '--json'));
    expect(recordOf(folder, mine).versions['my-pruners']).toBe(`1.2.3 (${mine?.spec.plugins?.['my-pruners']})`);
    expect((await folder.espalier('report')).stdout.replace(/\s+/g, ' ')).toMatch(/my-pruners 1\.2\.3 \([0-9a-f]{12}\)/);
  });

  it('is not trained by other code than was planned', async () => {
    const restless = `${SOURCE}
      import { appendFileSync } from 'node:fs';
      appendFileSync(new URL('./notes.txt', import.meta.url), 'loaded ');`;
    const folder = project({ 'my-pruner.ts': restless, 'notes.txt': '', 'espalier.config.json': { ...CONFIG, pruners: ['random-mask'] } });
    const { code, stderr } = await folder.espalier('compare');
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed: Plugin "my-pruners" is not what it was when this run was planned.*\[E_PLUGIN_CHANGED\]/);
  });
});

describe('plugins that do not go together', () => {
  const refusal = async (files: Record<string, string | object>, plugins: readonly string[]) => {
    const { code, stderr } = await project({ ...files, 'espalier.config.json': { plugins } }).espalier('plugins');
    expect(code).toBe(2);
    return stderr;
  };

  it('are refused for a component of one name, with both files', async () => {
    const other = SOURCE.replace("name: 'my-pruners'", "name: 'their-pruners'");
    expect(await refusal({ 'my-pruner.ts': SOURCE, 'lib/theirs.ts': other }, ['./my-pruner.ts', './lib/theirs.ts'])).toMatch(
      /pruner "random-mask".*"my-pruners" \(.*\/my-pruner\.ts\).*"their-pruners" \(.*\/lib\/theirs\.ts\).*\[E_COMPONENT_COLLISION\]/,
    );
  });

  it('are refused where one was written for another version of the contracts, with its file', async () => {
    expect(await refusal({ 'my-pruner.ts': SOURCE.replace('apiVersion: 1', 'apiVersion: 2') }, ['./my-pruner.ts'])).toMatch(
      /\/my-pruner\.ts\).*apiVersion 2.*\[E_API_VERSION\]/,
    );
  });

  it('are refused where one has another copy of core in it', async () => {
    const bundled = `
      const factory = Object.assign(() => ({}), { kind: 'pruner', definition: { name: 'p', summary: '', options: {}, create: () => ({}) } });
      export default { name: 'bundled', apiVersion: 1, components: [factory] };`;
    expect(await refusal({ 'bundled.js': bundled }, ['./bundled.js'])).toMatch(/"bundled" was made with another copy.*\[E_PLUGIN_COPIES\]/);
  });
});
