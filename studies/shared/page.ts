import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Figure,
  layerBudget,
  overviewTables,
  pivotHeatmaps,
  readSources,
  renderFigure,
  renderMarkdown,
  resultsOfStudy,
  withoutSwapped,
  withProvenance,
} from '@espalier/reports';
import { type KeptStudy, sealedFiles, type Where } from './study.ts';

const docs = path.join(import.meta.dirname, '../../docs');

/**
 * Fills page.md in: `{{tables NAME}}` becomes the overview of a study, `{{grid NAME}}` its picture, `{{budgets NAME}}` the layers
 * of the methods in it, and what the study itself makes of other
 * marks. No number of the tables is typed; those in the text around them are, and have to be read again when the runs change.
 */
export async function writePage(study: KeptStudy, say: Where['say']): Promise<void> {
  const sealed = readSources(sealedFiles(study));
  const studyOf = (name: string) => {
    const found = sealed.studies.find((one) => one.name === name);
    if (!found) throw new Error(`page.md names the study "${name}"; sealed are ${sealed.studies.map((one) => one.name).join(', ')}.`);
    return found;
  };
  const tables = (name: string): string =>
    overviewTables(studyOf(name), sealed.results)
      .map(({ table }) => renderMarkdown(withProvenance(table, sealed.results, sealed.origins)))
      .join('\n');
  const pictures = async (figures: readonly Figure[], prefix: string): Promise<string> => {
    const drawn = figures.map(async (figure) => {
      const file = path.join('images', `${prefix}-${figure.name}.svg`);
      mkdirSync(path.join(docs, 'images'), { recursive: true });
      writeFileSync(path.join(docs, file), `${(await renderFigure(figure)).svg}\n`);
      return `![${figure.description}](../${file})`;
    });
    return (await Promise.all(drawn)).join('\n\n');
  };
  const grid = (name: string) => pictures(pivotHeatmaps(studyOf(name), sealed.results), 'study');
  const budgets = (name: string) => {
    const study = studyOf(name);
    return pictures(layerBudget(withoutSwapped(resultsOfStudy(study, sealed.results), [study])), `study-${name}`);
  };
  const marks: Readonly<Record<string, (argument: string) => string | Promise<string>>> = {
    tables,
    grid,
    budgets,
    ...Object.fromEntries(
      Object.entries(study.marks ?? {}).map(([name, make]) => [name, (argument: string) => make(studyOf(argument), sealed)] as const),
    ),
  };
  let page = readFileSync(path.join(study.folder, 'page.md'), 'utf8');
  for (const [mark, what, argument] of page.matchAll(/^\{\{(\w+) ([\w.-]+)\}\}$/gm)) {
    const make = marks[what as string];
    if (!make) throw new Error(`page.md: "${mark}" is none of ${Object.keys(marks).join(', ')}.`);
    const made = await make(argument as string);
    page = page.replace(mark, () => made);
  }
  const file = `docs/studies/${path.basename(study.folder)}.md`;
  mkdirSync(path.join(docs, 'studies'), { recursive: true });
  writeFileSync(path.join(docs, '..', file), page);
  say(file);
}
