import path from 'node:path';
import {
  Application,
  Comment,
  CommentTag,
  Converter,
  type DeclarationReflection,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
} from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { ENTRY_POINTS } from './api-pages.ts';
import { fenceFormulas } from './formulas.ts';
import { GENERATED, WORKSPACE } from './workspace.ts';

/** The docstrings of components, as Markdown, by entry point and name of the export. */
export type Docstrings = ReadonlyMap<string, string>;

/**
 * Writes a page for each entry point from its types. Components are left out of these: their types say nothing that their schemas don't,
 * and the reference has them. Returns their docstrings.
 */
export async function writeApi(): Promise<Docstrings> {
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    tsconfig: path.join(WORKSPACE, 'site/tsconfig.api.json'),
    entryPoints: Object.values(ENTRY_POINTS).map((file) => path.join(WORKSPACE, file)),
    basePath: WORKSPACE,
    logLevel: 'Error',
    skipErrorChecking: true, // `pnpm types` does that
    excludeExternals: true,
    excludeReferences: true,
    disableGit: true,
    sourceLinkTemplate: '{path}',
    name: 'The API',
    readme: 'none',
    categorizeByGroup: false,
    sort: ['alphabetical'],
    ...MARKDOWN,
  });
  const docstrings = new Map<string, string>();
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => prepare(project, docstrings));
  const project = await app.convert();
  if (!project) throw new Error('TypeDoc could not read the packages');
  await app.generateOutputs(project);
  return docstrings;
}

// --- helpers ---

const MARKDOWN = {
  outputs: [{ name: 'markdown', path: path.join(WORKSPACE, GENERATED, 'api') }],
  outputFileStrategy: 'modules',
  flattenOutputFiles: true,
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  useCodeBlocks: true,
  useCustomAnchors: true,
  sanitizeComments: true,
  tableColumnSettings: { hideSources: true, hideModifiers: true, hideInherited: true, hideOverrides: true },
} as const satisfies PluginOptions & { outputs: unknown };

/** Folders of core whose heading isn't their name. No heading may be the name of something exported: both are anchors. */
const HEADINGS: Readonly<Record<string, string>> = {
  analysis: 'Curves and conditions',
  cost: 'Counting cost',
  kinds: 'Contracts',
  model: 'Models and their kernels',
  runs: 'Runs and results',
  sources: 'Thresholds',
  training: 'Training a model',
};

function prepare(project: ProjectReflection, docstrings: Map<string, string>): void {
  const names = new Map(Object.entries(ENTRY_POINTS).map(([name, file]) => [file, name]));
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fullFileName;
    const name = file && names.get(path.relative(WORKSPACE, file).replaceAll(path.sep, '/'));
    if (!name) throw new Error(`${module.name} is no entry point`);
    module.name = name;
    for (const member of [...(module.children ?? [])]) {
      if (isComponent(member)) {
        docstrings.set(`${name}:${member.name}`, docstringOf(member.comment));
        project.removeReflection(member);
      } else categorize(member, name === '@espalier/core' ? topicOf(member) : ReflectionKind.pluralString(member.kind));
    }
  }
  for (const reflection of Object.values(project.reflections) as Reflection[]) {
    if (reflection.comment) reflection.comment.summary = [{ kind: 'text', text: markdownOf(reflection.comment.summary) }];
    if (reflection.isDeclaration() || reflection.isSignature()) delete reflection.sources;
  }
}

const isComponent = (member: DeclarationReflection): boolean =>
  member.kind === ReflectionKind.Variable && member.type?.type === 'reference' && member.type.name === 'Factory';

function categorize(member: DeclarationReflection, category: string): void {
  member.comment ??= new Comment();
  member.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: category }]));
}

/** By the folder that a member of core is in. */
function topicOf(member: DeclarationReflection): string {
  const [folder = '', ...inside] = (member.sources?.[0]?.fullFileName ?? '').split('/core/src/').at(-1)?.split('/') ?? [];
  return inside.length ? (HEADINGS[folder] ?? `${folder[0]?.toUpperCase()}${folder.slice(1)}`) : 'Components and plugins';
}

function docstringOf(comment: Comment | undefined): string {
  if (!comment) return '';
  const tags = comment.blockTags.map(({ tag, content, name }) => [tag, name, markdownOf(content).trim()] as const);
  const texts = (wanted: string) => tags.filter(([tag]) => tag === wanted).map(([, , text]) => text);
  return [
    markdownOf(comment.summary)
      .replace(/^(Shapes|Gradient|Values|Classes|Source|Differs from [\w' ]+):/gm, '\n**$1:**')
      .trim(),
    ...texts('@throws').map((text) => `**Refused:** ${text.replace(/^\{EspalierError\} /, '')}`),
    ...texts('@example').map((text) => (text.includes('```') ? text : `\`\`\`ts\n${text}\n\`\`\``)),
    ...texts('@see').map((text) => `**Source:** ${text}`),
  ].join('\n\n');
}

const markdownOf = (parts: Comment['summary']): string => fenceFormulas(parts.map(({ text }) => text).join(''));
