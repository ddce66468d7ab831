import { defineConfig } from 'espalier';

export default defineConfig({
  plugins: ['./src/index.ts'],
  model: 'lenet-300-100',
  data: { use: 'mnist', trainExamples: 5000, testExamples: 1000 },
  pruners: ['dense', 'gmp', { use: 'gmp', allocation: 'global', score: 'my-component' }],
  training: { epochs: 2, batchSize: 50 },
});
