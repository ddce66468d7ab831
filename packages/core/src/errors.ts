import type { FailedHook } from './guard.ts';

/** Every error that Espalier raises on purpose. `code` is stable; the wording is not. */
export class EspalierError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`${message} [${code}]`, options);
    this.name = 'EspalierError';
    this.code = code;
  }
}

const list = (names: readonly string[]): string => (names.length ? names.map((name) => `"${name}"`).join(', ') : 'none');

// --- one function per message, sorted by code ---

export const apiVersion = (plugin: string, given: unknown, supported: number) =>
  new EspalierError(
    'E_API_VERSION',
    `Plugin "${plugin}" was written for apiVersion ${String(given)}, this Espalier speaks ${supported}. Install a matching version of the plugin or of Espalier.`,
  );

export const archiveBroken = (file: string, line: number, problem: string, cause?: unknown) =>
  new EspalierError(
    'E_RESULT',
    `${file}, line ${line}: ${problem}. An archive is not to be edited: make it again from the runs, or take an earlier copy.`,
    { cause },
  );

export const budgetInUnit = (unit: string, problem: string, advice: string) =>
  new EspalierError('E_OPTIONS', `A budget of ${unit} is kept to a single weight, but ${problem}. ${advice}, or give a sparsity instead.`);

export const componentCollision = (kind: string, name: string, first: string, second: string) =>
  new EspalierError(
    'E_COMPONENT_COLLISION',
    `Two components are called ${kind} "${name}": one from ${first}, one from ${second}. Rename one of them or list only one of the plugins.`,
  );

export const componentUnknown = (kind: string, name: string, known: readonly string[]) =>
  new EspalierError(
    'E_COMPONENT_UNKNOWN',
    `There is no ${kind} called "${name}". Known: ${list(known)}. A plugin's components are known once the plugin is listed under "plugins".`,
  );

export const copiedInvalid = (file: string, problem: string, cause?: unknown) =>
  new EspalierError(
    'E_COPIED',
    `${file} is no file of copied results: ${problem}. It holds { format: 1, source, url?, model, data, results: [{ method, sparsity, accuracy, nonzero?, multiplyAdds?, note? }] }.`,
    { cause },
  );

/** The error carries what it names, for the run's result. */
export const hookFailed = (at: FailedHook & { readonly layer?: string; readonly step?: number }, cause: unknown) => {
  const { kind, component, hook, layer, step } = at;
  const where = [layer === undefined ? '' : ` in layer "${layer}"`, step === undefined ? '' : ` in step ${step}`].join('');
  const reason = cause instanceof Error ? cause.message.replace(/ \[E_\w+\]$/, '') : String(cause);
  return Object.assign(new EspalierError('E_HOOK', `${kind} "${component}": ${hook} failed${where}: ${reason}`, { cause }), at);
};

export const notFinite = (what: string, where: string | undefined) =>
  new EspalierError(
    'E_NOT_FINITE',
    `${what}${where ? `: ${where}` : ''}. ${where ? 'Look there first; else lower' : 'Lower'} the learning rate or lengthen the warm-up.`,
  );

export const notationUnreadable = (text: string, problem: string) =>
  new EspalierError(
    'E_NOTATION',
    `"${text}" can't be read: ${problem}. Options are written name(option=value, ...), as in str(g=arctan, estimator=leaky(alpha=0.5)).`,
  );

export const nothingToPrune = (model: string, names: readonly string[]) =>
  new EspalierError(
    'E_NOTHING_TO_PRUNE',
    `No kernel of model "${model}" is left to prune. Its kernels: ${list(names)}. Look at include, exclude, firstLayer and lastLayer.`,
  );

export const optionsInvalid = (of: string, problems: readonly string[], allowed: readonly string[]) =>
  new EspalierError(
    'E_OPTIONS',
    `${of}: ${problems.join('; ')}. ${allowed.length ? `Options: ${allowed.join(', ')}.` : 'It has no options.'}`,
  );

export const sparsityNeeded = (source: string) =>
  new EspalierError(
    'E_OPTIONS',
    `threshold-source "${source}" can't run free: give a sparsity in [0, 1), or a budget of multiplyAdds or bytes, instead of sparsity: null.`,
  );

export const patternMatchesNothing = (option: string, pattern: string, names: readonly string[]) =>
  new EspalierError('E_PATTERN', `${option}: "${pattern}" matches no kernel. Kernels: ${list(names)}. "*" stands for any characters.`);

export const pluginForeign = (plugin: string) =>
  new EspalierError(
    'E_PLUGIN_COPIES',
    `Plugin "${plugin}" was made with another copy of @espalier/core than the one that runs, and two copies don't know each other's components and tensors. Make @espalier/core a peerDependency of the plugin, don't bundle it, and install again.`,
  );

export const pluginInvalid = (plugin: string, problem: string) =>
  new EspalierError(
    'E_PLUGIN',
    `Plugin "${plugin}": ${problem}. A plugin's default export is definePlugin({ name, apiVersion, components }).`,
  );

export const pluginNameTwice = (first: string, second: string) =>
  new EspalierError(
    'E_COMPONENT_COLLISION',
    `Two plugins have the same name: ${first} and ${second}. Rename one of them or list only one.`,
  );

export const regularizedTwice = (group: string, given: string, advice: string) =>
  new EspalierError('E_OPTIONS', `training: "regularizers.${group}" takes the place of a coefficient, but ${given} too. ${advice}`);

export const targetImpossible = (asked: string, least: string, smallest?: number, cause?: unknown) =>
  new EspalierError(
    'E_TARGET',
    `${asked}, but ${least}. ${smallest === undefined ? 'Give more' : `Give more than ${Number(smallest.toPrecision(3))}`}.`,
    { cause },
  );
/** Of a component's member, before anything is made of it. */
export const resultRefused = ({ kind, component, hook }: FailedHook, [expected, came]: readonly [string, string]) =>
  new EspalierError('E_RETURNED', `Expected ${expected}, from ${hook} of ${kind} "${component}"; came ${came}.`);

export const resultUnreadable = (file: string, problem: string, cause?: unknown) =>
  new EspalierError('E_RESULT', `${file} is not a result of Espalier: ${problem}. Delete the run's folder to have it trained again.`, {
    cause,
  });

export const shapeMismatch = (what: string, given: readonly number[], expected: readonly number[]) =>
  new EspalierError('E_SHAPE', `${what} has shape [${given.join(', ')}], but must have [${expected.join(', ')}].`);

export const tooFewExamples = (examples: number, batchSize: number) =>
  new EspalierError(
    'E_TOO_FEW_EXAMPLES',
    `There are ${examples} training examples, fewer than one batch of ${batchSize}. Lower training.batchSize.`,
  );
