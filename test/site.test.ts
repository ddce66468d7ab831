import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { deadLinks } from '../site/src/dead-links.ts';
import { fenceFormulas } from '../site/src/formulas.ts';
import { listPages } from '../site/src/pages.ts';
import { filesIn, SIDEBAR } from '../site/src/sidebar.ts';

/** The site of the documentation, as far as that shows without building it; `pnpm docs:build` does that. */

describe('the navigation', () => {
  it('has every page once, and no other', () => {
    const written = filesIn(SIDEBAR).filter((file) => !file.startsWith('site/generated/'));
    expect([...written, 'README.md'].sort()).toEqual([...listPages()].sort());
  });
});

describe('deadLinks', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-site-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const page = (name: string, html: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), html);
  };

  it('finds pages, places and pictures that are missing, and follows no link to the web', () => {
    page('index.html', '<a href="/guide/a.html#there">a</a><a href="https://example.org/nowhere">web</a><img src="/no.png">');
    page('guide/a.html', '<h2 id="there">A</h2><a href="../index.html">up</a><a href="#here">here</a><a href="/gone.html">gone</a>');
    expect(deadLinks(folder).sort()).toEqual(['guide/a.html: #here', 'guide/a.html: /gone.html', 'index.html: /no.png']);
  });
});

describe('fenceFormulas', () => {
  it('has one equation a line, and leaves lists with labels as they are', () => {
    expect(fenceFormulas('Soft.\n\n  g = k        dg = 0        at 0\n\nText.')).toBe(
      'Soft.\n\n```text\ng = k\ndg = 0\nat 0\n```\n\nText.',
    );
    expect(fenceFormulas('  step      base·factor\n  none      base')).toBe('```text\nstep      base·factor\nnone      base\n```');
  });
});
