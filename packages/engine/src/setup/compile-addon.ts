import { createRequire } from 'node:module';
import { join } from 'node:path';
import { addonCompileFailed, addonLoadFailed, toolMissing } from '../errors.ts';
import { runCommand } from './run-command.ts';

/** An addon for Node.js, to be compiled against the TensorFlow library in `folder`. */
export interface AddonPlan {
  readonly sources: readonly string[];
  readonly flags: readonly string[];
  /** Folders of headers beside those of Node.js and of the library. */
  readonly includes?: readonly string[];
  readonly folder: string;
}

export async function requireCompiler(): Promise<void> {
  if ((await runCommand(compiler(), ['--version'])).ok) return;
  throw toolMissing(`a C++ compiler (${compiler()})`, 'build the TensorFlow.js addon');
}

/** Throws `E_ADDON_COMPILE` with what the compiler says. */
export async function compileAddon({ sources, flags, includes = [], folder }: AddonPlan, target: string): Promise<void> {
  const nodeHeaders = (createRequire(import.meta.url)('node-api-headers') as { include_dir: string }).include_dir;
  const lib = join(folder, 'lib');
  const headers = [nodeHeaders, join(folder, 'include'), ...includes].flatMap((path) => ['-I', path]);
  const libraries = ['-L', lib, '-ltensorflow', '-ltensorflow_framework', '-Xlinker', '-rpath', '-Xlinker', lib];
  const kind = ['-shared', '-fPIC', '-std=c++17', '-DNAPI_VERSION=8'];
  const { ok, output } = await runCommand(compiler(), [...kind, ...flags, ...headers, ...sources, '-o', target, ...libraries]);
  if (!ok) throw addonCompileFailed(output);
}

/**
 * Loads addons in a child process, since a library that doesn't fit the machine may end the process that loads it. Returns the first one's
 * `TF_Version`; throws `E_ADDON_LOAD`.
 */
export async function loadAddons(...files: readonly string[]): Promise<string> {
  const script = 'process.stdout.write(String(process.argv.slice(1).map((file) => require(file).TF_Version)[0]))';
  const env = { ...process.env, NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: '3' };
  const { ok, output } = await runCommand(process.execPath, ['-e', script, ...files], { env, timeout: 60_000 });
  if (!ok) throw addonLoadFailed(output);
  return output.trim();
}

export const addonsLoad = (...files: readonly string[]): Promise<boolean> =>
  loadAddons(...files).then(
    () => true,
    () => false,
  );

// --- helpers ---

const compiler = (): string => process.env.CXX || 'c++';
