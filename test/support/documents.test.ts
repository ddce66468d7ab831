import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Block, fileOf, printedBy, shows } from './documents.ts';
import { follow } from './session.ts';

const block = (language: string, code: string, ...marks: string[]): Block => ({ language, code, marks, line: 1 });

describe('shows', () => {
  const printed = 'started\nmine  90.00   88.60  26.6 k\n\n✔ learns (12.5ms)\n3 runs in 1 min 9 s, 0123456789ab\n';

  it.each([
    ['all of it', printed],
    ['lines left out', 'started\n…\n3 runs in 7 s, ba658f9b3040'],
    ['lines left out at both ends', '…\nmine 90.00 90.10 26.6 k\n…'],
    ['nothing left out', '…\nstarted\n…\nmine 90.00 88.60 26.6 k\n✔ learns\n…'],
  ])('takes %s', (_, shown) => {
    expect(shows(printed, shown)).toBe(true);
  });

  it.each([
    ['a missing line', 'started\n✔ learns\n3 runs in 7 s, ba658f9b3040'],
    ['another end', '…\n✔ learns'],
    ['another order', '…\n✔ learns\n…\nstarted\n…'],
    ['another word', '…\nyours 90.00 88.60 26.6 k\n…'],
    ['a decimal that is far off', '…\nmine 90.00 81.20 26.6 k\n…'],
    ['another whole number', '…\n4 runs in 7 s, ba658f9b3040'],
  ])('refuses %s', (_, shown) => {
    expect(shows(printed, shown)).toBe(false);
  });
});

describe('a block', () => {
  it('is the file that it names', () => {
    expect(fileOf(block('ts', '// src/a.ts\nexport {};\n'))).toBe('src/a.ts');
    expect(fileOf(block('json', '{}', 'data.json'))).toBe('data.json');
    expect(fileOf(block('ts', 'export {};\n'))).toBe('line-1.ts');
  });

  it('says what it prints, but for examples', () => {
    expect(printedBy('console.log(1 / 3); // 0.33...\nconsole.log(machine); // such as x64\n')).toEqual(['0.33...']);
  });
});

describe('follow', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-follow-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('types a page, and says what is not as it stands there', async () => {
    const page = [
      block('sh', 'mkdir inside\ncd inside\n'),
      block('ts', '// a.ts\nconst one = 1;\n'),
      block('diff', '--- a.ts\n // a.ts\n-const one = 1;\n+const two = 2;\n'),
      block('sh', 'tail -n 1 a.ts\nfalse\n', 'fails'),
      block('text', 'const two = 2;\n'),
    ];
    expect(await follow(page, folder)).toEqual([]);
    expect(readFileSync(path.join(folder, 'inside/a.ts'), 'utf8')).toBe('// a.ts\nconst two = 2;\n');
    const wrong = await follow([block('sh', 'echo one\n', 'fails'), block('text', 'two\n')], folder);
    expect(wrong).toEqual([expect.stringContaining('ended with 0, not 1'), expect.stringContaining('shows what is not printed')]);
  });
});
