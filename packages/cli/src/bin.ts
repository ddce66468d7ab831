#!/usr/bin/env node
import { createProgram } from './program.ts';

// whoever read the output, such as head, has seen enough
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await createProgram().run(process.argv.slice(2));
