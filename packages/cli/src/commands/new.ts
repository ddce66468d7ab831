import path from 'node:path';
import type { Kind } from '@espalier/core';
import { newPlugin } from '../new-plugin.ts';
import { EXIT, quoted } from '../output.ts';

export interface NewFlags {
  readonly out?: string;
}

/** Makes a package with a component of one's own, and says what comes next. */
export async function newCommand(kind: Kind, name: string, { out = name }: NewFlags): Promise<number> {
  const folder = path.resolve(out);
  const made = newPlugin({ kind, name, out: folder });
  const here = path.relative(process.cwd(), folder);
  const next = [...(here ? [`cd ${quoted(here)}`] : []), 'npm install', 'npm test', 'npm run compare'];
  process.stdout.write(
    `${made.name}${here ? ` in ${here}` : ''}:\n${indented(made.files)}\n\nThe component is src/index.ts. Next:\n${indented(next)}\n`,
  );
  return EXIT.done;
}

// --- helpers ---

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');
