import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparisonTable } from '../comparison-table.ts';
import { failure, result } from '../fixtures.ts';
import { withProvenance } from '../provenance.ts';
import { csv, renderCsv } from './csv.ts';
import { renderHtml } from './html.ts';
import { renderJson } from './json.ts';
import { renderLatex } from './latex.ts';
import { renderMarkdown } from './markdown.ts';
import { renderTerminal } from './terminal.ts';

const of = (use: string, seed: number, accuracy: number, sparsities: number[] = []) =>
  result({ pruner: { use, sparsity: 0.9 }, requested: 0.9, seed, accuracy, sparsities });

const table = comparisonTable([
  result({ seed: 0, accuracy: 0.9917 }),
  result({ seed: 1, accuracy: 0.9913 }),
  of('str', 0, 0.9905, [0.684, 0.837, 0.9055, 0.796]),
  of('str', 1, 0.9899, [0.684, 0.837, 0.9055, 0.796]),
  of('gmp', 0, 0.9871),
  failure({ pruner: { use: 'gmp', sparsity: 0.9 }, requested: 0.9, seed: 1 }),
]);

/** STR is ahead of GMP with every seed. */
const decided = comparisonTable([
  result({ seed: 0, accuracy: 0.9917 }),
  ...[0.9905, 0.9899].map((accuracy, seed) => of('str', seed, accuracy)),
  ...[0.9885, 0.988].map((accuracy, seed) => of('gmp', seed, accuracy)),
]);

