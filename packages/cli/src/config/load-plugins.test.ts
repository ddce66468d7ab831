import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPlugins } from './load-plugins.ts';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'espalier-load-')));
afterAll(() => rmSync(root, { recursive: true }));

function write(files: Readonly<Record<string, string | object>>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
}
const PLUGIN = `export default { name: 'mine', apiVersion: 1, components: [] };`;
const load = (reference: string) => loadPlugins([reference], root);
const refused = (code: string, message: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('loadPlugins', () => {
  it('says where a plugin comes from: its file, a digest, and the version of a package', async () => {
    write({
      'mine.mjs': PLUGIN,
      'node_modules/espalier-plugin-x/package.json': { name: 'espalier-plugin-x', version: '1.2.3', type: 'module', exports: './main.js' },
      'node_modules/espalier-plugin-x/main.js': PLUGIN,
    });
    const [file, other] = await loadPlugins(['./mine.mjs', 'espalier-plugin-x'], root);
    expect(file?.origin).toEqual({ file: path.join(root, 'mine.mjs'), digest: expect.stringMatching(/^[0-9a-f]{12}$/) });
    expect(other?.origin).toEqual({
      file: path.join(root, 'node_modules/espalier-plugin-x/main.js'),
      version: '1.2.3',
      digest: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    const object = { name: 'object', apiVersion: 1, components: [] };
    expect((await loadPlugins([object], root))[0]).toEqual({ plugin: object, origin: { digest: expect.stringMatching(/^source:/) } });
  });

  it('refuses a file without a default export, and says what it exports', async () => {
    write({
      'named.mjs': `export const plugin = {}; export const helper = 1;`,
      'empty.mjs': '',
      'odd.mjs': 'export default { name: "odd" };',
    });
    await expect(load('./named.mjs')).rejects.toEqual(
      refused('E_PLUGIN', /named\.mjs.*exports helper, plugin, but no plugin as default.*definePlugin/),
    );
    await expect(load('./empty.mjs')).rejects.toEqual(refused('E_PLUGIN', /empty\.mjs.*exports nothing/));
    await expect(load('./odd.mjs')).rejects.toEqual(refused('E_PLUGIN', /odd\.mjs.*default export is not a plugin/));
  });

  it('passes on why an import fails, with the file, and the code of an error that is ours', async () => {
    write({
      'throws.mjs': `throw new Error('out of paint');`,
      'needs.mjs': `import 'a-package-that-is-not-there';`,
      'old.mjs': `throw Object.assign(new Error('Plugin "old" was written for apiVersion 0 [E_API_VERSION]'), { code: 'E_API_VERSION' });`,
    });
    await expect(load('./throws.mjs')).rejects.toEqual(refused('E_PLUGIN', /throws\.mjs.*throws\.mjs\): out of paint\. \[E_PLUGIN\]$/));
    await expect(load('./needs.mjs')).rejects.toEqual(refused('E_PLUGIN', /a-package-that-is-not-there/));
    await expect(load('./old.mjs')).rejects.toEqual(refused('E_API_VERSION', /old\.mjs.*apiVersion 0\. \[E_API_VERSION\]$/));
  });

  it('refuses what is not there, and says what is missing', async () => {
    write({
      'folder/package.json': { name: 'folder' },
      'node_modules/espalier-plugin-unbuilt/package.json': { name: 'espalier-plugin-unbuilt', exports: './dist/index.js' },
      'node_modules/espalier-plugin-empty/package.json': { name: 'espalier-plugin-empty' },
    });
    await expect(load('./gone.mjs')).rejects.toEqual(refused('E_PLUGIN', /"\.\/gone\.mjs".*no such file/));
    await expect(load('espalier-plugin-gone')).rejects.toEqual(refused('E_PLUGIN', /"espalier-plugin-gone".*no such package/));
    await expect(load('./folder')).rejects.toEqual(refused('E_PLUGIN', /is a folder/));
    await expect(load('espalier-plugin-unbuilt')).rejects.toEqual(refused('E_PLUGIN', /dist\/index\.js, is not there: build/));
    await expect(load('espalier-plugin-empty')).rejects.toEqual(refused('E_PLUGIN', /no main export/));
  });

  it.each(['@espalier/core', '@tensorflow/tfjs'])(
    'refuses a plugin that gets a copy of %s of its own, before it is imported',
    async (name) => {
      const home = 'node_modules/espalier-plugin-double';
      const copy = `${home}/node_modules/${name}`;
      write({
        [`${home}/package.json`]: { name: 'espalier-plugin-double', version: '1.0.0', type: 'module', exports: './main.js' },
        [`${home}/main.js`]: `import './part.js'; ${PLUGIN}`,
        [`${home}/part.js`]: `import { tf } from '${name}'; throw new Error('imported');`,
        [`${copy}/package.json`]: { name, version: '0.0.1', type: 'module', exports: './index.js' },
        [`${copy}/index.js`]: '',
      });
      const both = new RegExp(`"espalier-plugin-double".*${name}.*${copy}/index\\.js.*where Espalier runs .*peerDependency`);
      await expect(load('espalier-plugin-double')).rejects.toEqual(refused('E_PLUGIN_COPIES', both));
      rmSync(path.join(root, home), { recursive: true });
    },
  );
});
