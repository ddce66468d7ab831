import { runStudy } from '../shared/run.ts';
import { DATA_SETS, parts } from './parts.ts';

const study = {
  folder: import.meta.dirname,
  command: 'npx -y pnpm@12 study',
  archives: DATA_SETS,
  parts: parts(DATA_SETS),
};
process.exitCode = await runStudy(study, process.argv.slice(2));
