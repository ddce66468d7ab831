import { EspalierError } from '@espalier/core/results';

const list = (names: readonly string[]): string => (names.length ? names.map((name) => `"${name}"`).join(', ') : 'none');

export const axisUnknown = (study: string, axis: string, known: readonly string[]) =>
  new EspalierError('E_AXIS', `Study "${study}" has no axis "${axis}". Its axes: ${list(known)}.`);

export const axisTwice = (study: string, axis: string) =>
  new EspalierError('E_AXIS', `Study "${study}": axis "${axis}" can't be both the rows and the columns. Choose two axes.`);

export const referenceUnknown = (reference: string, known: readonly string[]) =>
  new EspalierError('E_REFERENCE', `There is no "${reference}" to compare with. Known: ${list(known)}.`);
