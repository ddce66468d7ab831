import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { digestOfFiles, moduleFiles } from './module-files.ts';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'espalier-files-')));
afterAll(() => rmSync(root, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }
}
const filesOf = (file: string) => moduleFiles(path.join(root, file)).map((one) => path.relative(root, one));

describe('moduleFiles', () => {
  it('follows relative paths from file to file, whatever the syntax, and stops at packages', () => {
    write({
      'a/main.ts': `import { b } from './b.ts';
        import type { C } from "../c.js";
        export * from './lib';
        const d = await import('./d.mjs');
        const e = require(\`./e\`);
        const table = new URL('./table.csv', import.meta.url);
        import * as z from 'zod';`,
      'a/b.ts': `import './b2.ts';`,
      'a/b2.ts': `import './b.ts'; // a circle`,
      'c.ts': '',
      'a/lib/index.ts': '',
      'a/d.mjs': '',
      'a/e.cjs': '',
      'a/table.csv': `from './unrelated.ts'`,
      'a/unrelated.ts': '',
    });
    expect(filesOf('a/main.ts')).toEqual(['a/b.ts', 'a/b2.ts', 'a/d.mjs', 'a/e.cjs', 'a/lib/index.ts', 'a/main.ts', 'a/table.csv', 'c.ts']);
  });

  it('passes over paths that lead nowhere', () => {
    write({ 'b/main.ts': `import './missing.ts'; console.log('./no-file', '../nor-this');` });
    expect(filesOf('b/main.ts')).toEqual(['b/main.ts']);
  });
});

describe('digestOfFiles', () => {
  const digest = (folder: string, ...more: string[]) =>
    digestOfFiles(moduleFiles(path.join(root, folder, 'main.ts')), path.join(root, folder), ...more);

  it('changes with any of the files, and with what is said besides', () => {
    write({ 'c/main.ts': `import './part.ts';`, 'c/part.ts': 'export const k = 1;', 'c/other.ts': '' });
    const before = digest('c');
    expect(before).toMatch(/^[0-9a-f]{12}$/);
    write({ 'c/other.ts': 'unused' });
    expect(digest('c')).toBe(before);
    expect(digest('c', 'espalier-plugin-x', '1.0.1')).not.toBe(digest('c', 'espalier-plugin-x', '1.0.0'));
    write({ 'c/part.ts': 'export const k = 2;' });
    expect(digest('c')).not.toBe(before);
  });

  it('is the same in another folder', () => {
    for (const folder of ['d', 'e/f']) write({ [`${folder}/main.ts`]: `import './part.ts';`, [`${folder}/part.ts`]: '' });
    expect(digest('d')).toBe(digest('e/f'));
  });
});
