import type { Plugin } from '../component.ts';
import { digestOf } from './run-id.ts';

/**
 * A digest of what functions say, for code whose files aren't known: a plugin given as an object, or a component that no plugin brings.
 * What such a function calls outside of itself isn't seen.
 */
export const sourceDigest = (functions: readonly unknown[]): string => `source:${digestOf(functions.map(String)).slice(0, 12)}`;

/** That of all factories of a plugin. */
export const pluginSourceDigest = ({ components }: Plugin): string =>
  sourceDigest(components.flatMap(({ kind, definition }) => [kind, definition.name, definition.create]));
