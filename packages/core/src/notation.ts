/** Components as text, the same in a configuration, on the command line and in tables. Needs nothing: it is `@espalier/core/notation`. */
import { notationUnreadable } from './errors.ts';
import type { Spec } from './results.ts';

/** What can be written: plain values, lists, groups of options, and components with options as `{ use: name, ...options }`. */
export type WrittenValue =
  | string
  | number
  | boolean
  | null
  | readonly WrittenValue[]
  | { readonly use?: string; readonly [option: string]: WrittenValue | undefined };

/**
 * Values, separated by commas: `str, gmp(allocation=erk)`.
 *
 *   values     value, value, …                 at least one
 *   value      word | "text" | component | [values] | (options)
 *   component  word(options)                   options may be left out: cubic()
 *   options    name=value, name=value, …       each name once
 *   word       any characters but white space and , ( ) [ ] = ' "
 *
 * `true`, `false`, `null` and numbers are what they look like; in quotes, everything is text. A component without options is its name.
 *
 * Throws `E_NOTATION` with what is missing, and where.
 */
export function readValues(text: string): readonly WrittenValue[] {
  const reader = readerOf(text);
  const values = listUntil(reader, undefined, readAny);
  if (!values.length) throw reader.refuse('a value is missing');
  return values;
}

/** One value. Throws `E_NOTATION`. */
export function readValue(text: string): WrittenValue {
  const [value, ...more] = readValues(text);
  if (more.length) throw notationUnreadable(text, 'there is more than one value');
  return value as WrittenValue;
}

/** A component as data: of `gmp(allocation=erk)`, `{ use: 'gmp', allocation: 'erk' }`. Throws `E_NOTATION`. */
export function readComponent(text: string): Spec {
  if (!text.includes('(')) return { use: text.trim() };
  const [component, ...more] = readComponents(text);
  if (more.length) throw notationUnreadable(text, 'there is more than one component');
  return component as Spec;
}

/** Components, separated by commas. Throws `E_NOTATION`. */
export const readComponents = (text: string): readonly Spec[] =>
  readValues(text).map((value) => {
    if (typeof value === 'string') return { use: value };
    if (typeof value === 'object' && value !== null && 'use' in value) return value as Spec;
    throw notationUnreadable(text, 'a component is a name, with or without options');
  });

// --- helpers ---

interface Reader {
  /** The next characters that match, white space before them skipped. */
  take(pattern: RegExp): string | undefined;
  refuse(problem: string): Error;
}

function readerOf(text: string): Reader {
  let rest = text.trimStart();
  return {
    take(pattern) {
      const [found] = rest.match(pattern) ?? [];
      if (found !== undefined) rest = rest.slice(found.length).trimStart();
      return found;
    },
    refuse: (problem) => notationUnreadable(text, `${problem} ${rest ? `before "${rest}"` : 'at the end'}`),
  };
}

const WORD = /^[^\s,()[\]='"]+/;
/** As in JSON, or anything in single quotes. */
const QUOTED = /^("(?:[ !#-[\]-\uffff]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"|'[^']*')/;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** Items between commas, up to what closes the list; to the end where nothing does. */
function listUntil<T>(reader: Reader, end: ')' | ']' | undefined, read: (reader: Reader) => T): T[] {
  const closed = () => (end === undefined ? reader.take(/^$/) !== undefined : reader.take(end === ')' ? /^\)/ : /^\]/) !== undefined);
  const items: T[] = [];
  if (closed()) return items;
  do items.push(read(reader));
  while (reader.take(/^,/) !== undefined);
  if (!closed()) throw reader.refuse(end === undefined ? 'a comma is missing' : `"," or "${end}" is missing`);
  return items;
}

function readAny(reader: Reader): WrittenValue {
  if (reader.take(/^\[/) !== undefined) return listUntil(reader, ']', readAny);
  if (reader.take(/^\(/) !== undefined) return readOptions(reader);
  const quoted = reader.take(QUOTED);
  if (quoted !== undefined) return quoted.startsWith('"') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
  const word = reader.take(WORD);
  if (word === undefined) throw reader.refuse('a value is missing');
  if (reader.take(/^\(/) !== undefined) return { use: word, ...readOptions(reader) };
  if (/^(true|false|null)$/i.test(word)) return JSON.parse(word.toLowerCase()) as boolean | null;
  return NUMBER.test(word) ? Number(word) : word;
}

function readOptions(reader: Reader): Readonly<Record<string, WrittenValue>> {
  const options = new Map<string, WrittenValue>();
  for (const [name, value] of listUntil(reader, ')', readOption)) {
    if (options.has(name)) throw reader.refuse(`option "${name}" is given twice`);
    options.set(name, value);
  }
  return Object.fromEntries(options);
}

function readOption(reader: Reader): readonly [name: string, value: WrittenValue] {
  const name = reader.take(WORD);
  if (name === undefined) throw reader.refuse('an option is missing');
  if (name === 'use') throw reader.refuse('"use" is no option: the name stands before the parenthesis;');
  if (reader.take(/^=/) === undefined) throw reader.refuse(`"=" and a value are missing after option "${name}"`);
  return [name, readAny(reader)];
}
