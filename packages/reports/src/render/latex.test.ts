import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { latexParser } from 'latex-utensils';
import { describe, expect, it } from 'vitest';
import { comparisonTable } from '../comparison-table.ts';
import { ablation, comparison, failure, resnet50, result } from '../fixtures.ts';
import { layerTable } from '../layer-table.ts';
import { withProvenance } from '../provenance.ts';
import { studyTables } from '../study-tables.ts';
import type { Table } from '../table.ts';
import { escapeLatex, renderLatex } from './latex.ts';

const hostile = String.raw`a_b & 50% #1 {x} \input ~^ <y> "z" [q] * --runs é α 你`;
const accuracy = ({ g }: { readonly g: string }, seed: number) => (g === 'exp' ? 0.985 : 0.98) + 0.0001 * seed;

const tables = (): Table[] => {
  const results = [...comparison(), failure({ pruner: { use: 'str', sparsity: 0.98 }, requested: 0.98, seed: 3 })];
  const wide = comparison(resnet50);
  const strange = [result({ pruner: { use: 'x', option: hostile }, requested: 0.9 })];
  const studies = (['grid', 'one-at-a-time'] as const).flatMap((mode) => {
    const { study, results: asked } = ablation({ mode, sparsities: [0.9, 0.95], accuracy });
    return studyTables(study, asked.slice(1)).map(({ table }) => withProvenance(table, asked, new Map(), study.command));
  });
  return [comparisonTable(results), layerTable(results), layerTable(wide), comparisonTable(strange), ...studies];
};

