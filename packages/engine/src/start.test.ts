import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addonFile, findTfjsNode, noteFile } from './setup/find-tfjs-node.ts';
import { operationsAddon } from './setup/operations-addon.ts';
import { libraryFile } from './setup/wheel.ts';
import { startEngine } from './start.ts';

const code = (value: string) => expect.objectContaining({ code: value });
const tfjsNode = findTfjsNode()?.root ?? 'not installed';
const tsx = createRequire(import.meta.url).resolve('tsx');
const modules = join(import.meta.dirname, '..', 'node_modules');

/** Runs a script in a process of its own, in `folder`, with `startEngine` of the sources in `sources`. */
function inChild(script: string, { sources = import.meta.dirname, folder = scratch } = {}) {
  const file = join(mkdtempSync(join(scratch, 'script-')), 'script.mts');
  writeFileSync(file, `import { startEngine } from '${join(sources, 'start.ts')}';\n${script}`);
  const args = ['--import', tsx, file];
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_PATH: '' } });
}

let scratch: string;
beforeAll(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'espalier-start-')));
});
afterAll(() => rmSync(scratch, { recursive: true }));

describe('startEngine with the native library', () => {
  it('starts once and gives the same engine to calls that agree with it', async () => {
    const engine = await startEngine({ threads: 1 });
    expect(engine).toMatchObject({ name: 'tfjs-node', threads: 1, version: expect.stringMatching(/^2\./) });
    expect(tf.getBackend()).toBe('tensorflow');
    expect(await startEngine()).toBe(engine);
    expect(await startEngine({ engine: 'native', threads: 1 })).toBe(engine);
  });

  it('refuses another engine or another number of threads', async () => {
    await expect(startEngine({ engine: 'wasm' })).rejects.toThrow(code('E_ENGINE_STARTED'));
    await expect(startEngine({ threads: 2 })).rejects.toThrow(code('E_ENGINE_STARTED'));
  });

  it.each([0, 1.5, Number.NaN])('refuses %d threads', async (threads) => {
    await expect(startEngine({ threads })).rejects.toThrow(code('E_THREADS'));
  });

  it('is silent, also where a tensor was made before', () => {
    const script = `
      import * as tf from '@tensorflow/tfjs';
      const engine = await startEngine({ threads: 2 });
      tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).dataSync();
      console.log(engine.threads, process.env.TF_NUM_INTRAOP_THREADS);`;
    const { stdout, stderr } = inChild(script.replace("'@tensorflow/tfjs'", `'${join(modules, '@tensorflow/tfjs/dist/tf.node.js')}'`));
    expect([stdout, stderr]).toEqual(['2 2\n', '']);
  });

  it('refuses a TensorFlow that was loaded before it', () => {
    const script = `
      import { createRequire } from 'node:module';
      createRequire(import.meta.url)('${tfjsNode}');
      await startEngine().catch((error) => console.log(error.code));`;
    expect(inChild(script).stdout).toBe('E_ENGINE_STARTED\n');
  });
});

describe('startEngine without tfjs-node, as after an install that dropped it', () => {
  let sources: string;
  beforeAll(() => {
    sources = join(scratch, 'without', 'src');
    cpSync(import.meta.dirname, sources, { recursive: true });
    cpSync(join(import.meta.dirname, '..', 'native'), join(scratch, 'without', 'native'), { recursive: true });
    writeFileSync(join(scratch, 'without', 'package.json'), '{ "type": "module" }');
    mkdirSync(join(scratch, 'without', 'node_modules', '@tensorflow'), { recursive: true });
    for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', 'node-api-headers']) {
      symlinkSync(realpathSync(join(modules, name)), join(scratch, 'without', 'node_modules', name));
    }
  });

  it('takes WebAssembly and says so in one line with the commands to install it', () => {
    const { stdout, stderr } = inChild('console.log((await startEngine()).name);', { sources });
    expect(stdout).toBe('wasm\n');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0 && npx espalier doctor --prepare');
  });

  it('fails if the native engine was asked for', () => {
    const script = `await startEngine({ engine: 'native' }).catch((error) => console.log(error.code));`;
    expect(inChild(script, { sources }).stdout).toBe('E_NATIVE_MISSING\n');
  });

  it('finds tfjs-node in the project of the current folder', () => {
    const folder = join(scratch, 'project');
    mkdirSync(join(folder, 'node_modules', '@tensorflow'), { recursive: true });
    symlinkSync(tfjsNode, join(folder, 'node_modules', '@tensorflow', 'tfjs-node'));
    const { stdout, stderr } = inChild('console.log((await startEngine()).name);', { sources, folder });
    expect([stdout, stderr]).toEqual(['tfjs-node\n', '']);
  });

  it('starts without our own operations if they do not load, and tells why', () => {
    const folder = join(scratch, 'spoilt');
    const root = join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
    const library = libraryFile(join(folder, 'cache'));
    for (const part of [join(root, 'lib', 'napi-v8'), dirname(library)]) mkdirSync(part, { recursive: true });
    cpSync(join(tfjsNode, 'package.json'), join(root, 'package.json'));
    symlinkSync(join(tfjsNode, 'dist'), join(root, 'dist'));
    for (const file of [library, addonFile(root), operationsAddon(join(folder, 'cache'))]) writeFileSync(file, 'nothing');
    writeFileSync(noteFile(root), JSON.stringify({ library }));
    const { stdout, stderr } = inChild('console.log((await startEngine()).name);', { sources, folder });
    expect(stdout).toBe('tfjs-node\n');
    expect(stderr).toContain("Native operations can't be loaded");
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('takes WebAssembly if the library does not load, and tells why', () => {
    const folder = join(scratch, 'broken');
    const root = join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
    for (const part of ['lib/napi-v8', 'deps/lib']) mkdirSync(join(root, part), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{ "version": "4.22.0", "main": "index.js" }');
    writeFileSync(join(root, 'index.js'), "require('./lib/napi-v8/tfjs_binding.node')");
    for (const file of ['lib/napi-v8/tfjs_binding.node', 'deps/lib/libtensorflow.so.2']) writeFileSync(join(root, file), 'nothing');
    const { stdout, stderr } = inChild('console.log((await startEngine()).name);', { sources, folder });
    expect(stdout).toBe('wasm\n');
    expect(stderr).toContain("can't be loaded");
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
