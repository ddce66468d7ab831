import { defineConfig } from 'espalier';

export default defineConfig({
  plugins: ['./src/index.ts'],
  model: 'lenet-300-100',
  data: 'my-component',
  pruners: ['dense', 'str', 'gmp'],
  training: { epochs: 20, batchSize: 50 },
});
