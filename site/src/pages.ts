import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { WORKSPACE } from './workspace.ts';

/** Pages that stand beside docs/, from the root of the workspace. */
const OTHERS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'studies/published/README.md',
  'examples/espalier-plugin-example/README.md',
];

/** Markdown that is no page, as patterns from the root of the workspace. */
export const EXCLUDED = [
  ...readdirSync(WORKSPACE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['docs', 'site', 'studies', 'examples'].includes(entry.name))
    .map(({ name }) => `${name}/**`),
  'site/!(generated)/**',
  'studies/!(published)/**',
  'studies/published/*/**',
  'examples/!(espalier-plugin-example)/**',
  'examples/espalier-plugin-example/*/**',
];

/** Every hand-written page of the site, as a file from the root of the workspace. */
export function listPages(): string[] {
  const docs = (readdirSync(path.join(WORKSPACE, 'docs'), { recursive: true }) as string[]).filter((file) => file.endsWith('.md'));
  return [...OTHERS, ...docs.sort().map((file) => `docs/${file.replaceAll(path.sep, '/')}`)];
}

/** Whether a file is a page by itself; what else is linked to is shown as the text it is. */
export const isPage = (file: string): boolean => OTHERS.includes(file) || (/^(docs|site\/generated)\//.test(file) && file.endsWith('.md'));

/** The page of the site that a file of the repository is: `docs/budgets.md` is `budgets.md`, README.md is `index.md`. */
export function routeOf(file: string): string {
  if (file === 'README.md') return 'index.md';
  if (!isPage(file)) return `source/${file}.md`;
  const inside = file.replace(/^(docs|site\/generated)\//, '');
  return inside === file ? file.toLowerCase() : inside;
}

/** What a link on a page leads to: a file from the root of the workspace and the place in it; nothing for the page itself and the web. */
export function targetOf(
  page: string,
  href: string,
): { readonly file: string; readonly hash: string; readonly exists: boolean } | undefined {
  if (/^([a-z]+:|\/|#)/i.test(href)) return;
  const [pathname = '', ...hash] = href.split('#');
  const file = path.posix.join(path.posix.dirname(page), decodeURI(pathname)).replace(/\/$/, '');
  return { file, hash: hash.length ? `#${hash.join('#')}` : '', exists: existsSync(path.join(WORKSPACE, file)) };
}

/** The files of the repository that pages link to and that are no pages themselves. */
export function linkedFiles(page: string, markdown: string): string[] {
  const prose = markdown.replace(/^(`{3,}|~{3,})[^\n]*\n.*?^\1[^\n]*$/gms, '').replace(/`[^`\n]*`/g, 'code');
  return [...prose.matchAll(/(?<!!)\[[^\]]*\]\(([^)\s]+)[^)]*\)/g)]
    .map(([, href = '']) => targetOf(page, href))
    .flatMap((target) => (target?.exists && !isPage(target.file) ? [target.file] : []));
}
