import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { overviewTables, pivotHeatmaps, readSources, renderFigure, renderMarkdown, withProvenance } from '@espalier/reports';
import { DATA_SETS } from './parts.ts';
import { archiveOf } from './train.ts';

const docs = path.join(import.meta.dirname, '../../docs');

/**
 * Fills page.md in: `{{tables NAME}}` becomes the overview of a study, `{{grid NAME}}` its picture. No number of the tables is typed; those
 * in the text around them are, and have to be read again when the runs change.
 */
export async function writePage(say: (line: string) => void): Promise<void> {
  const sealed = readSources(DATA_SETS.map(archiveOf).filter(existsSync));
  const studyOf = (name: string) => {
    const study = sealed.studies.find((one) => one.name === name);
    if (!study) throw new Error(`page.md names the study "${name}"; sealed are ${sealed.studies.map((one) => one.name).join(', ')}.`);
    return study;
  };
  const tables = (name: string): string =>
    overviewTables(studyOf(name), sealed.results)
      .map(({ table }) => renderMarkdown(withProvenance(table, sealed.results, sealed.origins)))
      .join('\n');
  const grid = async (name: string): Promise<string> => {
    const pictures = pivotHeatmaps(studyOf(name), sealed.results).map(async (figure) => {
      const file = path.join('images', `study-${figure.name}.svg`);
      mkdirSync(path.join(docs, 'images'), { recursive: true });
      writeFileSync(path.join(docs, file), `${(await renderFigure(figure)).svg}\n`);
      return `![${figure.description}](../${file})`;
    });
    return (await Promise.all(pictures)).join('\n\n');
  };
  let page = readFileSync(path.join(import.meta.dirname, 'page.md'), 'utf8');
  for (const [mark, what, name] of page.matchAll(/^\{\{(tables|grid) ([\w.-]+)\}\}$/gm)) {
    page = page.replace(mark, what === 'tables' ? tables(name as string) : await grid(name as string));
  }
  mkdirSync(path.join(docs, 'studies'), { recursive: true });
  writeFileSync(path.join(docs, 'studies/ablation-mnist.md'), page);
  say('docs/studies/ablation-mnist.md');
}
