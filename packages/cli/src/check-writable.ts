import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { notWritable } from './errors.ts';

/**
 * Throws `E_USAGE` if nothing can be written into a folder, or as a file, whether it is there already or not. Asked before the work whose
 * outcome goes there; makes nothing.
 */
export function checkWritable(what: 'folder' | 'file', place: string): void {
  const target = path.resolve(place);
  const there = nearest(target);
  const needed = what === 'file' && there === target ? 'file' : 'folder';
  const found = statSync(there).isDirectory() ? 'folder' : 'file';
  if (found !== needed) throw notWritable(place, `${there === target ? 'it' : `"${path.relative('', there)}"`} is a ${found}`);
  try {
    accessSync(there, constants.W_OK);
  } catch (cause) {
    throw notWritable(place, (cause as Error).message, cause);
  }
}

// --- helpers ---

/** The path, or what there is above it. */
const nearest = (target: string): string => (existsSync(target) ? target : nearest(path.dirname(target)));
