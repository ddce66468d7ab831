/** A comparison as a script: components as objects, results as data. Run it with `npx tsx examples/compare.ts`. */
import { gmp } from '@espalier/baselines';
import { erk } from '@espalier/core';
import { exp, str } from '@espalier/str';
import { compare } from 'espalier';

const { runs } = await compare({
  model: 'lenet-300-100',
  data: { use: 'mnist', trainExamples: 5000, testExamples: 1000 },
  pruners: ['dense', str({ g: exp() }), gmp({ allocation: erk() })],
  sparsity: 0.95,
  training: { epochs: 3, batchSize: 50 },
});
for (const run of runs) {
  if (run.status === 'finished') console.log(run.pruner, run.nonzero, run.accuracy);
}
