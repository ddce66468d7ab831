#!/usr/bin/env node
/** `npm create espalier pruner my-pruner` is `espalier new pruner my-pruner`. */
import { createProgram } from 'espalier/program';

process.exitCode = await createProgram().run(['new', ...process.argv.slice(2)]);
