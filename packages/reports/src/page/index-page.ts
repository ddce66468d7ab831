import type { Figure } from '../figures/figure.ts';
import { TWO_COLUMNS } from '../figures/theme.ts';
import { escapeHtml, renderHtml } from '../render/html.ts';
import { cellText, type Row, type Table } from '../table.ts';
import { STYLE_SHEET } from './style-sheet.ts';

export interface PageFigure {
  readonly figure: Figure;
  readonly svg: string;
  /** Relative to the page. */
  readonly files: readonly string[];
}

export interface PageTable {
  readonly table: Table;
  /** Relative to the page. */
  readonly files: readonly string[];
}

export interface PageStudy {
  readonly name: string;
  readonly tables: readonly PageTable[];
}

export interface Page {
  readonly studies: readonly PageStudy[];
  readonly table: PageTable;
  readonly layers: PageTable;
  readonly figures: readonly PageFigure[];
  readonly commands: readonly string[];
}

/** One page with everything, in one file: it can be mailed, and it reads without a network. Studies come first. */
export function indexPage({ studies, table, layers, figures, commands }: Page): string {
  const [title, terms] = splitCaption(table.table.caption);
  return `${[
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(table.table.caption)}</title>`,
    `<style>\n${STYLE_SHEET}</style>`,
    '</head>',
    '<body>',
    `<header><h1>${escapeHtml(title)}</h1>${terms ? `<p>${escapeHtml(terms)}</p>` : ''}</header>`,
    '<main>',
    ...studies.map(studyHtml),
    `<section aria-labelledby="results"><h2 id="results">Results</h2>\n${tableHtml(table)}</section>`,
    ...(figures.length
      ? [
          '<section aria-labelledby="figures"><h2 id="figures">Figures</h2>',
          '<div class="figures">',
          ...figures.map(figureHtml),
          '</div></section>',
        ]
      : []),
    ...(layers.table.rows.length ? [`<section aria-labelledby="layers"><h2 id="layers">Layers</h2>\n${tableHtml(layers)}</section>`] : []),
    provenance(
      [...studies.flatMap(({ tables }) => tables), table].map((each) => each.table),
      commands,
    ),
    '</main>',
    '</body>',
    '</html>',
  ].join('\n')}\n`;
}

// --- helpers ---

function splitCaption(caption: string): [string, string] {
  const colon = caption.indexOf(': ');
  return colon < 0 ? [caption, ''] : [caption.slice(0, colon), caption.slice(colon + 2)];
}

const tableHtml = ({ table, files }: PageTable): string => renderHtml(table) + links(files);

function studyHtml({ name, tables }: PageStudy, index: number): string {
  const id = `study-${index + 1}`;
  return [
    `<section class="study" aria-labelledby="${id}"><h2 id="${id}">Study: ${escapeHtml(name)}</h2>`,
    ...tables.map(tableHtml),
    '</section>',
  ].join('\n');
}

function figureHtml({ figure, svg, files }: PageFigure): string {
  const width = Number(/viewBox="0 0 ([\d.]+)/.exec(svg)?.[1] ?? 0);
  return [
    `<figure${width > TWO_COLUMNS / 2 + 20 ? ' class="wide"' : ''}>`,
    `<div class="scroll">${svg}</div>`,
    `<figcaption><strong>${escapeHtml(figure.title)}.</strong> ${escapeHtml(figure.description)}${links(files, extension)}</figcaption>`,
    '</figure>',
  ].join('\n');
}

/** Links of a figure are short: its name stands beside them. */
function links(files: readonly string[], text: (file: string) => string = (file) => file): string {
  if (!files.length) return '';
  const anchors = files.map(
    (file) => `<a href="${escapeHtml(encodeURI(file))}" aria-label="${escapeHtml(file)}">${escapeHtml(text(file))}</a>`,
  );
  return `<p class="files">${anchors.join(' · ')}</p>`;
}

const extension = (file: string): string => file.slice(file.lastIndexOf('.') + 1).toUpperCase();

function provenance(tables: readonly Table[], commands: readonly string[]): string {
  return [
    '<details><summary>Provenance: command and runs</summary>',
    ...commands.map((command) => `<pre><code>${escapeHtml(command)}</code></pre>`),
    ...tables.map(runsHtml),
    '</details>',
  ].join('\n');
}

function runsHtml(table: Table): string {
  const rows = table.rows.map(
    (row) => `<tr><th scope="row">${escapeHtml(rowName(table, row))}</th><td class="ids">${rowRuns(table, row)}</td></tr>`,
  );
  return [
    '<div class="scroll"><table>',
    `<caption>The runs behind each row: ${escapeHtml(table.caption)}</caption>`,
    '<thead><tr><th scope="col">Row</th><th scope="col">Runs</th></tr></thead>',
    '<tbody>',
    ...rows,
    '</tbody></table></div>',
  ].join('\n');
}

const rowName = ({ columns }: Table, { cells }: Row): string =>
  columns
    .flatMap((column) => {
      const cell = cells[column.key];
      return column.identifies && cell && cell.value !== null ? [cellText(column, cell) + (column.unit ? ` ${column.unit}` : '')] : [];
    })
    .join(', ');

const rowRuns = ({ columns }: Table, { cells }: Row): string =>
  [...new Set(columns.flatMap(({ key }) => cells[key]?.runs ?? []))].map((id) => `<code>${escapeHtml(id)}</code>`).join(' ');
