import * as z from 'zod';
import { parseOptions } from '../component.ts';
import { nothingToPrune, patternMatchesNothing } from '../errors.ts';

const patterns = z.array(z.string().min(1));

/** Which kernels of a model are pruned. */
export const prunableOptions = z.strictObject({
  include: patterns.default(['*']).describe('Names of kernels to prune; "*" stands for any characters'),
  exclude: patterns.default([]).describe('Names of kernels to leave dense'),
  firstLayer: z.boolean().default(true).describe('Prune the first layer'),
  lastLayer: z.boolean().default(true).describe('Prune the last layer'),
});
export type PrunableOptions = z.input<typeof prunableOptions>;

/** Checked options with the defaults filled in. Throws `E_OPTIONS`. */
export const parsePrunable = (given: PrunableOptions = {}) => parseOptions('prunable', prunableOptions, given);

/**
 * Whether each kernel is pruned, by its place in the model.
 *
 * @param layers Layer of each kernel, where layers have several.
 *
 * Throws `E_OPTIONS` for options of another form, `E_PATTERN` for a pattern that matches no kernel, `E_NOTHING_TO_PRUNE` if none is left.
 */
export function selectPrunable(
  model: string,
  names: readonly string[],
  options: PrunableOptions,
  layers: readonly string[] = names,
): boolean[] {
  const { include, exclude, firstLayer, lastLayer } = parsePrunable(options);
  if (!names.length) throw nothingToPrune(model, names);
  const matcher = (option: string, list: readonly string[]) => {
    const tests = list.map((pattern) => {
      const test = new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.*')}$`);
      if (!names.some((name) => test.test(name))) throw patternMatchesNothing(option, pattern, names);
      return test;
    });
    return (name: string) => tests.some((test) => test.test(name));
  };
  const included = matcher('include', include);
  const excluded = matcher('exclude', exclude);
  const selected = names.map((name, i) => {
    const inPlace = (firstLayer || layers[i] !== layers[0]) && (lastLayer || layers[i] !== layers.at(-1));
    return inPlace && included(name) && !excluded(name);
  });
  if (!selected.some(Boolean)) throw nothingToPrune(model, names);
  return selected;
}

const escapeRegExp = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
