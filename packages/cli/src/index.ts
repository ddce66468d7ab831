export { type Comparison, type CompareOptions, compare } from './compare.ts';
export { type Config, defineConfig } from './config/config.ts';
