import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCopiedResults } from './copied-results.ts';
import { temporaryFolders } from './test-helpers.ts';

const newFolder = temporaryFolders();
const str = { method: 'STR', sparsity: 0.9023, accuracy: 0.7431, nonzero: 2_490_000, multiplyAdds: 343e6 };
const good = {
  format: 1,
  source: 'STR, README',
  url: 'https://github.com/RAIVNLab/STR',
  model: 'resnet50',
  data: 'imagenet',
  results: [str],
};

const written = (content: unknown): string => {
  const file = path.join(newFolder(), 'copied.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
};
const refused = (content: unknown, what: RegExp) => {
  const file = written(content);
  expect(() => readCopiedResults(file)).toThrow(expect.objectContaining({ code: 'E_COPIED', message: expect.stringMatching(what) }));
  expect(() => readCopiedResults(file)).toThrow(file);
};

describe('readCopiedResults', () => {
  it('reads what others published, with its source', () => {
    expect(readCopiedResults(written(good))).toEqual(good);
    expect(readCopiedResults(written(`\uFEFF${JSON.stringify(good)}`))).toEqual(good);
  });

  it('does without what was not published', () => {
    const { nonzero: _, multiplyAdds: __, ...least } = str;
    expect(readCopiedResults(written({ ...good, results: [least] })).results).toEqual([least]);
  });

  it('refuses percents, unknown fields and what is missing, naming the field', () => {
    refused({ ...good, results: [str, { ...str, accuracy: 74.31 }] }, /"results\.1\.accuracy": must be a fraction/);
    refused({ ...good, results: [{ ...str, flops: 1 }] }, /"results\.0": .*flops/);
    refused({ ...good, source: undefined }, /"source"/);
    refused({ ...good, results: [] }, /"results": must have an entry/);
    refused({ ...good, format: 2 }, /"format"/);
  });

  it('refuses a file that is missing or no JSON', () => {
    refused('{', /not JSON/);
    const missing = path.join(newFolder(), 'missing.json');
    expect(() => readCopiedResults(missing)).toThrow(expect.objectContaining({ code: 'E_COPIED' }));
  });
});
