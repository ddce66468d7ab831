import { apiPage, ENTRY_POINTS } from './api-pages.ts';
import { KIND_PAGES } from './kind-pages.ts';
import { GENERATED } from './workspace.ts';

/** An entry of the navigation: a file from the root of the workspace, or entries below it. */
export interface Entry {
  readonly text: string;
  readonly file?: string;
  readonly items?: readonly Entry[];
}

/** Every page, in the order in which they are read. A test fails for a page that is missing. */
export const SIDEBAR: readonly Entry[] = [
  {
    text: 'Guide',
    items: [
      { text: 'Getting started', file: 'docs/getting-started.md' },
      { text: 'Prune your own model', file: 'docs/own-model.md' },
      { text: 'Write a plugin', file: 'docs/tutorial.md' },
      { text: 'Plugins in full', file: 'docs/writing-a-pruner.md' },
      { text: 'An example of a plugin', file: 'examples/espalier-plugin-example/README.md' },
      { text: 'What the checks find', file: 'docs/plugin-checks.md' },
      { text: 'Ablations', file: 'docs/ablations.md' },
      { text: 'Allocation or selection', file: 'docs/swap.md' },
      { text: 'Planning', file: 'docs/plan.md' },
      { text: 'Questions', file: 'docs/faq.md' },
    ],
  },
  {
    text: 'How it works',
    items: [
      { text: 'Concepts', file: 'docs/concepts.md' },
      { text: 'Budgets and their cost', file: 'docs/budgets.md' },
      { text: 'The engine', file: 'docs/engine.md' },
      { text: 'Architecture', file: 'ARCHITECTURE.md' },
    ],
  },
  {
    text: 'Results',
    items: [
      { text: 'g() and the estimators', file: 'docs/studies/ablation-mnist.md' },
      { text: 'Allocation or selection', file: 'docs/studies/allocation-or-selection.md' },
      { text: 'The exact budget', file: 'docs/studies/exact-budget.md' },
      { text: 'Published numbers', file: 'docs/published.md' },
      { text: 'Where they come from', file: 'studies/published/README.md' },
      { text: 'Performance', file: 'docs/performance.md' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'Configuration, runs and results', file: 'docs/configuration.md' },
      { text: 'The command', file: `${GENERATED}/reference/command.md` },
      {
        text: 'Components',
        items: Object.entries(KIND_PAGES).map(([kind, { title }]) => ({ text: title, file: `${GENERATED}/reference/${kind}.md` })),
      },
      {
        text: 'API',
        items: Object.keys(ENTRY_POINTS).map((name) => ({ text: name, file: `${GENERATED}/api/${apiPage(name)}.md` })),
      },
    ],
  },
  {
    text: 'Project',
    items: [
      { text: 'Contributing', file: 'CONTRIBUTING.md' },
      { text: 'Changelog', file: 'CHANGELOG.md' },
    ],
  },
];

/** Every file that entries name. */
export const filesIn = (entries: readonly Entry[]): string[] =>
  entries.flatMap(({ file, items = [] }) => [...(file ? [file] : []), ...filesIn(items)]);
