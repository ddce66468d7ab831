import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { createPluginRegistry } from '../../packages/cli/src/container.ts';
import { describeComponents, type OptionDescription } from '../../packages/cli/src/describe-components.ts';
import { KINDS } from '../../packages/cli/src/kinds.ts';
import { WORKSPACE } from './project.ts';

/** Texts by name. */
type Entries = Readonly<Record<string, string>>;

/** What a plugin or a script can rely on. Each entry says what it is, so that entries can be compared. */
export interface Api {
  /** `value` or `type` by exported name, by what one imports from. */
  readonly exports: Readonly<Record<string, Entries>>;
  /** What a component of each kind gets and gives (`packages/core/src/kinds`): types by member, by interface. */
  readonly contracts: Readonly<Record<string, Entries>>;
  /** What each option takes, by option, by `kind name` of a built-in component. */
  readonly options: Readonly<Record<string, Entries>>;
}

/** What was added, removed or is another since; and the names that tell it. */
export interface Change {
  /** `removed: pruner gmp, option every` */
  readonly what: string;
  readonly names: readonly string[];
}

/** The API as the code has it. */
export async function describeApi(): Promise<Api> {
  const entryPoints = listEntryPoints();
  const exported = exportedNames([...entryPoints.values()]);
  const exports: Record<string, Entries> = {};
  for (const [specifier, file] of entryPoints) {
    const values = new Set(Object.keys((await import(specifier)) as object));
    const names = [...new Set([...values, ...(exported.get(file) as readonly string[])])].sort();
    exports[specifier] = Object.fromEntries(names.map((name) => [name, values.has(name) ? 'value' : 'type']));
  }
  const registry = await createPluginRegistry([], WORKSPACE);
  const components = KINDS.flatMap((kind) => describeComponents(registry, kind));
  return {
    exports,
    contracts: contractMembers(),
    options: Object.fromEntries(
      components.map(({ kind, name, options }) => [
        `${kind} ${name}`,
        Object.fromEntries(options.map((option) => [option.name, textOf(option)])),
      ]),
    ),
  };
}

/** Every change from one API to another. What came or went as a whole is one change. */
export function changesBetween(before: Api, after: Api): readonly Change[] {
  return SECTIONS.flatMap(({ section, member }) =>
    compare(before[section], after[section]).flatMap(({ verb, name: group, was, is }) => {
      const groupName = section === 'options' ? (group.split(' ')[1] as string) : group;
      if (!was || !is) return [{ what: `${verb}: ${group}`, names: [groupName] }];
      return compare(was, is).map(({ verb, name, was: from, is: to }) => ({
        what: `${verb}: ${group}, ${member} ${name}${verb === 'changed' ? `, from ${from} to ${to}` : ''}`,
        names: section === 'exports' ? [name] : [groupName, name],
      }));
    }),
  );
}

/** Changes of which no point of the changelog's section "Unreleased" has all names in code, as in `gmp({ every })`. */
export function unmentioned(changes: readonly Change[], changelog: string): readonly string[] {
  const points = sectionOf(changelog, 'Unreleased')
    .split(/^- /m)
    .map((point) => [...point.matchAll(/`([^`]+)`/g)].map(([, code]) => code as string));
  const has = (code: readonly string[], name: string) => {
    const whole = new RegExp(`(?<![\\w@/-])${name.replace(/\W/g, '\\$&')}(?![\\w-])`);
    return code.some((one) => whole.test(one));
  };
  return changes.filter(({ names }) => !points.some((code) => names.every((name) => has(code, name)))).map(({ what }) => what);
}

/** The version that was released last: the first heading of the changelog that is a version; none before the first release. */
export const lastRelease = (changelog: string): string | undefined => /^## v?(\d+\.\d+\.\d+\S*)/m.exec(changelog)?.[1];

// --- helpers ---

const SECTIONS = [
  { section: 'exports', member: 'export' },
  { section: 'contracts', member: 'member' },
  { section: 'options', member: 'option' },
] as const;

interface Difference<T> {
  readonly verb: 'added' | 'removed' | 'changed';
  readonly name: string;
  readonly was: T | undefined;
  readonly is: T | undefined;
}

function compare<T>(before: Readonly<Record<string, T>>, after: Readonly<Record<string, T>>): readonly Difference<T>[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [{ verb: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed', name, was, is }];
  });
}

function sectionOf(changelog: string, heading: string): string {
  const [, section] = new RegExp(`^## ${heading}\\n(.*?)(?=^## |$(?![^]))`, 'ms').exec(changelog) ?? [];
  if (section === undefined) throw new Error(`CHANGELOG.md has no section "## ${heading}"`);
  return section;
}

const textOf = ({ accepts, default: byDefault, required }: OptionDescription): string =>
  `${accepts}, ${required ? 'required' : byDefault === undefined ? 'optional' : `default ${JSON.stringify(byDefault)}`}`;

/** Source files by what one imports from, as the packages' manifests say. */
function listEntryPoints(): ReadonlyMap<string, string> {
  const packages = path.join(WORKSPACE, 'packages');
  return new Map(
    readdirSync(packages).flatMap((folder) => {
      const manifest = readFileSync(path.join(packages, folder, 'package.json'), 'utf8');
      const { name, exports = {} } = JSON.parse(manifest) as { name: string; exports?: Record<string, string> };
      return Object.entries(exports).map(([subpath, file]): [string, string] => [
        path.posix.join(name, subpath),
        path.join(packages, folder, file),
      ]);
    }),
  );
}

/** Names of values and types that modules export, by file. */
function exportedNames(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const { config } = ts.readConfigFile(path.join(WORKSPACE, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, WORKSPACE);
  const program = ts.createProgram(files, { ...options, noEmit: true, allowImportingTsExtensions: true });
  const checker = program.getTypeChecker();
  return new Map(
    files.map((file) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile) as ts.Symbol;
      return [file, checker.getExportsOfModule(module).map(({ name }) => name)];
    }),
  );
}

function contractMembers(): Record<string, Entries> {
  const folder = path.join(WORKSPACE, 'packages/core/src/kinds');
  const interfaces = readdirSync(folder).flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(path.join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true);
    return source.statements.filter(ts.isInterfaceDeclaration);
  });
  return Object.fromEntries(interfaces.map((one) => [one.name.text, membersOf(one)]));
}

/** What an interface extends is under `extends`. Where the source breaks its lines makes no difference. */
function membersOf({ members, heritageClauses }: ts.InterfaceDeclaration): Entries {
  const text = (node: ts.Node) =>
    node
      .getText()
      .replace(/\s+/g, ' ')
      .replace(/(?<=[(<]) (?:\| )?|,? (?=[)>])|;$/g, '');
  const parents = (heritageClauses ?? []).map((clause) => ['extends', clause.types.map(text).join(', ')]);
  return Object.fromEntries([...parents, ...members.map((member) => [member.name?.getText() ?? 'call', text(member)])]);
}
