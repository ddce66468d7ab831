import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addonLoads, addonVersion, cachedAddon, installAddon } from './addon.ts';
import { addonFile, findTfjsNode, installedLibrary, type TfjsNode } from './find-tfjs-node.ts';
import { libraryFile } from './wheel.ts';

const real = findTfjsNode() ?? { root: 'not installed', version: '' };
const realCompiler = process.env.CXX;

let folder: string;
let library: string;
let tfjsNode: TfjsNode;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-addon-'));
  library = join(folder, 'library');
  mkdirSync(join(library, 'lib'), { recursive: true });
  writeFileSync(libraryFile(library), '');
  tfjsNode = { root: join(folder, 'package'), version: '4.22.0' };
  process.env.CXX = join(folder, 'no-compiler');
});
afterEach(() => {
  if (realCompiler === undefined) delete process.env.CXX;
  else process.env.CXX = realCompiler;
  rmSync(folder, { recursive: true });
});

const install = () => installAddon(tfjsNode, library, () => {});
const code = (value: string) => expect.objectContaining({ code: value });

describe('installAddon', () => {
  it('takes the cached addon without a compiler', async () => {
    copyFileSync(addonFile(real.root), cachedAddon(library, tfjsNode));
    await install();
    expect(installedLibrary(tfjsNode.root)).toBe(libraryFile(library));
    expect(await addonLoads(tfjsNode)).toBe(true);
    expect(readdirSync(join(tfjsNode.root, 'lib', 'napi-v8')).sort()).toEqual(['espalier.json', 'tfjs_binding.node']);
  });

  it('builds anew if the cached addon does not load, for which it needs a compiler', async () => {
    writeFileSync(cachedAddon(library, tfjsNode), 'no addon');
    await expect(install()).rejects.toThrow(code('E_TOOL_MISSING'));
    expect(existsSync(addonFile(tfjsNode.root))).toBe(false);
  });

  it('reports what the compiler says and leaves nothing behind', async () => {
    process.env.CXX = join(folder, 'compiler');
    writeFileSync(process.env.CXX, '#!/bin/sh\n[ "$1" = --version ] || { echo "error: no such header"; exit 1; }\n');
    chmodSync(process.env.CXX, 0o755);
    await expect(install()).rejects.toThrow(code('E_ADDON_COMPILE'));
    await expect(install()).rejects.toThrow('no such header');
    expect(readdirSync(library)).toEqual(['lib']);
  });
});

describe('addonVersion', () => {
  it('is the version of the TensorFlow library', async () => {
    expect(await addonVersion(real)).toMatch(/^2\.\d+\.\d+$/);
  });

  it('tells why an addon does not load', async () => {
    await expect(addonVersion(tfjsNode)).rejects.toThrow(code('E_ADDON_LOAD'));
    await expect(addonVersion(tfjsNode)).rejects.toThrow('Cannot find module');
  });
});
