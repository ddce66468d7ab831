import { describe, expect, it } from 'vitest';
import { beside, renderTerminalPlot } from './terminal-plot.ts';

const line = (from: number, to: number, f: (x: number) => number) =>
  Array.from({ length: 101 }, (_, i) => {
    const x = from + (i * (to - from)) / 100;
    return [x, f(x)] as const;
  });
const trimmed = (text: string) => text.replace(/ +$/gm, '');

describe('renderTerminalPlot', () => {
  it('draws a curve with round numbers at its axes', () => {
    const points = line(-7, 7, (s) => 1 / (1 + Math.exp(-s)));
    expect(
      trimmed(renderTerminalPlot({ title: 'g(s)', xLabel: 's', points, mark: [-6.9, 0.001] }, { width: 48, height: 8 })),
    ).toMatchInlineSnapshot(`
      "     g(s)
        1 ┤                           ⢀⣀⠤⠔⠒⠒⠒⠉⠉⠉⠉⠉⠉⠉⠉⠉
          │                         ⡠⠒⠁
          │                       ⡠⠋
          │                     ⢠⠊
      0.5 ┤                    ⡠⠊
          │                  ⣠⠊
          │               ⢀⠤⠊
        0 ┤●⣀⣀⣀⣀⣀⣀⣀⣀⠤⠤⠤⠔⠒⠉⠁
          └──────┬──────────────┬──────────────┬──────
                −5              0              5     s"
    `);
  });

  it('has lines of the width that it is given, so that plots can stand side by side', () => {
    const plots = [line(0, 1, (x) => x), line(-1000, 1000, (x) => x * x)].map((points) =>
      renderTerminalPlot({ title: 'a title', xLabel: 'x', points }, { width: 30, height: 5 }),
    );
    for (const row of plots.join('\n').split('\n')) expect([...row]).toHaveLength(30);
    const pair = beside(plots, 4).split('\n');
    expect(pair).toHaveLength(8);
    for (const row of pair) expect([...row]).toHaveLength(64);
  });

  it('draws a line without gaps, however steep', () => {
    const points = [
      [0, 0],
      [0.5, 0],
      [0.51, 1],
      [1, 1],
    ] as const;
    const rows = renderTerminalPlot({ title: '', xLabel: 'x', points }, { width: 20, height: 6 }).split('\n').slice(1, 7);
    for (const row of rows) expect(row).toMatch(/[\u2801-\u28ff]/);
  });

  it('draws a constant between 0 and itself', () => {
    const rows = renderTerminalPlot({ title: '', xLabel: 'x', points: line(0, 1, () => 1) }, { width: 20, height: 6 }).split('\n');
    expect(rows[1]).toMatch(/^ +1 ┤[\u2801-\u28ff]{15}/);
    expect(rows[6]).toMatch(/^ +0 ┤ *$/);
  });

  it('leaves out what is not finite', () => {
    const points = [
      [0, Number.NaN],
      [0.1, 0],
      [0.5, 1],
      [1, Number.POSITIVE_INFINITY],
    ] as const;
    expect(renderTerminalPlot({ title: '', xLabel: 'x', points, mark: [0.3, Number.NaN] })).not.toMatch(/NaN|Infinity|●/);
  });

  it('leaves out a mark that is not on the axis', () => {
    const draw = (x: number) => renderTerminalPlot({ title: '', xLabel: 'x', points: line(0, 1, (y) => y), mark: [x, 0.5] });
    expect([draw(0.5), draw(7)].map((text) => text.includes('●'))).toEqual([true, false]);
  });
});
