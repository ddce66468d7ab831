import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { WORKSPACE } from './workspace.ts';

/** A file of the repository that a page links to, as a page; of a folder, what is in it. */
export function sourcePage(file: string): string {
  const at = path.join(WORKSPACE, file);
  const heading = `---\noutline: false\n---\n\n# ${file}`;
  if (statSync(at).isDirectory())
    return `${heading}\n\n${readdirSync(at)
      .map((name) => `- \`${name}\``)
      .join('\n')}\n`;
  const language = LANGUAGES[path.extname(file)] ?? 'text';
  return `${heading}\n\n${FENCE}${language}\n${readFileSync(at, 'utf8').trimEnd()}\n${FENCE}\n`;
}

// --- helpers ---

/** Longer than those in Markdown files. */
const FENCE = '`````';

const LANGUAGES: Readonly<Record<string, string>> = {
  '.cc': 'cpp',
  '.js': 'js',
  '.json': 'json',
  '.md': 'md',
  '.ts': 'ts',
  '.yaml': 'yaml',
};
