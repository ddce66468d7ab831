import { defineConfig } from 'espalier';

export default defineConfig({
  plugins: ['./half.js'],
  model: 'lenet-300-100',
  data: { use: 'mnist', trainExamples: 200, testExamples: 100 },
  pruners: ['str', { use: 'half', from: 1 }],
  training: { epochs: 1, batchSize: 50 },
});
