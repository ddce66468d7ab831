import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naming, withCode } from '../test-helpers.ts';
import { compress, seal, unseal } from './seal.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const open = (text: string) => unseal(bytes(text), 'study.jsonl').map(({ content }) => content);
const contents = [{ accuracy: 0.98 }, { accuracy: 0.97, name: 'ä' }, [1, 2]];
const lines = () => seal(contents).split('\n').slice(0, -1);
const broken = (line: number) => withCode('E_RESULT', { message: naming('study.jsonl', `line ${line}:`) });

describe('a seal', () => {
  it('gives back what was sealed, packed or not, and where it stood', () => {
    expect(unseal(bytes(seal(contents)), 'a')).toEqual(contents.map((content, index) => ({ line: index + 1, content })));
    expect(unseal(compress(seal(contents)), 'a')).toEqual(unseal(bytes(seal(contents)), 'a'));
    expect(open(seal([]))).toEqual([]);
  });

  it('does not mind the order of keys or white space', () => {
    const [first = '', ...others] = lines();
    const { sha256, content } = JSON.parse(first);
    expect(open(`${[JSON.stringify({ content, sha256 }, null, 1).replaceAll('\n', ' '), ...others].join('\n')}\n`)).toEqual(contents);
  });

  it('names the line that was edited', () => {
    const [first = '', second = '', ...others] = lines();
    expect(() => open(`${[first, second.replace('0.97', '0.99'), ...others].join('\n')}\n`)).toThrow(broken(2));
    expect(() => open(`${[first, second.slice(0, 20), ...others].join('\n')}\n`)).toThrow(broken(2));
    expect(() => open(`${['{}', second, ...others].join('\n')}\n`)).toThrow(broken(1));
  });

  it('sees lines that were dropped, added or moved', () => {
    const [first = '', second = '', third = '', last = ''] = lines();
    expect(() => open(`${[first, third, last].join('\n')}\n`)).toThrow(broken(3));
    expect(() => open(`${[first, second, second, third, last].join('\n')}\n`)).toThrow(broken(5));
    expect(() => open(`${[second, first, third, last].join('\n')}\n`)).toThrow(broken(4));
    expect(() => open(`${[first, second, third].join('\n')}\n`)).toThrow(broken(3));
    expect(() => open(first.slice(0, 30))).toThrow(broken(1));
    expect(() => open('')).toThrow(withCode('E_RESULT'));
  });

  it('refuses a packed file that is cut off', () => {
    expect(() => unseal(compress(seal(contents)).slice(0, 40), 'study.jsonl')).toThrow(withCode('E_RESULT'));
  });

  it('finds any other character', () => {
    const text = seal(contents);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), fc.constantFrom('0', '7', 'x', '}', '"'), (at, character) => {
        fc.pre(text[at] !== character);
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        expect(() => open(changed)).toThrow(withCode('E_RESULT'));
      }),
    );
  });
});
