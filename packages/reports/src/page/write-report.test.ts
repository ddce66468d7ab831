import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparison, failure, log } from '../fixtures.ts';
import { writeReport } from './write-report.ts';

const results = [...comparison(), failure({ pruner: { use: 'str', sparsity: 0.98 }, requested: 0.98, seed: 3 })];
const folder = mkdtempSync(path.join(tmpdir(), 'espalier-report-'));
const runs = path.join(folder, 'runs');
const inside = (name: string) => path.join(folder, name);
const filesIn = (name: string) => readdirSync(inside(name), { recursive: true, encoding: 'utf8' }).sort();

beforeAll(() => {
  for (const run of results) {
    mkdirSync(path.join(runs, run.id), { recursive: true });
    writeFileSync(path.join(runs, run.id, 'result.json'), JSON.stringify(run));
    writeFileSync(
      path.join(runs, run.id, 'run.json'),
      JSON.stringify({ format: 1, id: run.id, spec: run.spec, command: 'espalier compare --seeds 0,1,2' }),
    );
    const entries = run.status === 'finished' ? log(run, 10) : [];
    writeFileSync(path.join(runs, run.id, 'log.jsonl'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('writeReport', () => {
  it('writes tables, figures with their data, and a page', async () => {
    const report = await writeReport({ runs, results, out: inside('all') });
    expect(report.index).toBe(inside('all/index.html'));
    const figures = [
      'accuracy-vs-sparsity',
      ...['layer-budget', 'sparsity-over-time', 'threshold-over-time'].flatMap((name) => [`${name}-90`, `${name}-98`]),
    ];
    const expected = [
      'figures',
      ...figures.flatMap((name) => ['csv', 'png', 'svg'].map((extension) => `figures/${name}.${extension}`)),
      ...['index.html', 'layers.csv', 'layers.md', 'table.csv', 'table.json', 'table.md', 'table.txt'],
    ];
    expect(filesIn('all')).toEqual(expected.sort());
    expect(report.files).toHaveLength(expected.length - 1);
  });

  it('writes the same bytes for the same runs', async () => {
    await writeReport({ runs, results, out: inside('again') });
    for (const name of filesIn('all').filter((file) => file !== 'figures')) {
      expect(readFileSync(inside(`again/${name}`)).equals(readFileSync(inside(`all/${name}`))), name).toBe(true);
    }
  });

  it('makes a page that needs no network and says how it came about', () => {
    const page = readFileSync(inside('all/index.html'), 'utf8');
    const addresses = [...page.matchAll(/(?:https?:)?\/\/[\w.-]+\.\w+[^\s"<]*/g)].map(([address]) => address);
    expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1999/xlink']));
    expect(page).not.toMatch(/<script|<link|<img|@import|url\((?!#)/);
    expect(page).toContain('<code>espalier compare --seeds 0,1,2</code>');
    for (const run of results) expect(page).toContain(`<code>${run.id}</code>`);
    for (const [, target] of page.matchAll(/href="([^"]+)"/g)) expect(filesIn('all')).toContain(target);
    expect(page.match(/<svg /g)?.length).toBe(page.match(/<svg [^>]*role="img" aria-label="[^"]+"/g)?.length);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('writes only the formats that were asked for, beside the page', async () => {
    await writeReport({ runs, results, out: inside('some'), formats: ['markdown', 'svg'], command: 'made <by> hand' });
    expect(filesIn('some').map((file) => path.extname(file))).toEqual(expect.not.arrayContaining(['.png', '.csv', '.json', '.txt']));
    expect(readFileSync(inside('some/index.html'), 'utf8')).toContain('<code>made &lt;by&gt; hand</code>');
  });

  it('reads a folder of runs, or of one run', async () => {
    const one = path.join(runs, results[3]?.id ?? '');
    await writeReport({ runs: one, out: inside('one'), formats: ['csv'] });
    expect(filesIn('one')).toContain('figures/sparsity-over-time-90.csv');
    await writeReport({ runs, out: inside('folder'), formats: ['csv'] });
    expect(readFileSync(inside('folder/table.csv'), 'utf8').split('\r\n')).toHaveLength(11);
  });

  it('makes a report of nothing', async () => {
    const report = await writeReport({ results: [], out: inside('none') });
    expect(readFileSync(report.index, 'utf8')).toContain('<h1>Pruning methods compared</h1>');
  });
});
