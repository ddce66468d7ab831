import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EspalierError } from './errors.ts';
import { readComponent, readComponents, readValue, readValues, type WrittenValue } from './notation.ts';

const problemOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof EspalierError && error.code === 'E_NOTATION') return error.message;
    throw error;
  }
  return 'none';
};

describe('a component as text', () => {
  it.each([
    ['gmp', { use: 'gmp' }],
    [' gmp ', { use: 'gmp' }],
    ['cubic()', { use: 'cubic' }],
    ['gmp(allocation=erk)', { use: 'gmp', allocation: 'erk' }],
    ['gmp (allocation=erk, every = 50)', { use: 'gmp', allocation: 'erk', every: 50 }],
    ['str(g=arctan, estimator=leaky(alpha=0.5))', { use: 'str', g: 'arctan', estimator: { use: 'leaky', alpha: 0.5 } }],
    ['a(b=c(d=e(f=-1.5e-3)), g=true)', { use: 'a', b: { use: 'c', d: { use: 'e', f: -0.0015 } }, g: true }],
    ['from-file(budget=../some/budget.csv)', { use: 'from-file', budget: '../some/budget.csv' }],
    ['image-folder(folder="my images, (small)")', { use: 'image-folder', folder: 'my images, (small)' }],
    ['x(a=\'it\', b="2", c=2, d=null, e=False)', { use: 'x', a: 'it', b: '2', c: 2, d: null, e: false }],
    ['mlp(units=[300, 100], none=[])', { use: 'mlp', units: [300, 100], none: [] }],
    ['from-run(run=(conv1=0.5, fc=0.9))', { use: 'from-run', run: { conv1: 0.5, fc: 0.9 } }],
  ])('%s', (text, spec) => {
    expect(readComponent(text)).toEqual(spec);
  });

  it.each([
    ['gmp(allocation=erk', '"," or ")" is missing at the end'],
    ['gmp(allocation)', '"=" and a value are missing after option "allocation" before ")"'],
    ['gmp(allocation=)', 'a value is missing before ")"'],
    ['gmp(allocation=erk,)', 'an option is missing before ")"'],
    ['gmp(allocation=erk every=5)', '"," or ")" is missing before "every=5)"'],
    ['gmp(every=5, every=6)', 'option "every" is given twice'],
    ['gmp(allocation=erk))', 'a comma is missing before ")"'],
    ['gmp(use=str)', '"use" is no option'],
    ['x(a="\\q")', 'a value is missing before ""\\q")"'],
    ['gmp(a=1),str', 'more than one component'],
    ['(a=1)', 'a component is a name'],
    ['x(a="b)', 'a value is missing before ""b)"'],
  ])('%s is refused', (text, problem) => {
    expect(problemOf(() => readComponent(text))).toContain(problem);
  });
});

it('components as text are separated by commas', () => {
  expect(readComponents('str, gmp(every=5)')).toEqual([{ use: 'str' }, { use: 'gmp', every: 5 }]);
  expect(problemOf(() => readComponents('str, 5'))).toContain('a component is a name');
  expect(problemOf(() => readValue('1, 2'))).toContain('more than one value');
});

describe('values as text', () => {
  it('are separated by commas outside of parentheses and brackets', () => {
    expect(readValues('str, gmp(allocation=erk, every=5),1e-4,[1,2],.5')).toEqual([
      'str',
      { use: 'gmp', allocation: 'erk', every: 5 },
      1e-4,
      [1, 2],
      0.5,
    ]);
  });

  it.each(['', ' ', 'str,', ',str', 'str,,gmp', 'a b', ')', 'a=1'])('"%s" is refused', (text) => {
    expect(problemOf(() => readValues(text))).not.toBe('none');
  });

  it('come back as they were written', () => {
    const name = fc.stringMatching(/^[a-z][A-Za-z0-9-]{0,6}$/).filter((word) => !['true', 'false', 'null', 'use'].includes(word));
    const { value } = fc.letrec<{ value: WrittenValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        name,
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc
          .record({ use: name, options: fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }) })
          .map(({ use, options }) => ({
            use,
            ...options,
          })),
      ),
    }));
    fc.assert(
      fc.property(value, (written) => {
        expect(readValue(write(written))).toEqual(written);
      }),
    );
  });
});

// --- helpers ---

function write(value: WrittenValue): string {
  if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const { use, ...options } = value as Readonly<Record<string, WrittenValue>>;
  const list = Object.entries(options).map(([name, inner]) => `${name}=${write(inner)}`);
  return `${String(use)}(${list.join(', ')})`;
}
