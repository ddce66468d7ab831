/** Writes docs/plugin-checks.md: what the checks say of every fault they are tested with. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Found, INJECTED, renderPage } from './plugin-faults.ts';
import { WORKSPACE } from './project.ts';

const found: Found[] = [];
for (const { find } of INJECTED) {
  const one = await find();
  found.push(one);
  console.log(`${one.kind} that ${one.fault}\n  ${one.check}\n  ${one.message}\n`);
}
writeFileSync(path.join(WORKSPACE, 'docs/plugin-checks.md'), renderPage(found));
