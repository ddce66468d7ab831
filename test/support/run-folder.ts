import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder for what test files share, from one run of the tests to the next. */
    runFolder: string;
  }
}

/** Makes that folder, and removes it: what Vitest calls before and after all tests. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-tests-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  project.provide('runFolder', path.join(folder, 'run'));
  project.onTestsRerun(remove);
  return remove;
}
