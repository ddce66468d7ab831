import { defineConfig } from 'espalier';

/** The plugin's components beside built-in ones, on MNIST: the table in the README. */
export default defineConfig({
  plugins: ['./src/index.ts'],
  model: 'lenet-300-100',
  data: 'mnist',
  pruners: [
    'dense',
    'gmp',
    'str',
    { use: 'rigl', every: 25 },
    { use: 'rigl', every: 25, allocation: 'erk' },
    { use: 'str', g: 'exp-linear' },
    { use: 'str', estimator: 'rounded-corner' },
  ],
  sparsity: [0.9, 0.98],
  training: { epochs: 1 },
});
