import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addonFile, findTfjsNode, installedLibrary, noteFile } from './find-tfjs-node.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'espalier-find-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(file: string, content = ''): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

describe('findTfjsNode', () => {
  it('finds the one of this package', () => {
    expect(findTfjsNode()?.version).toBe('4.22.0');
  });

  it('takes the first place that has one', () => {
    const root = join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
    put(join(root, 'package.json'), '{ "version": "4.22.0" }');
    expect(findTfjsNode([join(folder, 'package.json'), import.meta.url])).toEqual({ root, version: '4.22.0' });
    expect(findTfjsNode([])).toBeUndefined();
  });
});

describe('installedLibrary', () => {
  it('is undefined without the addon, even if a library lies there', () => {
    put(join(folder, 'deps', 'lib', 'libtensorflow.so.2'));
    expect(installedLibrary(folder)).toBeUndefined();
  });

  it("is the library of the package's own script", () => {
    put(addonFile(folder));
    expect(installedLibrary(folder)).toBeUndefined();
    const library = put(join(folder, 'deps', 'lib', 'libtensorflow.so.2'));
    expect(installedLibrary(folder)).toBe(library);
  });

  it('is the library that the note beside the addon names, as long as it exists', () => {
    put(addonFile(folder));
    const library = put(join(folder, 'cache', 'libtensorflow_cc.so.2'));
    put(noteFile(folder), JSON.stringify({ library }));
    expect(installedLibrary(folder)).toBe(library);
    rmSync(library);
    expect(installedLibrary(folder)).toBeUndefined();
  });
});
