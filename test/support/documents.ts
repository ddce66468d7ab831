import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WORKSPACE } from './project.ts';

/** A fenced block of a Markdown file. */
export interface Block {
  readonly language: string;
  /** What stands after the language: the name of the file that it is, or what a test is to do with it. */
  readonly marks: readonly string[];
  /** Why it isn't run, where it isn't: ` ```sh no-run (240 runs) `. Types and flags are checked all the same. */
  readonly notRun?: string;
  readonly code: string;
  /** Of the first line of code, from 1. */
  readonly line: number;
}

export interface Document {
  /** From the root of the workspace: `docs/engine.md`. */
  readonly name: string;
  readonly blocks: readonly Block[];
}

/** The page that is typed from top to bottom, in packages as users get them. */
export const TUTORIAL = 'docs/tutorial.md';

/** README.md and the pages for users, those of the packages among them. */
export function readDocuments(): Document[] {
  const pages = readdirSync(path.join(WORKSPACE, 'docs')).filter((file) => file.endsWith('.md'));
  const packages = readdirSync(path.join(WORKSPACE, 'packages')).map((name) => `packages/${name}/README.md`);
  return ['README.md', 'CONTRIBUTING.md', ...pages.sort().map((page) => `docs/${page}`), ...packages].map(readDocument);
}

export const readDocument = (name: string): Document => ({
  name,
  blocks: blocksIn(readFileSync(path.join(WORKSPACE, name), 'utf8')),
});

/** The file that a block is: the one its first line or its mark names (`// my-pruner.ts`), else one named by its line. */
export const fileOf = ({ code, line, marks, language }: Block): string =>
  code.match(/^\/\/ (\S+\.ts)\n/)?.[1] ?? marks.find((mark) => mark.includes('.')) ?? `line-${line}.${language}`;

/** What code says that it prints: comments behind `console.log(...)`; "such as" is an example from some machine. */
export const printedBy = (code: string): string[] =>
  [...code.matchAll(/^console\.log\(.*\); \/\/ (?!such as)(.+)$/gm)].map(([, text = '']) => text);

/**
 * Whether a text is as it is shown: `…` on a line of its own is any lines. Times, digests and rules may be others, and decimals by 5, since
 * an accuracy depends on the processor.
 */
export function shows(text: string, shown: string): boolean {
  const actual = normalLines(text);
  let ends = [0]; // where the lines so far can end
  for (const line of normalLines(shown)) {
    const [first = actual.length + 1] = ends;
    if (line === '…') ends = Array.from({ length: Math.max(0, actual.length + 1 - first) }, (_, i) => first + i);
    else ends = ends.filter((at) => isLine(actual[at] ?? '', line)).map((at) => at + 1);
  }
  return ends.includes(actual.length);
}

/** Arguments of every `npx espalier ...` in shell code. */
export const espalierCommands = (shell: string): string[][] => commands(shell, /^npx espalier\b/);

/** Scripts of the workspace that shell code runs with pnpm. */
export const pnpmScripts = (shell: string): string[] => commands(shell, /^npx -y pnpm@\d+\b/).map(([script = '']) => script);

// --- helpers ---

const normalLines = (text: string): string[] => {
  const lines = text.split('\n').map((line) =>
    line
      .replace(/ \([\d.]+ ?ms\)/g, '')
      .replace(/\b(\d+ min )?\d+(\.\d+)? s\b/g, 'some time')
      .replace(/\b[0-9a-f]{12}\b/g, 'digest')
      .replace(/─+/g, '─')
      .replace(/\s+/g, ' ')
      .trim(),
  );
  return lines.filter(Boolean);
};

function isLine(actual: string, shown: string): boolean {
  const [parts, wanted] = [actual.split(NUMBER), shown.split(NUMBER)];
  const isClose = (a: string, b: string) => a.includes('.') && b.includes('.') && Math.abs(toNumber(a) - toNumber(b)) <= 5;
  return (
    parts.length === wanted.length && parts.every((part, i) => part === wanted[i] || (i % 2 === 1 && isClose(part, wanted[i] as string)))
  );
}

const NUMBER = /([−-]?\d+(?:\.\d+)?)/;
const toNumber = (text: string): number => Number(text.replace('−', '-'));

function blocksIn(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)([^\n]*)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: marks = '', 3: code = '', index }) => ({
    language,
    marks: marks
      .replace(/\(.*\)/, '')
      .split(' ')
      .filter(Boolean),
    ...(/\bno-run\b/.test(marks) && { notRun: marks.match(/\((.+)\)/)?.[1] ?? '' }),
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
