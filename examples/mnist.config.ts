import { defineConfig } from 'espalier';

/** The main job of the README: five methods on MNIST with LeNet-5, at two sparsities. */
export default defineConfig({
  model: 'lenet5',
  data: 'mnist',
  pruners: ['dense', 'str', 'dnw', 'gmp', 'global-magnitude'],
  sparsity: [0.9, 0.98],
  runs: '../runs',
  report: '../report',
});
