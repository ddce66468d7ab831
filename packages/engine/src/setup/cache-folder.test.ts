import { describe, expect, it } from 'vitest';
import { cacheFolder } from './cache-folder.ts';

const home = '/home/ada';

describe('cacheFolder', () => {
  it.each([
    ['linux', {}, '/home/ada/.cache/espalier'],
    ['darwin', {}, '/home/ada/Library/Caches/espalier'],
    ['linux', { XDG_CACHE_HOME: '/fast' }, '/fast/espalier'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/espalier'],
    ['linux', { XDG_CACHE_HOME: '/fast', ESPALIER_CACHE: '/mine' }, '/mine'],
  ] as const)('on %s with %o is %s', (platform, env, folder) => {
    expect(cacheFolder({ platform, env, home }).replaceAll('\\', '/')).toBe(folder);
  });
});