describe('renderTerminal', () => {
  it('draws a table like one in a book', () => {
    expect(renderTerminal(table, { width: 120 })).toMatchInlineSnapshot(`
      "Pruning methods compared: lenet5 on mnist, 10 epochs, seeds 0 and 1
      ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
      Method  Requested   Reached    Whole-          Test       Δ to dense (pp)  Nonzero  Multiply-   … of       Seeds
               sparsity  sparsity     model  accuracy (%)                        weights       adds  dense
                    (%)       (%)  sparsity                                                            (%)
                                        (%)
      ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
      dense           –      0.00      0.00  99.15 ± 0.03                     –    431 k     2.29 M  100.0           2
      str         90.00     90.00     89.88  99.02 ± 0.04  −0.13 [−0.26, −0.00]   43.1 k      391 k   17.0           2
      gmp         90.00     90.00     89.88         98.71                 −0.46   43.1 k      229 k   10.0  1 of 2 [a]
      ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
      Sparsity is the share of zeros among the 431 k prunable weights; of the whole model: among all its 431 k parameters.
      Multiply-adds are those of one forward pass of one example with the nonzero weights.
      Δ to dense is paired by seed, in percentage points, with the 95 % confidence interval of its mean in brackets (Student’s
      t, not corrected for multiple comparisons).
      Means over the seeds; ± is the sample standard deviation, left out where it is zero.
      No value is marked as the best among the methods at the same requested sparsity: none is ahead of every other by a
      difference, paired by seed, whose 95 % interval excludes 0, with all of its runs finished.
      [a] gmp at 90 %: seed 1 failed at step 120 in conv2: The loss is not finite [E_NOT_FINITE]
      "
    `);
  });

  it('breaks a table that is wider than the terminal and repeats what the rows are about', () => {
    const text = renderTerminal(table, { width: 80 });
    expect(text).toMatchInlineSnapshot(`
      "Pruning methods compared: lenet5 on mnist, 10 epochs, seeds 0 and 1
      ─────────────────────────────────────────────────────────────────────────
      Method  Requested   Reached    Whole-          Test       Δ to dense (pp)
               sparsity  sparsity     model  accuracy (%)
                    (%)       (%)  sparsity
                                        (%)
      ─────────────────────────────────────────────────────────────────────────
      dense           –      0.00      0.00  99.15 ± 0.03                     –
      str         90.00     90.00     89.88  99.02 ± 0.04  −0.13 [−0.26, −0.00]
      gmp         90.00     90.00     89.88         98.71                 −0.46
      ─────────────────────────────────────────────────────────────────────────

      ────────────────────────────────────────────────────────
      Method  Requested  Nonzero  Multiply-   … of       Seeds
               sparsity  weights       adds  dense
                    (%)                        (%)
      ────────────────────────────────────────────────────────
      dense           –    431 k     2.29 M  100.0           2
      str         90.00   43.1 k      391 k   17.0           2
      gmp         90.00   43.1 k      229 k   10.0  1 of 2 [a]
      ────────────────────────────────────────────────────────
      Sparsity is the share of zeros among the 431 k prunable weights; of the whole
      model: among all its 431 k parameters.
      Multiply-adds are those of one forward pass of one example with the nonzero
      weights.
      Δ to dense is paired by seed, in percentage points, with the 95 % confidence
      interval of its mean in brackets (Student’s t, not corrected for multiple
      comparisons).
      Means over the seeds; ± is the sample standard deviation, left out where it is
      zero.
      No value is marked as the best among the methods at the same requested sparsity:
      none is ahead of every other by a difference, paired by seed, whose 95 %
      interval excludes 0, with all of its runs finished.
      [a] gmp at 90 %: seed 1 failed at step 120 in conv2: The loss is not finite
      [E_NOT_FINITE]
      "
    `);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows the best of a sparsity in bold where colour is on, otherwise with a star', () => {
    const bold = renderTerminal(decided, { width: 120, color: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is the escape code that is looked for
    expect([...bold.matchAll(/\u001b\[1m([^\u001b]*)/g)].map((match) => match[1]?.trim())).toEqual(['99.02 ± 0.04']);
    expect(bold).toContain('Bold: the best mean');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    expect(bold.replace(/\u001b\[\d+m/g, '')).toContain('99.02 ± 0.04');
    expect(renderTerminal(decided, { width: 120 })).toMatch(/99\.02 ± 0\.04\*[\s\S]*\*: the best mean/);
  });
});

describe('renderMarkdown', () => {
  it('has percent in the header and footnotes below', () => {
    expect(renderMarkdown(table)).toMatchInlineSnapshot(`
      "**Pruning methods compared: lenet5 on mnist, 10 epochs, seeds 0 and 1**

      | Method | Requested sparsity (%) | Reached sparsity (%) | Whole-model sparsity (%) | Test accuracy (%) | Δ to dense (pp) | Nonzero weights | Multiply-adds | … of dense (%) | Seeds |
      | :--- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
      | dense | – | 0.00 | 0.00 | 99.15 ± 0.03 | – | 431 k | 2.29 M | 100.0 | 2 |
      | str | 90.00 | 90.00 | 89.88 | 99.02 ± 0.04 | −0.13 \\[−0.26, −0.00\\] | 43.1 k | 391 k | 17.0 | 2 |
      | gmp | 90.00 | 90.00 | 89.88 | 98.71 | −0.46 | 43.1 k | 229 k | 10.0 | 1 of 2<sup>a</sup> |

      Sparsity is the share of zeros among the 431 k prunable weights; of the whole model: among all its 431 k parameters.

      Multiply-adds are those of one forward pass of one example with the nonzero weights.

      Δ to dense is paired by seed, in percentage points, with the 95 % confidence interval of its mean in brackets (Student’s t, not corrected for multiple comparisons).

      Means over the seeds; ± is the sample standard deviation, left out where it is zero.

      No value is marked as the best among the methods at the same requested sparsity: none is ahead of every other by a difference, paired by seed, whose 95 % interval excludes 0, with all of its runs finished.

      <sup>a</sup> gmp at 90 %: seed 1 failed at step 120 in conv2: The loss is not finite \\[E_NOT_FINITE\\]
      "
    `);
  });

  it('has the best in bold', () => {
    expect(renderMarkdown(decided)).toMatch(/\| \*\*99\.02 ± 0\.04\*\* \|[\s\S]*\*\*Bold:\*\* the best mean/);
  });

  it('escapes what would break the table', () => {
    const text = renderMarkdown(comparisonTable([result({ pruner: { use: 'x', a: '1|2*' } })]));
    expect(text).toContain('x (a="1\\|2\\*")');
  });
});

describe('renderCsv', () => {
  it('has fractions in full precision', () => {
    expect(renderCsv(table)).toMatchInlineSnapshot(`
      "method,requestedSparsity,sparsity,sparsityDeviation,wholeSparsity,wholeSparsityDeviation,accuracy,accuracyDeviation,accuracyDelta,accuracyDeltaDeviation,accuracyDeltaLow,accuracyDeltaHigh,nonzero,nonzeroDeviation,size,parameters,multiplyAdds,multiplyAddsDeviation,multiplyAddsFraction,multiplyAddsFractionDeviation,seeds,failed,runs
      dense,,0,0,0,0,0.9915,0.00028284271247466634,,,,,430500,0,430500,431080,2293000,0,1,0,2,0,lenet5-mnist-dense-0 lenet5-mnist-dense-1
      str,0.9,0.899993031358885,0,0.8987821286072191,0,0.9902,0.0004242640687119603,-0.0012999999999999678,0.00014142135623729392,-0.0025706204736172973,-0.000029379526382638382,43053,0,430500,431080,390628,0,0.17035673789795028,0,2,0,lenet5-mnist-str-0.9-0 lenet5-mnist-str-0.9-1 lenet5-mnist-dense-0 lenet5-mnist-dense-1
      gmp,0.9,0.9,,0.8987890878723207,,0.9871,,-0.0046000000000000485,,,,43050,,430500,431080,229300,,0.1,,1,1,lenet5-mnist-gmp-0.9-0 lenet5-mnist-gmp-0.9-1 lenet5-mnist-dense-0
      "
    `);
  });

  it('can be read back, whatever is in it', () => {
    const line = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 });
    const lines = fc.array(line, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(lines, (text) => {
        expect(parse(csv(text))).toEqual(text);
      }),
    );
  });

  it('loses no digit', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
        (value) => {
          expect(Number(parse(csv([[value]]))[0]?.[0])).toBe(value);
        },
      ),
    );
  });
});

