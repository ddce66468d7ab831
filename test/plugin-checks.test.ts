import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../packages/core/src/testing/faults/index.ts';
import { type Found, INJECTED, renderPage } from './support/plugin-faults.ts';
import { WORKSPACE } from './support/project.ts';

/** The kit for plugin authors is tested itself: with components that are broken on purpose. */

const found: Found[] = [];

describe('the check that is meant for it finds', () => {
  it.each(INJECTED.map((injected) => [`${injected.kind} that ${injected.fault}`, injected] as const))('a %s', async (_, { find }) => {
    const one = await find();
    expect(one.hint).not.toBe('');
    found.push(one);
  });
});

it('says of every check what to look for if it fails', () => {
  const checks = Object.values(FAULTS).flatMap((faults) => faults.flatMap((fault) => fault.checks()));
  expect([...new Set(checks.filter(({ hint }) => hint === '').map(({ name }) => name))]).toEqual([]);
});

it('is what docs/plugin-checks.md shows: `npx -y pnpm@12 faults` writes it anew', () => {
  expect(readFileSync(path.join(WORKSPACE, 'docs/plugin-checks.md'), 'utf8')).toBe(renderPage(found));
});
