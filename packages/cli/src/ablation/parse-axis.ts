import { InvalidArgumentError } from 'commander';

/** A value as it is typed: `leaky`, `leaky(alpha=0.5)`, `0.05`, `true`. */
export type TypedValue = string | number | boolean | null | { readonly use: string; readonly [option: string]: TypedValue };

export type ParsedAxis = readonly [name: string, values: 'all' | readonly TypedValue[]];

/** `estimator=subgradient,leaky(alpha=0.5)` → the axis and its values; `estimator` alone means all there are. */
export function parseAxis(text: string): ParsedAxis {
  const [, name = '', values] = text.match(/^\s*([\w.-]+)\s*(?:=(.*))?$/s) ?? [];
  if (!name) throw new InvalidArgumentError(`"${text}" is not an axis: write estimator, or estimator=subgradient,leaky.`);
  return [name, values === undefined ? 'all' : parseList(values, text)];
}

/** One value: `str`, or `str(granularity=filter, g=exp)`. */
export function parseValue(text: string): TypedValue {
  const [value, ...more] = parseList(text, text);
  if (value === undefined || more.length) throw invalid(text);
  return value;
}

/** Values: `str,gmp(allocation=erk)`. */
export const parseValues = (text: string): TypedValue[] => parseList(text, text);

// --- helpers ---

const invalid = (text: string) =>
  new InvalidArgumentError(`"${text}" can't be read: values are separated by commas, and options are written leaky(alpha=0.5, beta=1).`);

function parseList(list: string, whole: string): TypedValue[] {
  return split(list, whole).map((part) => {
    const [, use = '', options] = part.match(/^([\w.-]+)\s*\((.*)\)$/s) ?? [];
    if (!use) return parseWord(part, whole);
    return { use, ...Object.fromEntries((options?.trim() ? split(options, whole) : []).map((option) => parseOption(option, whole))) };
  });
}

function parseOption(option: string, whole: string): [string, TypedValue] {
  const [, name, value] = option.match(/^([\w.-]+)\s*=(.*)$/s) ?? [];
  if (name === undefined || value === undefined) throw invalid(whole);
  const [parsed, ...more] = parseList(value, whole);
  if (parsed === undefined || more.length) throw invalid(whole);
  return [name, parsed];
}

function parseWord(word: string, whole: string): TypedValue {
  if (/^(true|false|null|[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?)$/i.test(word))
    return word.match(/^[tfn]/i) ? JSON.parse(word.toLowerCase()) : Number(word);
  if (!/^[\w.-]+$/.test(word)) throw invalid(whole);
  return word;
}

/** At the commas outside of parentheses. */
function split(list: string, whole: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of list) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth < 0) throw invalid(whole);
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  if (depth !== 0) throw invalid(whole);
  return parts.map((part) => part.trim());
}
