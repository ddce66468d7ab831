import path from 'node:path';
import type { CopiedResults, RunResult, Study } from '@espalier/core/results';
import type { AxesOptions } from '../axes-table.ts';
import { type ComparisonOptions, comparisonTable } from '../comparison-table.ts';
import { accuracyVsMultiplyAdds } from '../figures/accuracy-vs-multiply-adds.ts';
import { accuracyVsSparsity } from '../figures/accuracy-vs-sparsity.ts';
import type { Figure } from '../figures/figure.ts';
import { forcesOverTime } from '../figures/forces-over-time.ts';
import { layerBudget } from '../figures/layer-budget.ts';
import { layerHeatmap } from '../figures/layer-heatmap.ts';
import { masksOverTime } from '../figures/masks-over-time.ts';
import { pivotHeatmaps } from '../figures/pivot-heatmap.ts';
import { sparsityOverTime } from '../figures/sparsity-over-time.ts';
import { thresholdOverTime } from '../figures/threshold-over-time.ts';
import { layerTable } from '../layer-table.ts';
import { withProvenance } from '../provenance.ts';
import { renderCsv } from '../render/csv.ts';
import { renderPng, renderSvg, rowsCsv } from '../render/figure.ts';
import { renderJson } from '../render/json.ts';
import { renderLatex } from '../render/latex.ts';
import { renderMarkdown } from '../render/markdown.ts';
import { renderTerminal } from '../render/terminal.ts';
import { groupRuns } from '../run-groups.ts';
import { studyTables } from '../study-tables.ts';
import { withoutSwapped } from '../swap-matrix.ts';
import type { Table } from '../table.ts';
import { writeWhole } from './files.ts';
import { indexPage, type PageFigure } from './index-page.ts';
import { logsOf, readSources } from './sources.ts';

export type ReportFormat = 'terminal' | 'markdown' | 'csv' | 'json' | 'latex' | 'svg' | 'png';

interface ReportTarget {
  /** Folder of the report; made if it isn't there. */
  readonly out: string;
  /** What to write beside `index.html`. Default: everything. */
  readonly formats?: readonly ReportFormat[];
  /** For the provenance; default: the commands that the runs have on record. */
  readonly command?: string;
  /** What the others are compared with: a method, in the tables of studies a value of an axis. Default: dense, and the base. */
  readonly reference?: string;
  /** Studies to lay the results out by. Default: all in `runs`, or none if the results are chosen. */
  readonly studies?: readonly Study[];
  /** What others published, shown beside the runs and marked. */
  readonly copied?: readonly CopiedResults[];
  /** Shown after the figures of the runs. */
  readonly figures?: readonly Figure[];
}

/**
 * `runs` are folders of runs or of single ones, or archives; without logs there are no figures over time. `results` chooses among the
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
export async function writeReport({
  out,
  formats = EVERYTHING,
  command,
  reference,
  copied = [],
  figures: more = [],
  ...source
}: ReportOptions): Promise<Report> {
  const folders = [source.runs ?? []].flat();
  const found = readSources(folders);
  const results = source.results ?? found.results;
  const studies = source.studies ?? (source.results ? [] : found.studies);
  const compared = withoutSwapped(results, studies);
  const logs = logsOf(compared, folders);
  const made = (table: Table) => withProvenance(table, results, found.origins, command);
  const table = made(comparisonTable(compared, { ...comparisonReference(compared, studies, reference), copied }));
  const layers = made(layerTable(compared));
  const files: string[] = [];
  const write = (name: string, content: string | Uint8Array, format?: ReportFormat) => {
    if (format && !formats.includes(format)) return;
    const file = path.join(out, name);
    writeWhole(file, content);
    files.push(file);
  };

  /** The files of a table, relative to the page. */
  const writeTable = (name: string, shown: Table): string[] => {
    const before = files.length;
    write(`${name}.txt`, renderTerminal(shown, { width: 120 }), 'terminal');
    write(`${name}.md`, renderMarkdown(shown), 'markdown');
    write(`${name}.csv`, renderCsv(shown), 'csv');
    write(`${name}.json`, renderJson(shown), 'json');
    write(`${name}.tex`, renderLatex(shown, { label: `tab:${name}` }), 'latex');
    return files.slice(before).map((file) => path.basename(file));
  };

  const studied = studies.map((study) => ({
    name: study.name,
    command: study.command,
    tables: studyTables(study, results, studyReference(study, reference)).map(({ name, table }) => {
      const shown = made(table);
      return { table: shown, files: writeTable(name, shown) };
    }),
  }));
  const overall = { table, files: writeTable('table', table) };
  const byLayer = { table: layers, files: writeTable('layers', layers) };

  const drawn: PageFigure[] = [];
  const figures: Figure[] = [
    ...accuracyVsSparsity(compared, copied),
    ...accuracyVsMultiplyAdds(compared, copied),
    ...layerBudget(compared),
    ...sparsityOverTime(compared, logs),
    ...thresholdOverTime(compared, logs),
    ...forcesOverTime(compared, logs),
    ...layerHeatmap(compared, logs),
    ...masksOverTime(compared, logs),
    ...studies.flatMap((study) => pivotHeatmaps(study, results)),
    ...more,
  ];
  for (const figure of figures) {
    const svg = await renderSvg(figure);
    const before = files.length;
    write(`figures/${figure.name}.svg`, svg, 'svg');
    if (formats.includes('png')) write(`figures/${figure.name}.png`, await renderPng(svg));
    write(`figures/${figure.name}.csv`, rowsCsv(figure), 'csv');
    drawn.push({ figure, svg, files: files.slice(before).map((file) => path.posix.join('figures', path.basename(file))) });
  }
  const commands = unique([...(table.provenance?.commands ?? []), ...studied.map((study) => study.command)]);
  write('index.html', indexPage({ studies: studied, table: overall, layers: byLayer, figures: drawn, commands }));
  return { files, index: path.join(out, 'index.html') };
}

// --- helpers ---

const EVERYTHING: readonly ReportFormat[] = ['terminal', 'markdown', 'csv', 'json', 'latex', 'svg', 'png'];

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].filter(Boolean).sort();

/** A reference that only a study knows is none of the comparison's; one that nobody knows is refused by it. */
function comparisonReference(results: readonly RunResult[], studies: readonly Study[], reference: string | undefined): ComparisonOptions {
  const isMethod = groupRuns(results).some(({ method }) => method === reference);
  const isValue = studies.some(({ axes }) => axes.some(({ values }) => reference !== undefined && values.includes(reference)));
  return reference === undefined || (isValue && !isMethod) ? {} : { reference };
}

const studyReference = ({ axes }: Study, reference: string | undefined): AxesOptions =>
  reference !== undefined && axes.some(({ values }) => values.includes(reference)) ? { reference } : {};
