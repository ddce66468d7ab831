import path from 'node:path';
import type { RunResult } from '@espalier/core/results';
import { comparisonTable } from '../comparison-table.ts';
import { accuracyVsSparsity } from '../figures/accuracy-vs-sparsity.ts';
import type { Figure } from '../figures/figure.ts';
import { layerBudget } from '../figures/layer-budget.ts';
import { sparsityOverTime } from '../figures/sparsity-over-time.ts';
import { thresholdOverTime } from '../figures/threshold-over-time.ts';
import { layerTable } from '../layer-table.ts';
import { renderCsv } from '../render/csv.ts';
import { renderPng, renderSvg, rowsCsv } from '../render/figure.ts';
import { renderJson } from '../render/json.ts';
import { renderMarkdown } from '../render/markdown.ts';
import { renderTerminal } from '../render/terminal.ts';
import { writeWhole } from './files.ts';
import { indexPage, type PageFigure } from './index-page.ts';
import { commandsOf, logsOf, resultsIn } from './sources.ts';

export type ReportFormat = 'terminal' | 'markdown' | 'csv' | 'json' | 'svg' | 'png';

interface ReportTarget {
  /** Folder of the report; made if it isn't there. */
  readonly out: string;
  /** What to write beside `index.html`. Default: everything. */
  readonly formats?: readonly ReportFormat[];
  /** For the provenance; default: the commands that the runs have on record. */
  readonly command?: string;
}

/**
 * `runs` are folders of runs, or of single ones; without their logs there are no figures over time. `results` chooses among the
 * runs and orders the methods; default: all results in `runs`.
 */
export type ReportOptions = ReportTarget &
  (
    | { readonly runs: string | readonly string[]; readonly results?: readonly RunResult[] }
    | { readonly runs?: string | readonly string[]; readonly results: readonly RunResult[] }
  );

export interface Report {
  /** Every file written, the page last. */
  readonly files: readonly string[];
  /** The page that shows it all. */
  readonly index: string;
}

/** Writes tables, figures with their data, and one page with all of them. The same runs give the same bytes. */
export async function writeReport({ out, formats = EVERYTHING, command, ...source }: ReportOptions): Promise<Report> {
  const folders = [source.runs ?? []].flat();
  const results = source.results ?? folders.flatMap(resultsIn);
  const logs = logsOf(results, folders);
  const table = comparisonTable(results);
  const layers = layerTable(results);
  const files: string[] = [];
  const write = (name: string, content: string | Uint8Array, format?: ReportFormat) => {
    if (format && !formats.includes(format)) return;
    const file = path.join(out, name);
    writeWhole(file, content);
    files.push(file);
  };

  write('table.txt', renderTerminal(table, { width: 120 }), 'terminal');
  write('table.md', renderMarkdown(table), 'markdown');
  write('table.csv', renderCsv(table), 'csv');
  write('table.json', renderJson(table), 'json');
  write('layers.md', renderMarkdown(layers), 'markdown');
  write('layers.csv', renderCsv(layers), 'csv');

  const drawn: PageFigure[] = [];
  const figures: Figure[] = [
    ...accuracyVsSparsity(results),
    ...layerBudget(results),
    ...sparsityOverTime(results, logs),
    ...thresholdOverTime(results, logs),
  ];
  for (const figure of figures) {
    const svg = await renderSvg(figure);
    const before = files.length;
    write(`figures/${figure.name}.svg`, svg, 'svg');
    if (formats.includes('png')) write(`figures/${figure.name}.png`, await renderPng(svg));
    write(`figures/${figure.name}.csv`, rowsCsv(figure), 'csv');
    drawn.push({ figure, svg, files: files.slice(before).map((file) => path.posix.join('figures', path.basename(file))) });
  }
  const tables = files.filter((file) => path.dirname(file) === path.normalize(out)).map((file) => path.basename(file));
  const commands = command === undefined ? commandsOf(results, folders) : [command];
  write('index.html', indexPage({ table, layers, figures: drawn, tables, commands }));
  return { files, index: path.join(out, 'index.html') };
}

// --- helpers ---

const EVERYTHING: readonly ReportFormat[] = ['terminal', 'markdown', 'csv', 'json', 'svg', 'png'];
