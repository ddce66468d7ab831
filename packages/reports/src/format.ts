const MOST_DIGITS = 10;

/**
 * A fraction in percent, without the sign. Takes more digits than asked for rather than show a sparsity below 1 as 100.00 or
 * one above 0 as 0.00: 0.99999 is 99.999.
 */
export function percent(fraction: number, digits = 2): string {
  for (let used = digits; used <= MOST_DIGITS; used++) {
    const text = (fraction * 100).toFixed(used);
    const shown = Number(text);
    if ((shown < 100 || fraction >= 1) && (shown > 0 || fraction <= 0)) return text;
  }
  return fraction < 0.5 ? '> 0' : '< 100';
}

/** A percentage as a person would say it, for labels: 90 and 99.5, without trailing zeros. */
export const shortPercent = (fraction: number): string => percent(Number(fraction.toPrecision(12)), 4).replace(/\.?0+$/, '');

/** A difference of two fractions in percentage points, with its sign. */
export function points(difference: number, digits = 2): string {
  const text = Math.abs(difference * 100).toFixed(digits);
  if (Number(text) === 0) return text;
  return (difference < 0 ? '−' : '+') + text;
}

const PREFIXES = ['', ' k', ' M', ' G', ' T', ' P'];

/** A count in three significant digits: 123, 43.1 k, 25.5 M. */
export function si(value: number): string {
  if (value < 999.5) return String(Number(value.toPrecision(3)));
  const rounded = Number(value.toPrecision(3));
  const power = Math.min(Math.floor(Math.log10(rounded) / 3), PREFIXES.length - 1);
  return `${(rounded / 1000 ** power).toPrecision(3)}${PREFIXES[power]}`;
}

/** "a", "a and b", "a, b and c". */
export function enumerate(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** A label as a part of a file's name. */
export const slug = (text: string): string => text.replace(/[^\w.]+/g, '-').replace(/^-+|-+$/g, '');
