import { readValues, type WrittenValue } from '@espalier/core/notation';
import { InvalidArgumentError } from 'commander';

export type ParsedAxis = readonly [name: string, values: 'all' | readonly WrittenValue[]];

/** `estimator=subgradient,leaky(alpha=0.5)` → the axis and its values; `estimator` alone means all there are. Throws `E_NOTATION`. */
export function parseAxis(text: string): ParsedAxis {
  const [, name = '', values] = text.match(/^\s*([\w.-]+)\s*(?:=(.*))?$/s) ?? [];
  if (!name) throw new InvalidArgumentError(`"${text}" is not an axis: write estimator, or estimator=subgradient,leaky.`);
  return [name, values === undefined ? 'all' : readValues(values)];
}