describe('renderJson', () => {
  it('has value, deviation, n and runs of each cell', () => {
    const json = JSON.parse(renderJson(table));
    expect(json.rows).toHaveLength(3);
    expect(json.rows[1].accuracy).toMatchInlineSnapshot(`
      {
        "deviation": 0.0004242640687119603,
        "n": 2,
        "runs": [
          "lenet5-mnist-str-0.9-0",
          "lenet5-mnist-str-0.9-1",
        ],
        "value": 0.9902,
      }
    `);
    expect(json.rows[1].accuracyDelta.interval).toEqual([
      expect.closeTo(-0.0013 - 12.7062 * 0.0001, 6),
      expect.closeTo(-0.0013 + 12.7062 * 0.0001, 6),
    ]);
    expect(json.footnotes.at(-1)).toMatchObject({ mark: 'a' });
  });
});

describe('renderHtml', () => {
  it('is a table with a caption, headers with a scope and the best in bold', () => {
    const html = renderHtml(table);
    expect(html).toContain('<caption>Pruning methods compared: lenet5 on mnist, 10 epochs, seeds 0 and 1</caption>');
    expect(html.match(/<th scope="col"/g)).toHaveLength(10);
    expect(html.match(/<th scope="row">/g)).toHaveLength(3);
    expect(renderHtml(decided)).toContain('<strong>99.02 ± 0.04</strong>');
    expect(html).not.toContain('<strong>');
    expect(html).toContain('1 of 2<sup>a</sup>');
  });

  it('escapes what comes from a spec', () => {
    expect(renderHtml(comparisonTable([result({ pruner: { use: 'x', a: '<b>&' } })]))).toContain('x (a=&quot;&lt;b&gt;&amp;&quot;)');
  });
});

describe('provenance', () => {
  const results = [of('str', 0, 0.98)];
  const made = withProvenance(comparisonTable(results), results, new Map(), 'espalier compare -p str|gmp');

  it.each([
    ['terminal', renderTerminal(made), 'espalier compare -p str|gmp.'],
    ['markdown', renderMarkdown(made), 'espalier compare -p str\\|gmp.'],
    ['csv', renderCsv(made), 'espalier compare -p str|gmp'],
    ['html', renderHtml(made), 'espalier compare -p str|gmp.'],
    ['latex', renderLatex(made), 'espalier compare -p str\\textbar{}gmp.'],
    ['json', renderJson(made), '"espalier compare -p str|gmp"'],
  ])('stands under the table as %s', (_, text, command) => {
    expect(text).toContain(command);
    expect(text).toContain(made.provenance?.digest);
  });
});

// --- helpers ---

/** A second implementation of RFC 4180, for reading. */
function parse(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    line.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  return lines;
}
