import { type DefaultTheme, defineConfig } from 'vitepress';
import { EXCLUDED, routeOf } from '../src/pages.ts';
import { repositoryLinks } from '../src/repository-links.ts';
import { type Entry, SIDEBAR } from '../src/sidebar.ts';
import { slugOf } from '../src/slug.ts';

const link = (file: string): string => `/${routeOf(file).replace(/(index)?\.md$/, '')}`;

const sidebarItem = ({ text, file, items }: Entry): DefaultTheme.SidebarItem => ({
  text,
  ...(file && { link: link(file) }),
  ...(items && { items: items.map(sidebarItem) }),
});

/** Pages are outside of this package and can't see what it depends on. */
const vueForPages = {
  name: 'vue-for-pages',
  enforce: 'pre' as const,
  resolveId: (id: string, _: string | undefined, { ssr }: { ssr?: boolean }) =>
    ssr && /^vue(\/server-renderer)?$/.test(id) ? { id, external: true } : null,
};

/** Pages stay where they are in the repository, so that their links work on a code host too; `rewrites` gives them their addresses. */
export default defineConfig({
  title: 'Espalier',
  description: 'Neural-network pruning methods, trained side by side and compared',
  lang: 'en',
  srcDir: '..',
  srcExclude: EXCLUDED,
  outDir: './dist',
  rewrites: routeOf,
  markdown: { anchor: { slugify: slugOf }, config: repositoryLinks },
  vite: {
    plugins: [vueForPages],
    build: { chunkSizeWarningLimit: 2000 }, // kB: the API of core is one page
    server: { watch: { ignored: ['**/runs/**', '**/.venv/**', '**/packages/**'] } },
  },
  themeConfig: {
    nav: [
      { text: 'Guide', link: link('docs/getting-started.md') },
      { text: 'Write a plugin', link: link('docs/tutorial.md') },
      { text: 'Components', link: link('site/generated/reference/pruner.md') },
      { text: 'Questions', link: link('docs/faq.md') },
    ],
    sidebar: SIDEBAR.map((group) => ({
      ...sidebarItem(group),
      items: group.items?.map((entry) => ({ ...sidebarItem(entry), ...(entry.items && { collapsed: true }) })),
    })) as DefaultTheme.SidebarItem[],
    outline: [2, 3],
    search: { provider: 'local' },
  },
  transformPageData: (page) => {
    if (page.relativePath !== 'index.md') return;
    page.frontmatter = { ...page.frontmatter, aside: false, pageClass: 'home', titleTemplate: page.description };
  },
});
