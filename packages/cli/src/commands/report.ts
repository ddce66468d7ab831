import path from 'node:path';
import { type RunResult, readResult, readResults } from '@espalier/core/results';
import {
  comparisonTable,
  renderCsv,
  renderHtml,
  renderJson,
  renderMarkdown,
  renderTerminal,
  type Table,
  writeReport,
} from '@espalier/reports';
import { noRuns } from '../errors.ts';
import { EXIT, terminalOptions } from '../output.ts';

export const FORMATS = ['terminal', 'markdown', 'csv', 'html', 'json'] as const;
export interface ReportFlags {
  readonly format: (typeof FORMATS)[number];
  readonly out?: string;
}

/** Prints the table of finished runs, or writes the whole report. `sources` are folders of runs or of single ones. */
export async function reportCommand(sources: readonly string[], { format, out }: ReportFlags): Promise<number> {
  const folders = sources.length ? sources : ['runs'];
  const results = folders.flatMap(resultsIn);
  if (out !== undefined) {
    const command = `espalier ${process.argv.slice(2).join(' ')}`;
    const report = await writeReport({ results, runs: folders.map((folder) => path.resolve(folder)), out: path.resolve(out), command });
    process.stdout.write(`${path.relative(process.cwd(), report.index)}\n`);
  } else {
    process.stdout.write(`${RENDERERS[format](comparisonTable(results))}\n`);
  }
  return results.some((run) => run.status === 'failed') ? EXIT.runFailed : EXIT.done;
}

// --- helpers ---

const RENDERERS = {
  terminal: (table: Table) => renderTerminal(table, terminalOptions()),
  markdown: renderMarkdown,
  csv: renderCsv,
  html: renderHtml,
  json: renderJson,
};

function resultsIn(folder: string): RunResult[] {
  const one = readResult(folder);
  const results = one ? [one] : readResults(folder);
  if (results.length === 0) throw noRuns(folder);
  return results;
}
