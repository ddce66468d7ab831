import path from 'node:path';
import { deadLinks } from './dead-links.ts';
import { WORKSPACE } from './workspace.ts';

/** Ends with 1 if a page of the built site links to something that isn't there. */
const dead = deadLinks(path.join(WORKSPACE, 'site/dist'));
if (dead.length) {
  console.error(`Dead links:\n${dead.map((one) => `  ${one}`).join('\n')}`);
  process.exitCode = 1;
}
