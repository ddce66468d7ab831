/** An ablation as a script: threshold function × estimator of STR on MNIST. Run it with `npx tsx examples/ablation.ts`. */
import { pivotTables, renderTerminal } from '@espalier/reports';
import { exp, leaky, softplus, straightThrough } from '@espalier/str';
import { ablate } from 'espalier';

const { study, runs, report } = await ablate({
  model: 'lenet-300-100',
  data: { use: 'mnist', trainExamples: 10_000, testExamples: 2000 },
  training: { epochs: 3, batchSize: 50 },
  sparsity: 0.98,
  seeds: [0, 1],
  ablation: {
    pruner: 'str', // its own g and estimator, sigmoid and subgradient, are the base
    axes: { g: [exp(), softplus()], estimator: [straightThrough(), leaky({ alpha: 0.5 })] },
    mode: 'grid',
  },
});
for (const { table } of pivotTables(study, runs, { rows: 'g', columns: 'estimator' })) console.log(renderTerminal(table));
console.log(report?.index);
