import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { parseAxis, parseValue } from './parse-axis.ts';

describe('an axis as it is typed', () => {
  it.each([
    ['estimator', ['estimator', 'all']],
    ['source.granularity=layer, filter', ['source.granularity', ['layer', 'filter']]],
    ['estimator=subgradient,leaky(alpha=0.5, beta=1)', ['estimator', ['subgradient', { use: 'leaky', alpha: 0.5, beta: 1 }]]],
    ['estimator=leaky (alpha=0.5)', ['estimator', [{ use: 'leaky', alpha: 0.5 }]]],
    ['schedule=cubic()', ['schedule', [{ use: 'cubic' }]]],
    ['source=learned(g=sigmoid(k=2), every=5)', ['source', [{ use: 'learned', g: { use: 'sigmoid', k: 2 }, every: 5 }]]],
    ['training.weightDecay=1e-4,.5,0', ['training.weightDecay', [1e-4, 0.5, 0]]],
    ['freeze=true,False,null', ['freeze', [true, false, null]]],
  ])('%s', (text, parsed) => {
    expect(parseAxis(text)).toEqual(parsed);
  });

  it.each(['', '=1', 'a b', 'g=', 'g=exp,', 'g=exp(k=1', 'g=exp)k=1(', 'g=exp(k)', 'g=exp(k=1,)', 'g=exp(k=)'])(
    'is refused: "%s"',
    (text) => {
      expect(() => parseAxis(text)).toThrow(InvalidArgumentError);
    },
  );
});

describe('a value as it is typed', () => {
  it('is one value', () => {
    expect(parseValue('str(granularity=filter, g=exp)')).toEqual({ use: 'str', granularity: 'filter', g: 'exp' });
    expect(() => parseValue('str,gmp')).toThrow(InvalidArgumentError);
  });
});
