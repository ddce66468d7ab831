import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { installedPlugins } from './installed-plugins.ts';

const root = mkdtempSync(path.join(tmpdir(), 'espalier-installed-'));
afterAll(() => rmSync(root, { recursive: true }));

function install(folder: string, name: string, content: object | string): void {
  const at = path.join(root, folder, 'node_modules', name);
  mkdirSync(at, { recursive: true });
  writeFileSync(
    path.join(at, 'package.json'),
    typeof content === 'string' ? content : JSON.stringify({ name, version: '1.0.0', ...content }),
  );
  writeFileSync(path.join(at, 'index.js'), 'throw new Error("imported");');
}

describe('installedPlugins', () => {
  it('finds packages by their keyword, scoped ones and those further up too, and takes the nearer of two', () => {
    install('.', 'espalier-plugin-far', { keywords: ['espalier-plugin'] });
    install('.', '@acme/scores', { keywords: ['pruning', 'espalier-plugin'], description: 'Scores' });
    install('.', 'zod', { keywords: ['schema'] });
    install('.', 'broken', '{');
    install('inner', 'espalier-plugin-far', { version: '2.0.0', keywords: ['espalier-plugin'] });
    expect(installedPlugins(path.join(root, 'inner'))).toEqual([
      { name: '@acme/scores', version: '1.0.0', description: 'Scores' },
      { name: 'espalier-plugin-far', version: '2.0.0' },
    ]);
    expect(installedPlugins(root).map(({ version }) => version)).toEqual(['1.0.0', '1.0.0']);
  });

  it("passes over a package manager's own folders", () => {
    install('empty', '.cache', { name: 'espalier-plugin-cached', keywords: ['espalier-plugin'] });
    expect(installedPlugins(path.join(root, 'empty')).map(({ name }) => name)).not.toContain('espalier-plugin-cached');
  });
});