describe('renderLatex', () => {
  it('is a float with booktabs rules, the best in bold, and notes below', () => {
    const { study, results } = ablation({ accuracy });
    const [table] = studyTables(study, results.slice(1));
    const lost = results[0]?.id;
    expect(renderLatex(table?.table as Table, { label: 'tab:g' })).toBe(String.raw`\begin{table}[tbp]
\centering
\caption{Test accuracy (\%) by g and estimator at 90 \% requested sparsity: lenet5 on mnist, 10 epochs, seeds 0, 1 and 2}
\label{tab:g}
\small
\setlength{\tabcolsep}{4pt}
\begin{tabular}{@{}lrr@{}}
\toprule
g / estimator & subgradient (base) & \begin{tabular}[b]{@{}r@{}}straight-\\through\end{tabular} \\
\midrule
sigmoid (base) & 98.02 $\pm$ 0.01 (2 of 3)\textsuperscript{a} & 98.01 $\pm$ 0.01 \\
exp & \textbf{98.51 $\pm$ 0.01} & \textbf{98.51 $\pm$ 0.01} \\
identity & 98.01 $\pm$ 0.01 & 98.01 $\pm$ 0.01 \\
\bottomrule
\end{tabular}

\medskip
\begin{minipage}{\linewidth}
\footnotesize\raggedright
Reached sparsity: 90.00 \% of the prunable weights.\par
Means over the seeds; $\pm$ is the sample standard deviation, left out where it is zero.\par
\textbf{Bold:} the best mean of its column, where its difference to every other, paired by seed, has a 95 \% interval without 0.\par
\textsuperscript{a}~Missing: sigmoid $\times$ subgradient at 90 \%, seed 0 (${lost}). ${'``'}espalier ablate -{}-axis g -{}-axis estimator -{}-mode grid'' trains what is missing, and nothing else.\par
\end{minipage}
\end{table}
`);
  });

  it('has as many cells in each row as columns, and no character that means something by accident', () => {
    for (const table of tables()) check(renderLatex(table, { label: 'tab:x' }));
  });

  it('continues a long table in a float of the same number', () => {
    const text = renderLatex(layerTable(comparison(resnet50)), { label: 'tab:x' });
    const floats = text.match(/\\begin\{table\}/g)?.length ?? 0;
    expect(floats).toBeGreaterThan(2);
    expect(text.match(/\\addtocounter\{table\}\{-1\}/g)).toHaveLength(floats - 1);
    expect(text.match(/\\label/g)).toHaveLength(1);
  });

  it('sets any text as text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        check(escapeLatex(text));
        expect(escapeLatex(text)).not.toMatch(/\\\\|(?<!\{)\[|-{2}(?!-)(?<!--)\w/);
      }),
    );
    expect(escapeLatex('50 % of a_b & {c}')).toBe('50 \\% of a\\_b \\& \\{c\\}');
    expect(escapeLatex('\\input')).toBe('\\textbackslash{}input');
    expect(escapeLatex('−0.13 ± 0.01 … 你')).toBe('$-$0.13 $\\pm$ 0.01 \\ldots{} U+4F60');
  });

  it.skipIf(spawnSync('pdflatex', ['--version']).error)('compiles without a warning in an article', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'espalier-latex-'));
    try {
      const body = tables().map((table, index) => `${renderLatex(table, { label: `tab:${index}` })}\\clearpage\n`);
      const document = `\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n${body.join('')}\\end{document}\n`;
      writeFileSync(path.join(folder, 'tables.tex'), document);
      const { status } = spawnSync('pdflatex', ['-interaction=nonstopmode', '-halt-on-error', 'tables.tex'], { cwd: folder });
      const log = readFileSync(path.join(folder, 'tables.log'), 'utf8');
      expect(log.match(/^!.*|^Overfull.*|.*too large.*|Missing character.*/gm)).toBeNull();
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

// --- helpers ---

const COMMANDS = new Set(
  [
    'addtocounter',
    'bottomrule',
    'caption',
    'centering',
    'char',
    'footnotesize',
    'linewidth',
    'medskip',
    'midrule',
    'par',
    'raggedright',
  ].concat(
    ['scriptsize', 'setlength', 'small', 'tabcolsep', 'textasciicircum', 'textasciigrave', 'textasciitilde', 'textbackslash', 'textbar'],
    [
      'textbf',
      'textgreater',
      'textless',
      'textsuperscript',
      'toprule',
      'ttfamily',
      'ldots',
      'pm',
      'times',
      'Delta',
      'alpha',
      'beta',
      'gamma',
    ],
    ['lambda', 'sigma', 'tau', 'in', 'le', 'ge', 'surd', '%', '&', '#', '$', '_', '{', '}'],
  ),
);

interface SyntaxNode {
  readonly kind: string;
  readonly name?: string;
  readonly args?: readonly SyntaxNode[];
  readonly content?: string | readonly SyntaxNode[];
}

/** Parses it: only known commands, special characters only in their place, and full rows. */
function check(latex: string): void {
  const { content } = latexParser.parse(latex) as unknown as { readonly content: readonly SyntaxNode[] };
  for (const node of content) visit(node, false);
}

function visit(node: SyntaxNode, inTabular: boolean): void {
  const children = Array.isArray(node.content) ? (node.content as readonly SyntaxNode[]) : [];
  const isTabular = node.kind === 'env' && node.name === 'tabular';
  if (node.kind === 'env') expect(['table', 'tabular', 'minipage']).toContain(node.name);
  if (node.kind === 'command') expect(COMMANDS).toContain(node.name);
  expect(['commandParameter', 'superscript', 'subscript', 'ignore', 'verb']).not.toContain(node.kind);
  if (!inTabular) expect(['alignmentTab', 'linebreak']).not.toContain(node.kind);
  if (isTabular) checkRows(node, children);
  for (const child of children) visit(child, isTabular);
  for (const child of node.args ?? []) visit(child, false);
}

function checkRows({ args = [] }: SyntaxNode, content: readonly SyntaxNode[]): void {
  const columns = (JSON.stringify(args.at(-1)).match(/"content":"[lr]+/g) ?? []).join('').replaceAll('"content":"', '').length;
  const rows: SyntaxNode[][] = [[]];
  for (const node of content) {
    if (node.kind === 'linebreak') rows.push([]);
    else rows.at(-1)?.push(node);
  }
  const tabs = rows.map((row) => row.filter(({ kind }) => kind === 'alignmentTab').length);
  const last = columns === 1 ? 0 : tabs.pop(); // what comes after the last row: the rule
  expect(columns).toBeGreaterThan(0);
  expect(last).toBe(0);
  expect(new Set(tabs)).toEqual(new Set([columns - 1]));
}
