import { train } from './train.ts';

await train(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
