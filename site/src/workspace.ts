import { fileURLToPath } from 'node:url';

export const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url));
/** What the build makes before VitePress reads it, from the root of the workspace. Not committed. */
export const GENERATED = 'site/generated';
