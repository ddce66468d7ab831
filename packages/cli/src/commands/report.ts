import { existsSync } from 'node:fs';
import path from 'node:path';
import { type RunResult, readCopiedResults, type Study } from '@espalier/core/results';
import {
  archivedRuns,
  comparisonTable,
  readSources,
  renderCsv,
  renderHtml,
  renderJson,
  renderLatex,
  renderMarkdown,
  renderTerminal,
  resultsOfStudy,
  type Sources,
  studyTables,
  type Table,
  withoutSwapped,
  withProvenance,
  writeReport,
} from '@espalier/reports';
import { checkWritable } from '../check-writable.ts';
import { noRuns, studyUnknown, usageInvalid } from '../errors.ts';
import { count, exitCodeOf, terminalOptions } from '../output.ts';

export const FORMATS = ['terminal', 'markdown', 'csv', 'latex', 'html', 'json'] as const;
export interface ReportFlags {
  readonly format: (typeof FORMATS)[number];
  readonly out?: string;
  readonly study?: string;
  readonly reference?: string;
  /** Files with numbers of others. */
  readonly copied?: readonly string[];
  readonly archive?: string;
}

/**
 * Prints the table of finished runs or the tables of a study, or writes the whole report, or an archive. `sources` are folders of runs or of
 * single ones, and archives; where there is none, numbers of others stand alone.
 */
export async function reportCommand(sources: readonly string[], flags: ReportFlags): Promise<number> {
  if (flags.study !== undefined && flags.copied && flags.out === undefined) throw copiedBesideStudy();
  if (flags.archive !== undefined) checkWritable('file', flags.archive);
  if (flags.out !== undefined) checkWritable('folder', flags.out);
  const copied = (flags.copied ?? []).map(readCopiedResults);
  const standsAlone = copied.length > 0 && !sources.length && !existsSync('runs');
  const given = sources.length || standsAlone ? sources : ['runs'];
  const { study, results, studies, origins } = chosen(readAll(given), flags.study);
  const reference = flags.reference === undefined ? {} : { reference: flags.reference };
  if (flags.archive !== undefined) {
    const { writeArchive } = await import('@espalier/core');
    writeArchive(flags.archive, { studies, runs: archivedRuns(results, origins) });
    process.stdout.write(`${count(results.length, 'run')} in ${flags.archive}\n`);
  }
  if (flags.out !== undefined) {
    const runs = given.map((source) => path.resolve(source));
    const report = await writeReport({ results, studies, runs, out: path.resolve(flags.out), copied, ...reference });
    process.stdout.write(`${path.relative(process.cwd(), report.index)}\n`);
  }
  if (flags.archive === undefined && flags.out === undefined) {
    const tables = study
      ? studyTables(study, results, reference).map(({ table }) => table)
      : [comparisonTable(withoutSwapped(results, studies), { ...reference, copied })];
    process.stdout.write(
      print(
        tables.map((table) => withProvenance(table, results, origins)),
        flags.format,
      ),
    );
  }
  return exitCodeOf(results);
}

// --- helpers ---

const RENDERERS = {
  terminal: (table: Table) => renderTerminal(table, terminalOptions()),
  markdown: renderMarkdown,
  csv: renderCsv,
  latex: (table: Table) => renderLatex(table),
  html: renderHtml,
  json: renderJson,
};

/** Several tables stand below each other; as JSON they are an array. */
function print(tables: readonly Table[], format: ReportFlags['format']): string {
  const texts = tables.map((table) => RENDERERS[format](table));
  if (format === 'json' && texts.length > 1) return `[\n${texts.map((text) => text.trimEnd()).join(',\n')}\n]\n`;
  return `${texts.join('\n')}\n`;
}

function readAll(sources: readonly string[]): Sources {
  for (const source of sources) {
    const { results, studies } = readSources(source);
    if (results.length === 0 && studies.length === 0) throw noRuns(source);
  }
  return readSources(sources);
}

/** All there is, or one study with its runs and the dense ones on equal terms. */
function chosen(all: Sources, name: string | undefined): Sources & { readonly study?: Study; readonly results: readonly RunResult[] } {
  if (name === undefined) return all;
  const study = all.studies.find((one) => one.name === name);
  if (!study)
    throw studyUnknown(
      name,
      all.studies.map((one) => one.name),
    );
  return { ...all, study, studies: [study], results: resultsOfStudy(study, all.results) };
}

const copiedBesideStudy = () =>
  usageInvalid(
    'The tables of a study have no place for the numbers of others, --copied',
    'Add --out to have a report with both, or leave out --study',
  );
