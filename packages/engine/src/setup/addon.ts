import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { addonCompileFailed, addonLoadFailed, toolMissing } from '../errors.ts';
import { addonFile, noteFile, type TfjsNode } from './find-tfjs-node.ts';
import { runCommand } from './run-command.ts';
import { libraryFile } from './wheel.ts';

/** The compiled addon in the cache, for all clones and projects of this user. */
export const cachedAddon = (folder: string, { version }: TfjsNode): string => join(folder, `tfjs-node-${version}.node`);

export async function requireCompiler(): Promise<void> {
  if ((await runCommand(compiler(), ['--version'])).ok) return;
  throw toolMissing(`a C++ compiler (${compiler()})`, 'build the TensorFlow.js addon');
}

/** Installs the addon into the package: the cached one if it loads, else one newly built against the library in `folder`. */
export async function installAddon(tfjsNode: TfjsNode, folder: string, log: (line: string) => void): Promise<void> {
  const cached = cachedAddon(folder, tfjsNode);
  if (!existsSync(cached) || !(await loads(cached))) {
    await requireCompiler();
    log('Compiling the TensorFlow.js addon ...');
    await replaceFile(cached, (file) => buildAddon(tfjsNode, folder, file));
  }
  await mkdir(dirname(addonFile(tfjsNode.root)), { recursive: true });
  await replaceFile(noteFile(tfjsNode.root), (file) => writeFile(file, `${JSON.stringify({ library: libraryFile(folder) })}\n`));
  await replaceFile(addonFile(tfjsNode.root), (file) => copyFile(cached, file));
}

/** The version of TensorFlow that the installed addon loads. */
export const addonVersion = ({ root }: TfjsNode): Promise<string> => loadAddon(addonFile(root));

/** Whether the installed addon loads. */
export const addonLoads = ({ root }: TfjsNode): Promise<boolean> => loads(addonFile(root));

// --- helpers ---

const compiler = (): string => process.env.CXX || 'c++';

async function buildAddon(tfjsNode: TfjsNode, folder: string, target: string): Promise<void> {
  const nodeHeaders = (createRequire(import.meta.url)('node-api-headers') as { include_dir: string }).include_dir;
  const lib = join(folder, 'lib');
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(tfjsNode.root, 'binding', name));
  const includes = [nodeHeaders, join(folder, 'include'), tfjsNode.root].flatMap((path) => ['-I', path]);
  const libraries = ['-L', lib, '-ltensorflow', '-ltensorflow_framework', '-Xlinker', '-rpath', '-Xlinker', lib];
  const flags = ['-O2', '-shared', '-fPIC', '-std=c++17', '-DNAPI_VERSION=8'];
  const { ok, output } = await runCommand(compiler(), [...flags, ...includes, ...sources, '-o', target, ...libraries]);
  if (!ok) throw addonCompileFailed(output);
  await loadAddon(target);
}

const loads = (file: string): Promise<boolean> =>
  loadAddon(file).then(
    () => true,
    () => false,
  );

/** Loads an addon in a child process: a library that doesn't fit the machine may end the process that loads it. */
async function loadAddon(file: string): Promise<string> {
  const script = 'process.stdout.write(require(process.argv[1]).TF_Version)';
  const env = { ...process.env, NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: '3' };
  const { ok, output } = await runCommand(process.execPath, ['-e', script, file], { env, timeout: 60_000 });
  if (!ok) throw addonLoadFailed(output);
  return output.trim();
}

/** Two processes may write the same file: each makes its own and renames it. Node.js loads addons only from `.node` files. */
async function replaceFile(target: string, write: (file: string) => Promise<void>): Promise<void> {
  const own = `${target}.${process.pid}.node`;
  try {
    await write(own);
    await rename(own, target);
  } finally {
    await rm(own, { force: true });
  }
}
