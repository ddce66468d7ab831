import { runStudy } from '../shared/run.ts';
import { densitiesTables } from './densities.ts';
import { parts } from './parts.ts';

const study = {
  folder: import.meta.dirname,
  command: 'npx -y pnpm@12 study:exact-budget',
  archives: ['budget'],
  parts,
  marks: { densities: densitiesTables },
};
process.exitCode = await runStudy(study, process.argv.slice(2));
