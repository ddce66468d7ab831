import { readComponent } from '@espalier/core/notation';
import {
  canonicalJson,
  digestOf,
  type FailedResult,
  type FinishedResult,
  type RunResult,
  type RunSpec,
  type Spec,
} from '@espalier/core/results';
import { type Asked, askedOf, byAsked } from './asked.ts';

/** The runs that may be averaged: they differ in nothing but the seed. */
export interface RunGroup {
  readonly setting: Setting;
  /** Label of the method, the same for all requested sparsities. */
  readonly method: string;
  readonly dense: boolean;
  readonly requested: Asked;
  /** By seed. */
  readonly finished: readonly FinishedResult[];
  readonly failed: readonly FailedResult[];
}

/** What must be the same for two methods to be compared. */
export interface Setting {
  readonly key: string;
  readonly model: string;
  readonly data: string;
  readonly engine: string;
  /** Options that say which kernels are pruned. */
  readonly prunable: string;
  readonly training: Readonly<Record<string, unknown>>;
}

/** Groups by setting (in order of appearance), dense first, then methods in order of appearance, then requested sparsity. */
export function groupRuns(results: readonly RunResult[]): RunGroup[] {
  const unique = [...new Map(results.map((result) => [result.id, result])).values()];
  const labels = methodLabels(unique);
  const labelOf = (result: RunResult) => labels.get(result) as string;
  const keyOf = (result: RunResult) => canonicalJson([settingOf(result).key, labelOf(result), askedOf(result)]);
  const settings = [...new Set(unique.map((result) => settingOf(result).key))];
  const methods = [...new Set(unique.map(labelOf))];
  const groups = [...groupBy(unique, keyOf).values()].map((runs) => asGroup(runs, labelOf(runs[0] as RunResult)));
  return groups.sort(
    (a, b) =>
      settings.indexOf(a.setting.key) - settings.indexOf(b.setting.key) ||
      Number(b.dense) - Number(a.dense) ||
      methods.indexOf(a.method) - methods.indexOf(b.method) ||
      byAsked(a.requested, b.requested),
  );
}

/** The control that every method is compared with. */
export const isDense = (result: RunResult): boolean => result.spec.pruner.use === 'dense';

/** The pruner's name and the options that differ from its defaults. The target is not among them: it has a column of its own. */
export function methodLabel({ spec, requested, target }: RunResult): string {
  const given = spec.pruner as Spec;
  const unit = target?.unit ?? 'sparsity';
  const { [unit]: value, ...rest } = given;
  return specLabel(value === undefined || value === (target ? target.value : requested) ? (rest as Spec) : given);
}

export function settingOf({ spec }: { readonly spec: RunSpec }): Setting {
  const { model, data, training, prunable = {}, engine } = spec;
  const threads = engine.threads === 1 ? '1 thread' : `${engine.threads} threads`;
  return {
    key: canonicalJson([model, data, training, engine, prunable]),
    model: specLabel(model),
    data: specLabel(data),
    engine: `${engine.name}, ${threads}`,
    prunable: optionsText(prunable) || 'all',
    training,
  };
}

/** `name (a=1, b=erk)`; nested components as `b=cubic(start=0.05)`. */
export function specLabel({ use, ...options }: Spec): string {
  const text = optionsText(options);
  return text ? `${use} (${text})` : use;
}

/** A method as somebody names it, the way tables do: `gmp(allocation=erk)` is `gmp (allocation=erk)`. What is no component stays. */
export function labelNamed(text: string): string {
  try {
    return specLabel(readComponent(text));
  } catch {
    return text;
  }
}

export const optionsText = (options: Readonly<Record<string, unknown>>): string =>
  Object.keys(options)
    .sort()
    .map((key) => `${key}=${valueText(options[key])}`)
    .join(', ');

/** Keys in order of appearance. */
export function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

// --- helpers ---

/** What runs are called; where those of one name used different versions of a plugin, its digest goes with it. */
function methodLabels(results: readonly RunResult[]): ReadonlyMap<RunResult, string> {
  const alike = groupBy(results, (result) => canonicalJson([settingOf(result).key, methodLabel(result)]));
  const labelled = [...alike.values()].flatMap((runs) => {
    const varying = Object.keys(Object.assign({}, ...runs.map(pluginsOf))).filter(
      (name) => new Set(runs.map((run) => pluginsOf(run)[name])).size > 1,
    );
    return runs.map((run): [RunResult, string] => {
      const digests = varying.sort().map((name) => `${name} ${pluginsOf(run)[name] ?? 'without a digest'}`);
      return [run, [methodLabel(run), ...(digests.length ? [`[${digests.join(', ')}]`] : [])].join(' ')];
    });
  });
  return new Map(labelled);
}

const pluginsOf = ({ spec }: RunResult): Readonly<Record<string, string>> => spec.plugins ?? {};

function asGroup(runs: readonly RunResult[], method: string): RunGroup {
  const sorted = [...runs].sort((a, b) => a.seed - b.seed);
  const first = sorted[0] as RunResult;
  return {
    setting: settingOf(first),
    method,
    dense: isDense(first),
    requested: askedOf(first),
    finished: sorted.filter((run) => run.status === 'finished'),
    failed: sorted.filter((run) => run.status === 'failed'),
  };
}

const isPlainWord = (text: string) => /^[A-Za-z][\w./-]*$/.test(text) && !['true', 'false', 'null'].includes(text);

/** More than these, a budget of a deep network, are told apart by a digest. */
const MOST_OPTIONS = 8;

function valueText(value: unknown): string {
  if (typeof value === 'string') return isPlainWord(value) ? value : JSON.stringify(value);
  if (value && typeof value === 'object' && 'use' in value) {
    const { use, ...options } = value as Spec;
    const text = optionsText(options);
    return text ? `${use}(${text})` : use;
  }
  if (value && typeof value === 'object' && !Array.isArray(value)) {
    const options = Object.keys(value).length;
    return options > MOST_OPTIONS
      ? `(${options} values, ${digestOf(value).slice(0, 6)})`
      : `(${optionsText(value as Record<string, unknown>)})`;
  }
  return canonicalJson(value);
}
