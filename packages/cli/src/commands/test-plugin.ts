import { type Plugin, problemText, type Spec, tf } from '@espalier/core';
import { type CheckedComponent, pluginChecks, type Trial } from '@espalier/core/testing';
import { startEngine } from '@espalier/engine';
import pc from 'picocolors';
import * as z from 'zod';
import { type LoadedPlugin, loadPlugins } from '../config/load-plugins.ts';
import { builtInPlugins } from '../container.ts';
import { pluginHasNone, trialInvalid } from '../errors.ts';
import { count, EXIT } from '../output.ts';

export interface TestPluginFlags {
  readonly component?: readonly string[];
  /** What components are made with. */
  readonly options?: readonly Spec[];
  /** What components are tried on. */
  readonly on?: readonly Spec[];
  readonly engine: 'cpu' | 'native' | 'wasm';
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** What one check came to. */
interface Outcome {
  readonly kind: string;
  readonly component: string;
  readonly check: string;
  /** What was expected and what came; absent if it passed. */
  readonly problem?: string;
  /** What to look for then. */
  readonly hint?: string;
}

/** Runs the contract of its kind on every component of the plugins that are named. Returns the exit code: 1 if a check fails. */
export async function testPluginCommand(
  references: readonly string[],
  { component = [], options = [], on = [], engine, verbose = false, json = false }: TestPluginFlags,
): Promise<number> {
  tf.enableProdMode(); // or TensorFlow.js advertises tfjs-node here
  const loaded = await Promise.all(references.map((reference) => pluginOf(reference)));
  const given = byName(options);
  const trials = checkTrials(byName(on));
  const names = loaded.flatMap(({ components }) => components.map(({ definition }) => definition.name));
  const unknown = [...component, ...Object.keys(given), ...Object.keys(trials)].find((name) => !names.includes(name));
  if (unknown !== undefined || !names.length) throw pluginHasNone(references, unknown, names);

  const started = engine === 'cpu' ? undefined : await startEngine({ engine, threads: 1 });
  const shared = { given, on: trials, plugins: [...builtInPlugins, ...loaded], ...(started ? { engine: started } : {}) };
  const all = loaded.flatMap((plugin) => pluginChecks(plugin, shared));
  const chosen = component.length ? all.filter(({ name }) => component.includes(name)) : all;
  const outcomes: Outcome[] = [];
  for (const one of chosen) {
    const own = await tried(one);
    outcomes.push(...own);
    if (!json) process.stdout.write(lines(one, own, verbose));
  }
  const failed = outcomes.filter(({ problem }) => problem !== undefined).length;
  if (json) process.stdout.write(`${JSON.stringify({ passed: outcomes.length - failed, failed, checks: outcomes }, null, 2)}\n`);
  else process.stdout.write(`\n${conclusion(chosen.length, outcomes.length, failed)}\n`);
  return failed ? EXIT.runFailed : EXIT.done;
}

// --- helpers ---

const pluginOf = async (reference: string): Promise<Plugin> =>
  builtInPlugins.find(({ name }) => name === reference) ?? ((await loadPlugins([reference], process.cwd()))[0] as LoadedPlugin).plugin;

const trialsSchema = z.record(
  z.string(),
  z.strictObject({
    inputShape: z.array(z.int().positive()).min(1).optional(),
    classes: z.int().positive().optional(),
    layers: z.record(z.string(), z.array(z.int().positive()).min(1)).optional(),
  }),
);

const byName = (components: readonly Spec[]) => Object.fromEntries(components.map(({ use, ...more }) => [use, more]));

/** Throws `E_USAGE` for what is no trial. */
function checkTrials(given: unknown): Readonly<Record<string, Trial>> {
  const { success, data, error } = trialsSchema.safeParse(given, { error: problemText });
  if (!success) throw trialInvalid(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  return data as Readonly<Record<string, Trial>>;
}

async function tried({ kind, name: component, checks }: CheckedComponent): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name: check, hint, run } of checks) {
    const problem = await run().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    outcomes.push({ kind, component, check, ...(problem === undefined ? {} : { problem, hint }) });
  }
  return outcomes;
}

/** What failed, with its reason; with `verbose` what passed too. */
function lines({ kind, name }: CheckedComponent, outcomes: readonly Outcome[], verbose: boolean): string {
  const passed = outcomes.filter(({ problem }) => problem === undefined).length;
  const mark = passed === outcomes.length ? pc.green('✓') : pc.red('✗');
  const details = outcomes.flatMap(({ check, problem, hint }) => {
    if (problem !== undefined) return [`    ${pc.red('✗')} ${check}`, `      ${problem}`, `      ${pc.dim(`Hint: ${hint}`)}`];
    return verbose ? [`    ${pc.green('✓')} ${check}`] : [];
  });
  return `${[`${mark} ${kind} ${pc.bold(name)}  ${passed} of ${outcomes.length}`, ...details].join('\n')}\n`;
}

const conclusion = (components: number, checks: number, failed: number): string =>
  failed
    ? pc.red(`${count(failed, 'check')} of ${checks} failed.`)
    : `${count(components, 'component')} passed ${components === 1 ? 'its' : 'their'} ${count(checks, 'check')}.`;
