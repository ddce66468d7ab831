import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Block, fileOf, shows } from './documents.ts';
import { type Outcome, run } from './project.ts';

/** How shell code ended, and the folder that it ended in. */
export interface ShellOutcome extends Outcome {
  readonly cwd: string;
}

/**
 * Does what a reader does who types a page from top to bottom: runs its shell code, writes its files, changes them as its diffs say.
 * Returns what differs from what the page says, in words; nothing if it is true.
 *
 * ` ```sh fails ` is a block whose last command has to end with 1. A ` ```text ` block is what the shell code before it prints: `…` on a
 * line of its own stands for any lines.
 */
export async function follow(blocks: readonly Block[], folder: string): Promise<string[]> {
  const wrong: string[] = [];
  let cwd = folder;
  let printed = '';
  for (const block of blocks) {
    const at = (file: string) => path.join(cwd, file);
    if (block.language === 'sh') {
      const outcome = await shell(block.code, cwd);
      ({ cwd, stdout: printed } = outcome);
      const wanted = block.marks.includes('fails') ? 1 : 0;
      if (outcome.code !== wanted) wrong.push(`line ${block.line} ended with ${outcome.code}, not ${wanted}:\n${printed}${outcome.stderr}`);
    } else if (block.language === 'text') {
      if (!shows(printed, block.code)) wrong.push(`line ${block.line} shows what is not printed:\n${printed}`);
    } else if (block.language === 'diff') {
      const { file, before, after } = changeIn(block.code);
      const text = readFileSync(at(file), 'utf8');
      if (text.split(before).length !== 2) wrong.push(`line ${block.line} changes what is not in ${file} once`);
      writeFileSync(
        at(file),
        text.replace(before, () => after),
      );
    } else {
      const file = at(fileOf(block));
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, block.code);
    }
  }
  return wrong;
}

/** Runs code as a reader's shell does, with what a terminal would show of node's tests. It ends at the first command that fails. */
export async function shell(code: string, cwd: string): Promise<ShellOutcome> {
  const script = `trap 'code=$?; echo "${WHERE}$PWD"; exit $code' EXIT\nset -e\n${code}`;
  const outcome = await run('bash', ['-c', script], { cwd, env: ENVIRONMENT }).ended;
  const [stdout = '', where = cwd] = outcome.stdout.split(WHERE);
  return { ...outcome, stdout, cwd: where.trim() };
}

// --- helpers ---

const ENVIRONMENT = {
  NODE_OPTIONS: '--test-reporter=spec',
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
};

const WHERE = '\u001fin ';

/** A diff without line numbers: the file in its first line, then lines that stay, go and come. */
function changeIn(diff: string): { readonly file: string; readonly before: string; readonly after: string } {
  const [head = '', ...lines] = diff.trimEnd().split('\n');
  const side = (sign: string) => lines.filter((line) => line[0] === ' ' || line[0] === sign).map((line) => `${line.slice(1)}\n`);
  return { file: head.replace(/^--- /, ''), before: side('-').join(''), after: side('+').join('') };
}
