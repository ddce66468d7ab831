import { EspalierError } from '@espalier/core';
import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { parseAxis } from './parse-axis.ts';

describe('an axis as it is typed', () => {
  it.each([
    ['estimator', ['estimator', 'all']],
    ['source.granularity=layer, filter', ['source.granularity', ['layer', 'filter']]],
    ['estimator=subgradient,leaky(alpha=0.5, beta=1)', ['estimator', ['subgradient', { use: 'leaky', alpha: 0.5, beta: 1 }]]],
    ['source=learned(g=sigmoid(k=2), every=5)', ['source', [{ use: 'learned', g: { use: 'sigmoid', k: 2 }, every: 5 }]]],
    ['training.weightDecay=1e-4,.5,0', ['training.weightDecay', [1e-4, 0.5, 0]]],
    ['freeze=true,False,null', ['freeze', [true, false, null]]],
  ])('%s', (text, parsed) => {
    expect(parseAxis(text)).toEqual(parsed);
  });

  it.each(['', '=1', 'a b'])('is refused: "%s"', (text) => {
    expect(() => parseAxis(text)).toThrow(InvalidArgumentError);
  });

  it.each(['g=', 'g=exp,', 'g=exp(k=1', 'g=exp)k=1(', 'g=exp(k)', 'g=exp(k=1,)', 'g=exp(k=)'])(
    'has values that can be read: "%s"',
    (text) => {
      expect(() => parseAxis(text)).toThrow(EspalierError);
    },
  );
});
