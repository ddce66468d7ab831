import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { methodStyles } from './styles.ts';

const usual = ['dense', 'str', 'dnw', 'gmp', 'global-magnitude'];

describe('methodStyles', () => {
  it('keeps the colours of the usual methods when any method is added', () => {
    const before = methodStyles(usual);
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 7 }), (added) => {
        const after = methodStyles([...added, ...usual]);
        for (const method of usual) expect(after.get(method)).toEqual(before.get(method));
      }),
    );
  });

  it('does not depend on the order of the methods', () => {
    const labels = [...usual, 'acme', 'gmp (allocation=erk)', 'rigl'];
    expect(methodStyles([...labels].reverse())).toEqual(new Map(methodStyles(labels)));
  });

  it('tells twelve methods apart, by colour and by shape and by dash', () => {
    const labels = [...usual.slice(1), 'rigl', 'set', 'a', 'b', 'c', 'd', 'e', 'f'];
    const styles = [...methodStyles(labels).values()];
    expect(new Set(styles.map((style) => style.color)).size).toBe(12);
    expect(new Set(styles.map((style) => style.shape)).size).toBe(12);
    expect(new Set(styles.map((style) => String(style.dash))).size).toBe(12);
  });

  it('has a style for each of forty methods', () => {
    expect(methodStyles(Array.from({ length: 40 }, (_, index) => `method-${index}`)).size).toBe(40);
  });
});
