import { defineConfig } from 'espalier';

export default defineConfig({
  plugins: ['./src/index.ts'],
  model: 'my-component',
  data: { use: 'mnist', trainExamples: 5000, testExamples: 1000 },
  pruners: ['dense', 'str', 'gmp'],
  training: { epochs: 2, batchSize: 50 },
});
