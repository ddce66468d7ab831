import { describe, expect, it } from 'vitest';
import { naming, withCode } from '../test-helpers.ts';
import { type PrunableOptions, selectPrunable } from './prunable.ts';

const NAMES = ['conv1', 'block.1/conv', 'block.2/conv', 'fc'];
const selected = (options: PrunableOptions, names = NAMES) => names.filter((_, i) => selectPrunable('net', names, options)[i]);

describe('selectPrunable', () => {
  it('takes everything unless told', () => {
    expect(selected({})).toEqual(NAMES);
  });

  it('takes what include names, less what exclude names', () => {
    expect(selected({ include: ['block*'] })).toEqual(['block.1/conv', 'block.2/conv']);
    expect(selected({ include: ['*conv*', 'fc'], exclude: ['*.2/*'] })).toEqual(['conv1', 'block.1/conv', 'fc']);
  });

  it('leaves out the first or the last layer', () => {
    expect(selected({ firstLayer: false })).toEqual(NAMES.slice(1));
    expect(selected({ lastLayer: false })).toEqual(NAMES.slice(0, -1));
  });

  it('matches whole names, and no character but the star is special', () => {
    expect(selected({ include: ['block.1/conv'] })).toEqual(['block.1/conv']);
    expect(selected({ include: ['a+b'] }, ['a+b', 'aab'])).toEqual(['a+b']);
    expect(() => selected({ include: ['conv'] })).toThrow(withCode('E_PATTERN'));
    expect(() => selected({ include: ['b..ck*'] })).toThrow(withCode('E_PATTERN'));
  });

  it('refuses a pattern that matches no kernel', () => {
    expect(() => selected({ exclude: ['dense*'] })).toThrow(withCode('E_PATTERN'));
  });

  it('refuses options of another form, in words', () => {
    const refused = withCode('E_OPTIONS', { message: naming('prunable: option "firstLayer": must be true or false, given "no"') });
    expect(() => selected({ firstLayer: 'no' as never })).toThrow(refused);
    expect(() => selected({ skip: ['fc'] } as never)).toThrow(withCode('E_OPTIONS', { message: naming('"skip"', 'exclude') }));
  });

  it('refuses to leave nothing to prune', () => {
    expect(() => selected({ include: ['fc'], exclude: ['fc'] })).toThrow(withCode('E_NOTHING_TO_PRUNE'));
    expect(() => selected({ firstLayer: false }, ['fc'])).toThrow(withCode('E_NOTHING_TO_PRUNE'));
    expect(() => selectPrunable('net', [], {})).toThrow(withCode('E_NOTHING_TO_PRUNE'));
  });
});
