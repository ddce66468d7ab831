import path from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { routeOf, targetOf } from './pages.ts';
import { WORKSPACE } from './workspace.ts';

/** Turns links to files of the repository into links to the pages that they are on the site. Dead ones are left for VitePress to report. */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    const page = path
      .relative(WORKSPACE, (env as { realPath?: string; path: string }).realPath ?? (env as { path: string }).path)
      .replaceAll(path.sep, '/');
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type !== 'link_open') continue;
      const target = targetOf(page, token.attrGet('href') ?? '');
      if (target?.exists) token.attrSet('href', `/${routeOf(target.file)}${target.hash}`);
    }
  });
}
