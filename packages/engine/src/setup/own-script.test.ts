import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runOwnScript } from './own-script.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A package like @tensorflow/tfjs-node, with an install script of our own. */
function fakePackage(script: string) {
  const root = mkdtempSync(join(tmpdir(), 'espalier-script-'));
  folders.push(root);
  const preGyp = join(root, 'node_modules', '@mapbox', 'node-pre-gyp');
  for (const folder of [preGyp, join(root, 'scripts')]) mkdirSync(folder, { recursive: true });
  for (const folder of [root, preGyp]) writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(root, 'scripts', 'install.js'), script);
  return { root, version: '4.22.0' };
}

const HALF = `const fs = require('fs'); fs.mkdirSync('deps/lib', { recursive: true }); fs.writeFileSync('deps/lib/libtensorflow.so.2', 'half');`;
const FOREVER = 'setInterval(() => {}, 1000);';

describe('runOwnScript', () => {
  it('is false if the script fails, and removes what it left', async () => {
    const tfjsNode = fakePackage(`${HALF} process.exit(1);`);
    expect(await runOwnScript(tfjsNode)).toBe(false);
    expect(existsSync(join(tfjsNode.root, 'deps'))).toBe(false);
  });

  it('is false if the script ends well but leaves an addon that does not load', async () => {
    const addon = `fs.mkdirSync('lib/napi-v8', { recursive: true }); fs.writeFileSync('lib/napi-v8/tfjs_binding.node', 'no addon');`;
    const tfjsNode = fakePackage(HALF + addon);
    expect(await runOwnScript(tfjsNode)).toBe(false);
    expect(existsSync(join(tfjsNode.root, 'lib'))).toBe(false);
  });

  it('keeps an addon that another process built meanwhile', async () => {
    const note = `fs.mkdirSync('lib/napi-v8', { recursive: true }); fs.writeFileSync('lib/napi-v8/espalier.json', '{ "library": "" }');`;
    const tfjsNode = fakePackage(`${HALF + note} process.exit(1);`);
    expect(await runOwnScript(tfjsNode)).toBe(false);
    expect(existsSync(join(tfjsNode.root, 'lib'))).toBe(true);
  });

  it('gives up early if nothing arrives', async () => {
    expect(await runOwnScript(fakePackage(FOREVER), { reachLimit: 300, totalLimit: 60_000 })).toBe(false);
  }, 10_000);

  it('gives up at the total limit if something arrives and it does not end', async () => {
    const start = performance.now();
    expect(await runOwnScript(fakePackage(HALF + FOREVER), { reachLimit: 500, totalLimit: 1_500 })).toBe(false);
    expect(performance.now() - start).toBeGreaterThan(1_400);
  }, 10_000);
});
