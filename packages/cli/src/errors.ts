import { EspalierError } from '@espalier/core';

export const configInvalid = (source: string, problems: readonly string[]) =>
  new EspalierError('E_CONFIG', `${source}: ${problems.join('; ')}.`);

export const configEmpty = (source: string) =>
  new EspalierError('E_CONFIG', `${source} holds no configuration. Give it an object: "export default defineConfig({ ... })" in a module.`);

export const configUnreadable = (file: string, cause: unknown) =>
  new EspalierError('E_CONFIG', `${file} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });

export const noRuns = (folder: string) =>
  new EspalierError('E_NO_RUNS', `There are no results in "${folder}". "espalier compare" makes some; --runs says where they are kept.`);

export const pluginMissing = (name: string, from: string, cause: unknown) =>
  new EspalierError(
    'E_PLUGIN',
    `Plugin "${name}" can't be loaded from ${from}: ${sentence(cause instanceof Error ? cause.message : String(cause))} ` +
      'A path starts with "./"; a package has to be installed.',
    { cause },
  );

export const runCrashed = (how: string) =>
  new EspalierError('E_RUN_CRASHED', `The process of this run ended ${how}. The next start goes on from its last epoch.`);

export const usageInvalid = (problem: string, allowed?: string) =>
  new EspalierError('E_USAGE', `${sentence(problem)}${allowed ? ` ${sentence(allowed)}` : ''}`);

// --- helpers ---

/** On one line, with a full stop. */
const sentence = (text: string): string =>
  text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[^.?!)]$/, '$&.');
