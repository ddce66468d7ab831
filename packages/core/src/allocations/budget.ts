import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { EspalierError } from '../errors.ts';
import type { Kernel } from '../kinds/pruner.ts';
import { readResult } from '../results.ts';
import { proportionalDensities } from './proportional.ts';

/** Sparsity of each layer, by name: the outcome of an allocation, as data. */
export type Budget = Readonly<Record<string, number>>;

/** A budget as data. The spec of a run holds it whole, so that the run's id doesn't hang on a file that may change. */
export const budgetSchema = z.record(z.string(), z.number().min(0).max(1, 'must be in [0, 1]: a fraction, 0.9 for 90 %'));

/** Option of the allocations that follow a budget. */
export const rescaleOption = z
  .boolean()
  .default(false)
  .describe('Meet another sparsity than that of the budget, densities in the same proportions');

/**
 * The budget in a CSV file: a line `layer,sparsity`, then one for each layer, with a fraction. Names with commas stand in quotes.
 *
 * Throws `E_BUDGET` for a file that is missing or something else.
 */
export function readBudget(file: string): Budget {
  return parseBudget(readText(file), file);
}

/** Throws `E_BUDGET`. */
export function parseBudget(text: string, source: string): Budget {
  const [header, ...lines] = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  if (header?.replace(/\s/g, '') !== 'layer,sparsity')
    throw budgetInvalid(source, `it begins with "${header ?? ''}"`, 'The first line must be "layer,sparsity".');
  const budget = new Map<string, number>();
  for (const line of lines) {
    const [layer, sparsity] = parseLine(line, source);
    if (budget.has(layer)) throw budgetInvalid(source, `layer "${layer}" is in it twice`, 'Name each layer once.');
    budget.set(layer, sparsity);
  }
  if (!budget.size) throw budgetInvalid(source, 'it names no layer', 'Add a line for each layer, such as "conv1,0.9".');
  return Object.fromEntries(budget);
}

/** The budget that a finished run reached, to 8 digits, layers that were dense on purpose aside. Throws `E_BUDGET` if there is none, `E_RESULT`. */
export function runBudget(runFolder: string): Budget {
  const result = readResult(runFolder);
  if (result?.status !== 'finished') {
    const found = result ? 'it holds a run that failed' : 'it holds no result.json';
    throw budgetInvalid(runFolder, found, 'Give the folder of a finished run, such as runs/0123456789ab.');
  }
  return Object.fromEntries(
    result.layers.filter((layer) => layer.prunable).map(({ name, sparsity }) => [name, Number(sparsity.toPrecision(8))]),
  );
}

/** Throws `E_BUDGET` unless the budget names exactly these kernels, with fractions. */
export function checkBudget(budget: Budget, kernels: readonly Kernel[], source: string): void {
  const names = kernels.map(({ name }) => name);
  const unknown = Object.keys(budget).filter((name) => !names.includes(name));
  const missing = names.filter((name) => !Object.hasOwn(budget, name));
  if (unknown.length) throw budgetInvalid(source, `it names ${some(unknown)}, which the model doesn't prune`, `Layers: ${some(names)}.`);
  if (missing.length) {
    throw budgetInvalid(source, `it lacks ${some(missing)}`, 'Every layer that is pruned needs a line; 0 leaves it dense.');
  }
  for (const [layer, sparsity] of Object.entries(budget)) checkFraction(layer, sparsity, String(sparsity), source);
}

/**
 * What a budget gives each kernel so that the total is met. It must have that total itself, up to its rounding; or else, with `rescale`,
 * its densities are multiplied by one factor, as far as they go.
 *
 * Throws `E_BUDGET`, `E_ALLOCATION`.
 */
export function followBudget(
  budget: Budget,
  kernels: readonly Kernel[],
  sparsity: number,
  rescale: boolean,
  source: string,
): ReadonlyMap<string, number> {
  checkBudget(budget, kernels, source);
  const size = kernels.reduce((sum, kernel) => sum + kernel.size, 0);
  const own = kernels.reduce((sum, { name, size: n }) => sum + (budget[name] as number) * n, 0) / size;
  if (Math.abs(own - sparsity) <= Math.max(ROUNDING, 1 / size)) return new Map(kernels.map(({ name }) => [name, budget[name] as number]));
  if (!rescale) throw otherTotal(source, own, sparsity);
  const raw = kernels.map(({ name }) => 1 - (budget[name] as number));
  const densities = proportionalDensities(kernels, raw, 1 - sparsity);
  return new Map(kernels.map(({ name }, i) => [name, 1 - (densities[i] as number)]));
}

// --- helpers ---

/** Budgets in papers have four digits, and so has the sparsity that is named after them. */
const ROUNDING = 1e-4;

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? 'there is no such file' : message;
    throw budgetInvalid(file, problem, 'Give a CSV file with the columns layer and sparsity.', cause);
  }
}

function parseLine(line: string, source: string): [layer: string, sparsity: number] {
  const comma = line.lastIndexOf(',');
  const layer = line
    .slice(0, Math.max(0, comma))
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .replaceAll('""', '"');
  const text = line.slice(comma + 1).trim();
  const sparsity = Number(text);
  if (comma < 1 || !layer || !text) throw budgetInvalid(source, `"${line}" is no layer and its sparsity`, 'Write "conv1,0.9".');
  checkFraction(layer, sparsity, text, source);
  return [layer, sparsity];
}

function checkFraction(layer: string, sparsity: number, text: string, source: string): void {
  if (sparsity > 1)
    throw budgetInvalid(source, `the sparsity of "${layer}" is ${text}`, 'Give fractions in [0, 1], not percents: 0.9 for 90 %.');
  if (!(sparsity >= 0)) throw budgetInvalid(source, `the sparsity of "${layer}" is "${text}"`, 'Give a number in [0, 1], such as 0.9.');
}

const some = (names: readonly string[]): string =>
  names
    .slice(0, 8)
    .map((name) => `"${name}"`)
    .join(', ') + (names.length > 8 ? ` and ${names.length - 8} more` : '');

const budgetInvalid = (source: string, problem: string, advice: string, cause?: unknown) =>
  new EspalierError('E_BUDGET', `Budget ${source}: ${problem}. ${advice}`, { cause });

const otherTotal = (source: string, own: number, asked: number) =>
  budgetInvalid(
    source,
    `its sparsity is ${own.toFixed(4)} in total, but ${asked} was asked for`,
    `Set sparsity to ${own.toFixed(4)}, or set "rescale" to have the budget's densities multiplied by one factor.`,
  );
