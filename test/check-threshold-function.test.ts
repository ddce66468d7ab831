import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Project, temporaryProjects } from './support/project.ts';

/** `espalier check-threshold-function` from end to end, in folders as users have them. */

/** A plugin with a threshold function that is as steep at its start as the identity. */
const PLUGIN = `import { defineThresholdFunction, definePlugin } from '@espalier/core';
import * as z from 'zod';

const steep = defineThresholdFunction({
  name: 'steep',
  summary: 'e^(k·s)/k, too steep where k is large',
  options: z.strictObject({ k: z.number().default(2000) }),
  create: ({ k }) => ({
    range: [0, Number.POSITIVE_INFINITY] as const,
    value: (s) => s.mul(k).exp().div(k),
    derivative: (s) => s.mul(k).exp(),
    inverse: (threshold) => threshold.mul(k).log().div(k),
  }),
});
export default definePlugin({ name: 'steep', apiVersion: 1, components: [steep] });
`;

const project = temporaryProjects();

const check = (folder: Project, ...args: readonly string[]) => folder.espalier('check-threshold-function', ...args);
type Checked = {
  thresholdFunction: object;
  conditions: { name: string; verdict: string; found: string; measured: Record<string, number | null> }[];
  curve: { s: number; value: number; derivative: number }[];
};

describe('check-threshold-function', () => {
  it('prints the four conditions with what was measured, and a plot, and nothing else', async () => {
    const { code, stdout, stderr } = await check(project(), 'sigmoid');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/pass +positive +g\(s\) > 0 +g ≥ /);
    expect(stdout).toMatch(/in part +limits .+never above 1$/m);
    expect(stdout).toMatch(/pass +slope +0 < g'\(s\) ≤ G +G = 0\.25$/m);
    expect(stdout).toMatch(/pass +start +g'\(s_init\) < 1 +g'\(−6\.91\) = 9\.99e−4$/m);
    expect(stdout).toMatch(/[\u2801-\u28ff]{5}/);
    expect(stdout).toContain('It meets the conditions of the STR paper (appendix A.1), limits in part.');
  });

  it('ends with 1 where a condition fails, and names it', async () => {
    const { code, stdout } = await check(project(), 'identity');
    expect(code).toBe(1);
    expect(stdout).toContain('It fails positive, limits, start.');
  });

  it('takes options, a start, and prints JSON alone', async () => {
    const { code, stdout } = await check(project(), 'exp(k=4)', '--s-init', '0', '--json');
    const { thresholdFunction, conditions, curve } = JSON.parse(stdout) as Checked;
    expect(code).toBe(1);
    expect(thresholdFunction).toEqual({ use: 'exp', k: 4 });
    expect(conditions.map(({ name, verdict }) => `${name}: ${verdict}`)).toEqual([
      'positive: pass',
      'limits: pass',
      'slope: partial',
      'start: fail',
    ]);
    expect(conditions[3]?.measured).toEqual({ sInit: 0, slope: 4 });
    expect(curve.length).toBeGreaterThan(100);
    for (const { s, value } of curve) expect(value).toBeCloseTo(4 * Math.exp(s), 4);
  });

  it('draws the figure', async () => {
    const folder = project();
    for (const file of ['figures/arctan.svg', 'arctan.png']) {
      expect((await check(folder, 'arctan', '--out', file)).stdout).toContain(`Figure: ${file}`);
    }
    expect(folder.read('figures/arctan.svg')).toContain('<title>The threshold function arctan</title>');
    const png = readFileSync(path.join(folder.folder, 'arctan.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  });

  it("knows a plugin's threshold functions", async () => {
    const folder = project({ 'steep.ts': PLUGIN, 'espalier.config.json': { plugins: ['./steep.ts'] } });
    const steep = await check(folder, 'steep');
    expect([steep.code, steep.stderr]).toEqual([1, '']);
    expect(steep.stdout).toContain('It fails start and holds slope in part.');
    expect((await check(folder, 'steep(k=2)')).code).toBe(0);
  });

  it.each<[string, readonly string[], string, string]>([
    ['a name that is unknown', ['sigmiod'], 'E_COMPONENT_UNKNOWN', '"sigmoid"'],
    ['no name', [], 'E_USAGE', 'name'],
    ['an option that is unknown', ['sigmoid(kk=2)'], 'E_OPTIONS', 'Options: k'],
    ['an option without a value', ['sigmoid(k)'], 'E_NOTATION', '"=" and a value are missing after option "k"'],
    ['two functions', ['sigmoid(k=1),exp'], 'E_NOTATION', 'more than one'],
    ['a start that is no number', ['sigmoid', '--s-init', 'low'], 'E_USAGE', 'a number'],
    ['a picture of another kind', ['sigmoid', '--out', 'sigmoid.pdf'], 'E_USAGE', '.svg or .png'],
  ])('refuses %s', async (_, args, code, allowed) => {
    const folder = project();
    const outcome = await check(folder, ...args);
    expect([outcome.code, outcome.stdout]).toEqual([2, '']);
    expect(outcome.stderr).toContain(`[${code}]`);
    expect(outcome.stderr).toContain(allowed);
    expect(folder.list()).toEqual(['package.json']);
  });
});
