import { expect, it } from 'vitest';
import type { Measured } from './benchmark.ts';
import { render } from './render.ts';

const machine = { cpu: 'A processor', cores: 2, node: 'v20', threads: 2 };
const compared = {
  ours: 12.34,
  oursQuartiles: [12, 13],
  theirs: 24.68,
  theirsQuartiles: [24, 25],
  ratio: 0.5,
  ratioInterval: [0.48, 0.52],
  rounds: 9,
} as const;

it('prints a table for each peer, and dashes where there is none', () => {
  const measured: Measured = {
    versions: { PyTorch: '2' },
    parts: [
      { peer: 'PyTorch', notes: ['A note.'], results: [{ name: 'a', ...compared }] },
      { peer: 'nobody', notes: [], results: [{ name: 'b', ours: 1234.5, oursQuartiles: [1, 2], rounds: 6, note: 'alone' }] },
    ],
  };
  expect(render({ name: 'step' }, machine, measured)).toMatchInlineSnapshot(`
    "step: A processor, 2 cores, 2 threads; Node.js v20, PyTorch 2

    Theirs: PyTorch.
    A note.

       ours, ms  (quartiles)  theirs, ms  (quartiles)  ratio         (95 %)  rounds
    a      12.3  (12.0–13.0)        24.7  (24.0–25.0)  0.500  (0.480–0.520)       9

    Theirs: nobody.

       ours, ms    (quartiles)  theirs, ms  (quartiles)  ratio  (95 %)  rounds
    b      1235  (1.000–2.000)           -                   -               6  alone
    "
  `);
});
