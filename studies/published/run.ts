import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { renderFigure } from '@espalier/reports';
import { publishedPage } from './page.ts';

/** Writes docs/published.md and its figures. */
const docs = path.join(import.meta.dirname, '../../docs');
const { markdown, figures } = await publishedPage();
mkdirSync(path.join(docs, 'images'), { recursive: true });
writeFileSync(path.join(docs, 'published.md'), markdown);
for (const figure of figures) writeFileSync(path.join(docs, 'images', `${figure.name}.svg`), `${(await renderFigure(figure)).svg}\n`);
process.stdout.write(`${path.relative(process.cwd(), docs)}/published.md and ${figures.length} figures\n`);
