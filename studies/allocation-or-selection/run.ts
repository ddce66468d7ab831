import { runStudy } from '../shared/run.ts';
import { parts } from './parts.ts';

const study = { folder: import.meta.dirname, command: 'npx -y pnpm@12 study:allocation-or-selection', archives: ['swap'], parts };
process.exitCode = await runStudy(study, process.argv.slice(2));
