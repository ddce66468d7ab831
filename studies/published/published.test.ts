import { readFileSync } from 'node:fs';
import path from 'node:path';
import { renderFigure } from '@espalier/reports';
import { type CostResult, cost } from 'espalier';
import { describe, expect, it } from 'vitest';
import { backboneSparsity, budgetFile, countBudget, countGmp, countNetworks, countRigl, countStr } from './count.ts';
import { publishedPage } from './page.ts';
import { deviation, parsePrinted, roundsTo } from './printed.ts';
import { AT_90 } from './published.ts';

const DOCS = path.join(import.meta.dirname, '../../docs');
const within = (counted: number, expected: number) => Math.abs(counted / expected - 1);

/** Weights and multiply-adds of the 16 budgets of STR, counted from the same file by another program. */
const STR_TOTALS: readonly (readonly [nonzero: number, multiplyAdds: number])[] = [
  [5_216_259, 766_536_366],
  [4_775_866, 705_285_059],
  [3_136_008, 401_620_556],
  [2_492_045, 342_604_307],
  [2_409_402, 341_448_961],
  [1_326_562, 181_580_404],
  [1_269_016, 158_568_309],
  [1_237_702, 162_185_970],
  [991_719, 126_889_391],
  [883_922, 117_147_555],
  [565_147, 80_120_606],
  [497_978, 72_842_466],
  [454_278, 68_248_237],
  [307_766, 53_555_202],
  [259_835, 47_319_785],
  [229_602, 43_679_443],
];

describe('the budgets of STR', () => {
  it('have the totals of the budgets file, to the rounding of its layers, and those of the README but for one', async () => {
    const wrong: string[] = [];
    for (const [i, { printed, counted }] of (await countStr()).entries()) {
      const [nonzero, multiplyAdds] = STR_TOTALS[i] as [number, number];
      expect(within(counted.total.nonzero, nonzero), printed.overall).toBeLessThan(1e-4);
      expect(within(counted.total.multiplyAdds, multiplyAdds), printed.overall).toBeLessThan(2e-4);
      expect(Math.abs(counted.total.sparsity * 100 - Number(printed.overall))).toBeLessThan(0.01);
      expect(Math.abs(backboneSparsity(counted) * 100 - Number(printed.backbone))).toBeLessThan(0.01);
      if (!printed.readme) continue;
      expect(roundsTo(counted.total.multiplyAdds, parsePrinted(printed.readme.multiplyAdds)), printed.overall).toBe(true);
      if (!roundsTo(counted.total.nonzero, parsePrinted(printed.readme.parameters))) wrong.push(printed.readme.parameters);
    }
    expect(wrong).toEqual(['4.47M']);
  });
});

describe('the budgets at 90 %', () => {
  it('cost what they are known to cost', async () => {
    const totals = await Promise.all(AT_90.map(async ({ name, file }) => [name, (await countBudget(file)).total] as const));
    const expected = { STR: 0.0838, uniform: 0.1, ERK: 0.2422, SNFS: 0.3976, VD: 0.1939, global: 0.1458 };
    const counted = [342_604_307, 408_918_426, 990_481_121, 1_625_932_792, 792_796_132, 596_332_131];
    for (const [i, [name, { multiplyAdds, denseMultiplyAdds }]] of totals.entries()) {
      expect(multiplyAdds / denseMultiplyAdds, name).toBeCloseTo(expected[name], 4);
      expect(within(multiplyAdds, counted[i] as number), name).toBeLessThan(1e-4);
    }
  });

  it('follow from the rules where there are some', async () => {
    const [uniform, erk] = (await Promise.all(
      ['uniform', 'erk'].map((allocation) => cost({ model: 'resnet50', allocation, sparsity: 0.9 })),
    )) as [CostResult, CostResult];
    expect([uniform.total.nonzero, erk.total.nonzero]).toEqual([2_550_291, 2_550_291]);
    expect(erk.total.multiplyAdds / erk.total.denseMultiplyAdds).toBeCloseTo(0.2418, 4);
    const printed = await countBudget('resnet50-erk-90');
    for (const [i, { name, sparsity }] of erk.layers.entries()) {
      expect(Math.abs(sparsity - (printed.layers[i]?.sparsity ?? 2)), name).toBeLessThan(0.0051); // printed in whole percents
    }
  });

  it('are refused where they belong to another network', async () => {
    await expect(cost({ model: 'resnet18', budget: budgetFile('resnet50-erk-90') })).rejects.toMatchObject({ code: 'E_BUDGET' });
  });
});

it("gradual pruning's budgets of MobileNetV1 cost a share of the pointwise layers and fc, and all of the others", async () => {
  const [quarter, tenth] = (await countGmp()).map(({ counted: { total } }) => total);
  expect([quarter?.nonzero, tenth?.nonzero]).toEqual([(3_139_584 + 1_024_000) / 4 + 864 + 44_640, 461_862]);
  expect(quarter?.multiplyAdds).toBe((539_492_352 + 1_024_000) / 4 + 10_838_016 + 17_385_984);
  expect(within(tenth?.multiplyAdds ?? 0, (539_492_352 + 1_024_000) / 10 + 10_838_016 + 17_385_984)).toBeLessThan(1e-4);
});

it('dense networks have the published cost', async () => {
  for (const { printed, counted } of await countNetworks()) {
    const { value, unit } = parsePrinted(printed.multiplyAdds);
    expect(Math.abs(counted.total.multiplyAdds - value), printed.model).toBeLessThanOrEqual(Math.max(unit / 2, 100_352));
    if (printed.parameters) expect(roundsTo(counted.total.size, parsePrinted(printed.parameters)), printed.model).toBe(true);
  }
});

it("RigL's sizes and operations come out in its convention, but for two sizes", async () => {
  const wrong: string[] = [];
  for (const { printed, counted, padded } of await countRigl()) {
    const where = `${printed.model} ${printed.distribution} ${printed.sparsity}`;
    if (Math.abs(deviation(counted.total.bytes / 1e6, parsePrinted(printed.size))) > 0.001) wrong.push(where);
    const operations = printed.operations.endsWith('x') ? padded.sparse / padded.dense : padded.sparse;
    const expected = parsePrinted(printed.operations);
    expect(roundsTo(operations, expected) || Math.abs(deviation(operations, expected)) < 2e-4, where).toBe(true);
  }
  expect(wrong).toEqual(['resnet50 uniform 0.8', 'resnet50 ERK 0.965']);
});

it('the page and its figures are what is counted now', async () => {
  const { markdown, figures } = await publishedPage();
  expect(readFileSync(path.join(DOCS, 'published.md'), 'utf8')).toBe(markdown);
  for (const figure of figures) {
    expect(readFileSync(path.join(DOCS, 'images', `${figure.name}.svg`), 'utf8')).toBe(`${(await renderFigure(figure)).svg}\n`);
  }
});
