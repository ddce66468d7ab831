import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { prepareNative } from './prepare.ts';

describe('prepareNative', () => {
  it('has nothing to do where the root postinstall ran, and takes no time for it', async () => {
    const start = performance.now();
    const { status, library } = await prepareNative();
    expect(performance.now() - start).toBeLessThan(50);
    expect(status).toBe('ready');
    expect(existsSync(library ?? '')).toBe(true);
  });

  it('can load the library to be sure', async () => {
    expect(await prepareNative({ verify: true })).toEqual(await prepareNative());
  });
});
