import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ablation, comparison, failure, log } from '../fixtures.ts';
import { writeReport } from './write-report.ts';

const results = [...comparison(), failure({ pruner: { use: 'str', sparsity: 0.98 }, requested: 0.98, seed: 3 })];
const folder = mkdtempSync(path.join(tmpdir(), 'espalier-report-'));
const runs = path.join(folder, 'runs');
const OVER_TIME = ['sparsity', 'threshold', 'layer-sparsity', 'layer-threshold', 'masks'];
const inside = (name: string) => path.join(folder, name);
const filesIn = (name: string) => readdirSync(inside(name), { recursive: true, encoding: 'utf8' }).sort();

beforeAll(() => {
  for (const run of results) {
    mkdirSync(path.join(runs, run.id), { recursive: true });
    writeFileSync(path.join(runs, run.id, 'result.json'), JSON.stringify(run));
    writeFileSync(
      path.join(runs, run.id, 'run.json'),
      JSON.stringify({
        ...{ format: 1, id: run.id, spec: run.spec, command: 'espalier compare --seeds 0,1,2' },
        ...{ versions: { espalier: '0.1.0' }, engine: { name: 'tfjs-node', version: '4.22.0', threads: 1 } },
      }),
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
      ...['accuracy-vs-sparsity', 'accuracy-vs-multiply-adds'],
      ...['layer-budget', ...OVER_TIME.map((name) => `${name}-over-time`)].flatMap((name) => [`${name}-90`, `${name}-98`]),
      ...['forces-over-time-90-str', 'forces-over-time-98-str'],
    ];
    const expected = [
      'figures',
      ...figures.flatMap((name) => ['csv', 'png', 'svg'].map((extension) => `figures/${name}.${extension}`)),
      'index.html',
      ...['layers', 'table'].flatMap((name) => ['csv', 'json', 'md', 'tex', 'txt'].map((extension) => `${name}.${extension}`)),
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

  it('puts the tables of a study first, and says what is missing', async () => {
    const { study, results: asked } = ablation();
    const folderOf = (id: string) => path.join(inside('study'), id);
    mkdirSync(inside('study'));
    writeFileSync(inside('study/str-g-estimator.study.json'), JSON.stringify(study));
    for (const run of asked) {
      mkdirSync(folderOf(run.id));
      writeFileSync(path.join(folderOf(run.id), 'result.json'), JSON.stringify(run));
    }
    const { index } = await writeReport({ runs: inside('study'), out: inside('whole'), formats: ['csv', 'latex'] });
    expect(readFileSync(index, 'utf8')).toMatch(/Study: str-g-estimator[\s\S]*Results/);
    expect(filesIn('whole')).toEqual(expect.arrayContaining(['str-g-estimator-pivot-90.tex', 'str-g-estimator-points.csv']));

    const [lost] = asked;
    rmSync(path.join(folderOf(lost?.id ?? ''), 'result.json'));
    await writeReport({ runs: inside('study'), out: inside('lacking'), formats: ['csv'] });
    const page = readFileSync(inside('lacking/index.html'), 'utf8');
    expect(page).toContain('(2 of 3)<sup>a</sup>');
    expect(page).toContain(`Missing: sigmoid × subgradient at 90 %, seed 0 (${lost?.id}). “${study.command}” trains what is missing`);
    expect(readFileSync(inside('whole/str-g-estimator-pivot-90.csv'), 'utf8')).not.toBe(
      readFileSync(inside('lacking/str-g-estimator-pivot-90.csv'), 'utf8'),
    );
  });

  it('takes a value of an axis as reference where a study has it, and refuses what nobody knows', async () => {
    const { study, results: asked } = ablation();
    const options = { results: asked, studies: [study], out: inside('reference'), formats: ['csv'] as const };
    await writeReport({ ...options, reference: 'exp' });
    expect(readFileSync(inside('reference/index.html'), 'utf8')).toContain('Reference: g exp; elsewhere the base.');
    await expect(writeReport({ ...options, reference: 'sign' })).rejects.toThrow(expect.objectContaining({ code: 'E_REFERENCE' }));
  });

  it('makes a report of nothing', async () => {
    const report = await writeReport({ results: [], out: inside('none') });
    expect(readFileSync(report.index, 'utf8')).toContain('<h1>Pruning methods compared</h1>');
  });
});
