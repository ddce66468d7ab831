import { defineConfig } from 'espalier';

/** Ten short runs: one network and pruner, ten seeds. Threads, workers and folders come as flags. */
export default defineConfig({
  model: 'lenet-300-100',
  data: { use: 'mnist', trainExamples: 20_000, testExamples: 1000 },
  pruners: ['gmp'],
  seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  training: { epochs: 1 },
});
