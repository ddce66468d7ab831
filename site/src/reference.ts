import * as baselines from '@espalier/baselines';
import type { AnyFactory, Kind } from '@espalier/core';
import * as core from '@espalier/core';
import * as str from '@espalier/str';
import * as zoo from '@espalier/zoo';
import { createPluginRegistry } from '../../packages/cli/src/container.ts';
import { type ComponentDescription, describeComponents, type OptionDescription } from '../../packages/cli/src/describe-components.ts';
import { KINDS } from '../../packages/cli/src/kinds.ts';
import type { Docstrings } from './api.ts';
import { apiPage } from './api-pages.ts';
import { KIND_PAGES } from './kind-pages.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** The page of every kind, by its name: what a component takes, from its schema, its picture `<kind>-<name>.svg` where there is one, and its docstring. */
export async function referencePages(docstrings: Docstrings, pictures: ReadonlySet<string>): Promise<ReadonlyMap<Kind, string>> {
  const registry = await createPluginRegistry([], process.cwd());
  return new Map(KINDS.map((kind) => [kind, kindPage(kind, describeComponents(registry, kind), docstrings, pictures)]));
}

// --- helpers ---

const PACKAGES: Readonly<Record<string, object>> = {
  '@espalier/core': core,
  '@espalier/str': str,
  '@espalier/baselines': baselines,
  '@espalier/zoo': zoo,
};

function kindPage(kind: Kind, components: readonly ComponentDescription[], docstrings: Docstrings, pictures: ReadonlySet<string>): string {
  const { title, about, contract, define, picture } = KIND_PAGES[kind];
  return [
    `# ${title}`,
    about,
    ...(picture ? [`![${picture.text}](${picture.file})`] : []),
    markdownTable(
      ['Name', 'What it is'],
      components.map(({ name, summary }) => [`[\`${name}\`](#${name})`, escapeMarkdown(summary)]),
    ),
    `One of your own: [\`${define}\`](../../../docs/writing-a-pruner.md#other-kinds) with a [\`${contract}\`](../api/${apiPage('@espalier/core')}.md#${contract.toLowerCase()}).`,
    ...components.flatMap((one) => componentSection(one, docstrings, pictures)),
  ].join('\n\n');
}

function componentSection(
  { kind, name, summary, options }: ComponentDescription,
  docstrings: Docstrings,
  pictures: ReadonlySet<string>,
): string[] {
  const { module, exported } = exportOf(kind, name);
  const docstring = docstrings.get(`${module}:${exported}`);
  if (!docstring) throw new Error(`${exported} of ${module} has no docstring`);
  const picture = `${kind}-${name}.svg`;
  return [
    `## ${name}`,
    `${escapeMarkdown(summary)}.`,
    ...(pictures.has(picture) ? [`![${name}, with its defaults](${picture})`] : []),
    options.length ? markdownTable(['Option', 'Takes', 'Default', 'What it is'], options.map(optionRow)) : 'It has no options.',
    `In a script: \`import { ${exported} } from '${module}'\`.`,
    docstring,
  ];
}

const optionRow = ({ name, accepts, default: byDefault, required, description = '' }: OptionDescription): string[] => [
  `\`${name}\``,
  (KINDS as readonly string[]).includes(accepts) ? `[${accepts}](${accepts}.md)` : `\`${unbroken(accepts)}\``,
  byDefault === undefined ? (required ? 'required' : '–') : `\`${JSON.stringify(byDefault)}\``,
  escapeMarkdown(description),
];

/** A short range stays on one line. */
const unbroken = (accepts: string): string => (accepts.length > 20 ? accepts : accepts.replaceAll(' ', '\u00a0'));

/** Where a script finds the factory of a component. */
function exportOf(kind: Kind, name: string): { readonly module: string; readonly exported: string } {
  for (const [module, exports] of Object.entries(PACKAGES)) {
    for (const [exported, value] of Object.entries(exports) as [string, Partial<AnyFactory>][]) {
      if (typeof value === 'function' && value.kind === kind && value.definition?.name === name) return { module, exported };
    }
  }
  throw new Error(`The ${kind} ${name} is exported by none of ${Object.keys(PACKAGES).join(', ')}`);
}
