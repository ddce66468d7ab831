export { type CompareOptions, type Comparison, compare } from './compare.ts';
export { type Config, defineConfig } from './config/config.ts';
