import path from 'node:path';
import { EspalierError } from '@espalier/core';
import { check } from './check.ts';
import { writePage } from './page.ts';
import { seal } from './seal.ts';
import type { KeptStudy } from './study.ts';
import { train } from './train.ts';

/** The command of a study: train, seal, page, check. Returns the exit code. */
export async function runStudy(study: KeptStudy, words: readonly string[]): Promise<number> {
  try {
    return await run(study, words);
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

// --- helpers ---

async function run(study: KeptStudy, [command = 'train', ...names]: readonly string[]): Promise<number> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  if (command === 'train') await train(study, names, say);
  else if (command === 'seal') seal(study, say);
  else if (command === 'page') await writePage(study, say);
  else if (['help', '--help', '-h'].includes(command)) process.stdout.write(usageOf(study));
  else if (command === 'check' && names.length === 1) return (await check(study, names[0] as string, say)) ? 0 : 1;
  else {
    process.stderr.write(usageOf(study));
    return 2;
  }
  return 0;
}

const usageOf = ({ command, archives, folder }: KeptStudy): string => `Usage, after "${command}":
  train [NAME...]   trains what is missing of the parts whose names begin so; default: all
  seal              writes what is finished into ${archives.map((archive) => `${archive}.jsonl`).join(' and ')}
  page              writes docs/studies/${path.basename(folder)}.md from these
  check RUN         trains one run again and compares its result with the sealed one
`;
