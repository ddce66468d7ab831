import { EspalierError } from '@espalier/core';

export const allocationNeedsWeights = (allocation: string) =>
  new EspalierError(
    'E_USAGE',
    `Allocation "${allocation}" looks at the values of the weights, and a cost is counted on shapes alone. Give the folder of a finished run as --budget.`,
  );

export const axesMissing = (example: string) =>
  new EspalierError(
    'E_AXIS',
    `Nothing is varied. Name an axis: --axis ${example}, or in a configuration ablation: { axes: { "${example}": "all" } }.`,
  );

export const axisAmbiguous = (axis: string, options: readonly string[]) =>
  new EspalierError('E_AXIS', `Several options take a ${axis}: ${options.join(', ')}. Name one of them.`);

export const axisIsTarget = (unit: string) =>
  new EspalierError(
    'E_AXIS',
    `"${unit}" is not an axis: every point is trained for every target that is given, --sparsity 0.9,0.95, --multiply-adds 0.1 or --bytes 0.1.`,
  );

export const axisNeedsValues = (axis: string, example: string) =>
  new EspalierError(
    'E_AXIS',
    `Axis "${axis}" has no list of values of its own: say which, --axis ${axis}=${example}, or in a configuration { "${axis}": [...] }.`,
  );

export const axisTwice = (first: string, second: string) =>
  new EspalierError(
    'E_AXIS',
    first === second
      ? `Axis "${first}" is given twice. Put its values in one list.`
      : `The axes "${first}" and "${second}" are the same option. Leave one of them out.`,
  );

export const axisUnknown = (axis: string, owner: string, known: readonly string[]) =>
  new EspalierError(
    'E_AXIS',
    `${owner} has no axis "${axis}". Its axes: ${known.join(', ') || 'none'}. Besides these: "pruner" and "training.<option>", with values.`,
  );

export const combinationsRefused = (refused: readonly { readonly at: string; readonly problem: string }[]) =>
  new EspalierError(
    'E_OPTIONS',
    `${refused.length} of the points can't be built, so nothing is trained. ` +
      refused
        .slice(0, 3)
        .map(({ at, problem }) => `${at}: ${sentence(problem.replace(/ \[E_\w+\]$/, ''))} `)
        .join('') +
      (refused.length > 3 ? `And ${refused.length - 3} more. ` : '') +
      'Name the values that go together.',
  );

export const componentBuiltIn = (kind: string, name: string, owner: string) =>
  new EspalierError('E_USAGE', `There is a ${kind} "${name}" already, from ${owner}. Choose another name.`);

export const componentNameInvalid = (name: string) =>
  new EspalierError(
    'E_USAGE',
    `"${name}" is no name for a component: it has to be kebab-case and to start with a letter, as "my-pruner". The package gets "espalier-plugin-" before it.`,
  );

export const configInvalid = (source: string, problems: readonly string[]) =>
  new EspalierError('E_CONFIG', `${source}: ${problems.join('; ')}.`);

export const configEmpty = (source: string) =>
  new EspalierError('E_CONFIG', `${source} holds no configuration. Give it an object: "export default defineConfig({ ... })" in a module.`);

export const configUnreadable = (file: string, cause: unknown) =>
  new EspalierError('E_CONFIG', `${file} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });

export const folderTaken = (folder: string) =>
  new EspalierError(
    'E_USAGE',
    `${folder} holds something already; nothing was written. Choose another name, or another folder with --out.`,
  );

export const identifierTaken = (name: string, identifier: string) =>
  new EspalierError(
    'E_USAGE',
    `"${name}" can't be the name: "${identifier}" means something else in the component's code. Choose another one.`,
  );

export const inputUnknown = (model: string) =>
  new EspalierError(
    'E_USAGE',
    `Model "${model}" doesn't say what data it is known for. Add --input, such as 224x224x3, and --classes, such as 1000.`,
  );

export const noRuns = (folder: string) =>
  new EspalierError('E_NO_RUNS', `There are no results in "${folder}". "espalier compare" makes some, in "runs" or where its --runs says.`);

export const pluginHasNone = (plugins: readonly string[], component: string | undefined, has: readonly string[]) =>
  new EspalierError(
    'E_USAGE',
    component === undefined
      ? `${plugins.join(', ')} has no components to test.`
      : `${plugins.join(', ')} has no component "${component}". It has: ${has.join(', ')}.`,
  );

export const trialInvalid = (problems: readonly string[]) =>
  new EspalierError(
    'E_USAGE',
    `--on: ${problems.join('; ')}. Give what a component is tried on, by its name: "inputShape" and "classes" for a model, "layers" (shapes by name) for an allocation.`,
  );

export const notWritable = (place: string, why: string, cause?: unknown) =>
  new EspalierError('E_USAGE', `Nothing can be written to "${place}": ${sentence(why)} Name another place.`, { cause });

/** What went wrong in a file that is there; with the code of the error behind it, if that is one of ours. */
export const pluginBroken = (name: string, file: string, cause: unknown, code = 'E_PLUGIN') =>
  new EspalierError(
    code,
    `Plugin "${name}" (${file}): ${sentence(reasonOf(cause).replace(` [${code}]`, ''))}`,
    cause instanceof Error ? { cause } : {},
  );

export const pluginChanged = (name: string, planned: string | undefined, found: string | undefined) =>
  new EspalierError(
    'E_PLUGIN_CHANGED',
    `Plugin "${name}" is not what it was when this run was planned: its digest was ${planned ?? 'none'}, now it is ${found ?? 'none'}. Start again, and leave its files alone while runs are under way.`,
  );

export const pluginCopies = (name: string, shared: string, theirs: string, ours: string) =>
  new EspalierError(
    'E_PLUGIN_COPIES',
    `Plugin "${name}" gets a copy of ${shared} of its own, ${theirs}, where Espalier runs ${ours}; two copies don't know each other's tensors. ` +
      (shared === '@espalier/core'
        ? 'Make it a peerDependency of the plugin, and install again. A linked folder with node_modules of its own has the same trouble: install what npm pack makes of it, or run the espalier that is installed there.'
        : 'Take tf from @espalier/core instead, or make it a peerDependency of the plugin with the same version, and install again.'),
  );

export const pluginMissing = (name: string, from: string, problem: string) =>
  new EspalierError(
    'E_PLUGIN',
    `Plugin "${name}" can't be loaded from ${from}: ${sentence(problem)} A path starts with "./"; a package has to be installed.`,
  );

export const runCrashed = (how: string) =>
  new EspalierError('E_RUN_CRASHED', `The process of this run ended ${how}. The next start goes on from its last epoch.`);

export const studyUnknown = (name: string, known: readonly string[]) =>
  new EspalierError(
    'E_STUDY',
    `There is no study "${name}" among the runs. Studies: ${known.map((one) => `"${one}"`).join(', ') || 'none; "espalier ablate" makes one'}.`,
  );

export const swapImpossible = (pruner: string, why: string, advice: string) =>
  new EspalierError('E_SWAP', `"${pruner}" can't take part in a swap: ${why}. ${advice}`);

export const usageInvalid = (problem: string, allowed?: string) =>
  new EspalierError('E_USAGE', `${sentence(problem)}${allowed ? ` ${sentence(allowed)}` : ''}`);

// --- helpers ---

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** On one line, with a full stop. */
const sentence = (text: string): string =>
  text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[^.?!)]$/, '$&.');
