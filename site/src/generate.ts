import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeApi } from './api.ts';
import { commandPage } from './command-page.ts';
import { linkedFiles, listPages } from './pages.ts';
import { renderPictures } from './pictures.ts';
import { referencePages } from './reference.ts';
import { sourcePage } from './source-page.ts';
import { GENERATED, WORKSPACE } from './workspace.ts';

/** Makes every page that nobody writes by hand: the references, and the files that pages link to. */

const write = (file: string, content: string) => {
  const target = path.join(WORKSPACE, GENERATED, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, content);
};

rmSync(path.join(WORKSPACE, GENERATED), { recursive: true, force: true });
const docstrings = await writeApi();
const pictures = await renderPictures();
for (const [file, svg] of pictures) write(`reference/${file}`, svg);
for (const [kind, page] of await referencePages(docstrings, new Set(pictures.keys()))) write(`reference/${kind}.md`, page);
write('reference/command.md', commandPage());
for (const page of listPages()) {
  for (const file of linkedFiles(page, readFileSync(path.join(WORKSPACE, page), 'utf8'))) write(`source/${file}.md`, sourcePage(file));
}
