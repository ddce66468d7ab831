export { type Compile, type CompilerOptions, createCompiler } from './compiler.ts';
export type { CompiledStep, Step, Tensors } from './types.ts';
