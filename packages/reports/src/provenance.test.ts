import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparisonTable } from './comparison-table.ts';
import { comparison, result } from './fixtures.ts';
import { provenanceText, withProvenance } from './provenance.ts';

const origin = (command: string) => ({
  command,
  versions: { espalier: '0.1.0', tfjs: '4.22.0' },
  engine: { name: 'tfjs-node', version: '4.22.0', threads: 1 },
});
const results = comparison();
const digest = (of = results) => withProvenance(comparisonTable(of), of).provenance?.digest;

describe('provenance', () => {
  it('says from what and how the table was made', () => {
    const origins = new Map(results.map(({ id }, index) => [id, origin(index % 2 ? 'espalier compare -p b' : 'espalier compare -p a')]));
    expect(withProvenance(comparisonTable(results), results, origins).provenance).toEqual({
      commands: ['espalier compare -p a', 'espalier compare -p b'],
      runs: 27,
      digest: expect.stringMatching(/^[0-9a-f]{12}$/),
      engines: ['tfjs-node 4.22.0, 1 thread'],
      versions: ['espalier 0.1.0', 'tfjs 4.22.0'],
    });
  });

  it('says what is known', () => {
    const one = [result()];
    const { provenance } = withProvenance(comparisonTable(one), one);
    expect(provenance && provenanceText(provenance)).toBe(`Made from 1 run, digest ${digest(one)}; tfjs-node, 1 thread`);
  });

  it('names the plugins of a run with their digests, whether its origin is known or not', () => {
    const plain = result();
    const one = { ...plain, spec: { ...plain.spec, plugins: { 'my-pruners': '0123456789ab' } } };
    expect(withProvenance(comparisonTable([one]), [one]).provenance?.versions).toEqual(['my-pruners (0123456789ab)']);
    const known = new Map([[one.id, { ...origin(''), versions: { espalier: '0.1.0', 'my-pruners': '1.2.0 (0123456789ab)' } }]]);
    expect(withProvenance(comparisonTable([one]), [one], known).provenance?.versions).toEqual([
      'espalier 0.1.0',
      'my-pruners 1.2.0 (0123456789ab)',
    ]);
  });

  it('changes with any digit of a result that the table rests on, and with no other', () => {
    const [first, ...others] = results;
    expect(digest([{ ...first, accuracy: 0.91700001 } as (typeof results)[number], ...others])).not.toBe(digest());
    expect(withProvenance(comparisonTable(results), [...results, result({ seed: 9 })]).provenance?.digest).toBe(digest());
  });

  it('does not depend on the order of the runs', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(results, { minLength: results.length }), (shuffled) => {
        expect(withProvenance(comparisonTable(results), shuffled).provenance?.digest).toBe(digest());
      }),
      { numRuns: 10 },
    );
  });
});
