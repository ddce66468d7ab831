import { check } from './check.ts';
import { writePage } from './page.ts';
import { seal } from './seal.ts';
import { train } from './train.ts';

const USAGE = `Usage: pnpm study [train [NAME...]]                trains what is missing of the studies whose names begin so; default: all, hours
       pnpm study seal                             writes what is finished into mnist.jsonl and fashion-mnist.jsonl
       pnpm study page                             writes docs/studies/ablation-mnist.md from these
       pnpm study check RUN                        trains one run again and compares its result with the sealed one
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [command = 'train', ...names] = process.argv.slice(2);
if (command === 'train') await train(names, say);
else if (command === 'seal') seal(say);
else if (command === 'page') await writePage(say);
else if (command === 'check' && names.length === 1) process.exitCode = (await check(names[0] as string, say)) ? 0 : 1;
else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}
