import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WORKSPACE } from './project.ts';

/** A fenced block of a Markdown file. */
export interface Block {
  readonly language: string;
  /** What stands after the language: `no-run` has it type-checked only. */
  readonly marks: readonly string[];
  readonly code: string;
  /** Of the first line of code, from 1. */
  readonly line: number;
}

export interface Document {
  /** From the root of the workspace: `docs/engine.md`. */
  readonly name: string;
  readonly blocks: readonly Block[];
}

/** README.md and the pages for users. */
export function readDocuments(): Document[] {
  const pages = readdirSync(path.join(WORKSPACE, 'docs')).filter((file) => file.endsWith('.md'));
  return ['README.md', ...pages.sort().map((page) => `docs/${page}`)].map((name) => ({
    name,
    blocks: blocksIn(readFileSync(path.join(WORKSPACE, name), 'utf8')),
  }));
}

/** The file that a block is: the one its first line names (`// my-pruner.ts`), else one named by its line. */
export const fileOf = ({ code, line }: Block): string => code.match(/^\/\/ (\S+\.ts)\n/)?.[1] ?? `line-${line}.ts`;

/** Arguments of every `npx espalier ...` in shell code. */
export const espalierCommands = (shell: string): string[][] => commands(shell, /^npx espalier\b/);

/** Scripts of the workspace that shell code runs with pnpm. */
export const pnpmScripts = (shell: string): string[] => commands(shell, /^npx -y pnpm@\d+\b/).map(([script = '']) => script);

// --- helpers ---

function blocksIn(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)([^\n]*)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: marks = '', 3: code = '', index }) => ({
    language,
    marks: marks.split(' ').filter(Boolean),
    code,
    line: markdown.slice(0, index).split('\n').length + 1,
  }));
}

function commands(shell: string, start: RegExp): string[][] {
  const lines = shell.split('\n').map((line) => line.replace(/^\$ /, '').replace(/\s+#.*$/, ''));
  return lines.filter((line) => start.test(line)).map((line) => words(line.replace(start, '')));
}

/** As a shell splits a line; quotes stand around whole words here. */
const words = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|\S+/g)].map(([word, single, double]) => single ?? double ?? word);
