import { describe, expect, it } from 'vitest';
import { withoutDefaults } from '../component.ts';
import { l1 } from '../regularizers/l1.ts';
import { l2 } from '../regularizers/l2.ts';
import { naming, withCode } from '../test-helpers.ts';
import { parseTraining, trainingOptions } from './options.ts';

describe('parseTraining', () => {
  it('leaves a coefficient out of play where a regularizer takes its place', () => {
    expect(parseTraining()).toMatchObject({ weightDecay: 1e-4, biasDecay: 0, normDecay: 0, regularizers: {}, decoupled: false });
    const weights = l1({ lambda: 0.1 });
    expect(parseTraining({ regularizers: { weights }, normDecay: 0.3 })).toMatchObject({ weightDecay: 0, normDecay: 0.3 });
    expect(parseTraining({ regularizers: { thresholds: weights } }).weightDecay).toBe(1e-4);
  });

  it('gives the same again when it is given its own output, or its spec', () => {
    const training = parseTraining({ regularizers: { weights: l2({ lambda: 0.1 }), bias: l1({ lambda: 0.1 }) } });
    expect(parseTraining(training)).toEqual(training);
    expect(withoutDefaults(trainingOptions, training)).toEqual({
      weightDecay: 0,
      regularizers: { weights: { use: 'l2', lambda: 0.1 }, bias: { use: 'l1', lambda: 0.1 } },
    });
  });

  it.each([
    ['weights', 'weightDecay'],
    ['norm', 'normDecay'],
    ['bias', 'biasDecay'],
  ] as const)('refuses a regularizer for %s beside %s, even beside its default', (group, name) => {
    const regularizers = { [group]: l1({ lambda: 0.1 }) };
    const refused = withCode('E_OPTIONS', { message: naming(group, name, '0.0001') });
    expect(() => parseTraining({ [name]: 1e-4, regularizers })).toThrow(refused);
    expect(parseTraining({ [name]: 0, regularizers })[name]).toBe(0);
  });

  it('takes nothing but regularizers, in groups that exist', () => {
    for (const regularizers of [{ weights: 'l1' }, { weights: { use: 'l1' } }, { kernels: l1({ lambda: 1 }) }] as never[]) {
      expect(() => parseTraining({ regularizers })).toThrow(withCode('E_OPTIONS', { message: naming('training', 'regularizers') }));
    }
  });

  it('says what is wrong, what was given and what there is', () => {
    const refused = (message: string) => withCode('E_OPTIONS', { message: naming(message, 'learningRate') });
    expect(() => parseTraining({ epochs: 0 })).toThrow(refused('training: option "epochs": must be above 0, given 0.'));
    expect(() => parseTraining({ epoch: 1 } as never)).toThrow(refused('training: there is no option "epoch".'));
  });
});
