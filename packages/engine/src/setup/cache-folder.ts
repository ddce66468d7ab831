import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface CachePlace {
  env?: Readonly<Record<string, string | undefined>>;
  platform?: NodeJS.Platform;
  home?: string;
}

/** Where the library is kept, once per user: `ESPALIER_CACHE`, else `espalier` in the platform's cache folder. */
export function cacheFolder({ env = process.env, platform = process.platform, home = homedir() }: CachePlace = {}): string {
  if (env.ESPALIER_CACHE) return resolve(env.ESPALIER_CACHE);
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'espalier');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'espalier');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'espalier');
  return join(home, '.cache', 'espalier');
}
