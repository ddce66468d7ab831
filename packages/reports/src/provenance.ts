import { digestOf, type Origin, type RunResult } from '@espalier/core/results';
import { enumerate } from './format.ts';
import { type Provenance, runsOf, type Table } from './table.ts';

/** Origins by the id of the run, where they are known. */
export type Origins = ReadonlyMap<string, Origin>;

/**
 * The table with a line under it that says how its numbers came about. The digest is the SHA-256 of the sorted list of run ids, each with
 * the SHA-256 of its result in canonical form: it changes with any digit of any result, and not with their order or layout. A table that
 * no run stands behind, as one of copied results, has no such line.
 *
 * @param command Default: the commands of the runs, by their origins.
 */
export function withProvenance(table: Table, results: readonly RunResult[], origins: Origins = new Map(), command?: string): Table {
  const ids = new Set(runsOf(table));
  const used = [...new Map(results.filter(({ id }) => ids.has(id)).map((result) => [result.id, result])).values()];
  if (!used.length) return table;
  const lines = used.map((result) => [result.id, digestOf(result)]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const known = used.flatMap(({ id }) => origins.get(id) ?? []);
  const engines = used.map(({ id, spec: { engine } }) => {
    const version = origins.get(id)?.engine.version;
    return `${engine.name}${version ? ` ${version}` : ''}, ${engine.threads === 1 ? '1 thread' : `${engine.threads} threads`}`;
  });
  const provenance: Provenance = {
    commands: command === undefined ? unique(known.map((origin) => origin.command)) : [command],
    runs: used.length,
    digest: digestOf(lines).slice(0, 12),
    engines: unique(engines),
    versions: unique(
      used.flatMap(({ id, spec }) => Object.entries(origins.get(id)?.versions ?? digestsOf(spec)).map((pair) => pair.join(' '))),
    ),
  };
  return { ...table, provenance };
}

/** "12 runs, digest 5f3a…; tfjs-node 4.22.0, 1 thread; espalier 0.1.0; espalier ablate …", the parts that are known. */
export function provenanceText({ commands, runs, digest, engines, versions }: Provenance): string {
  const parts = [`${runs} ${runs === 1 ? 'run' : 'runs'}, digest ${digest}`, enumerate(engines), enumerate(versions), ...commands];
  return `Made from ${parts.filter(Boolean).join('; ')}`;
}

// --- helpers ---

/** What a spec says of plugins, as the versions of an origin do. */
const digestsOf = ({ plugins = {} }: RunResult['spec']): Record<string, string> =>
  Object.fromEntries(Object.entries(plugins).map(([name, digest]) => [name, `(${digest})`]));

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].filter(Boolean).sort();
