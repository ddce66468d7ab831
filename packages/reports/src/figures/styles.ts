/** How a method is drawn, in every figure: colour, and shape and dash for print in grey. */
export interface MethodStyle {
  readonly color: string;
  readonly shape: string;
  readonly dash: readonly number[];
}

export type MethodStyles = ReadonlyMap<string, MethodStyle>;

/** The colour of text and of the dense control; the page's dark mode replaces it. */
export const INK = '#1a1a1a';
export const GRID = '#e3e3e3';
export const PAPER = '#ffffff';

/** What a dark page shows instead of the colours of the paper. */
export const darkColors = (): ReadonlyMap<string, string> =>
  new Map([
    [INK, '#e6e6e6'],
    [GRID, '#3a3d42'],
    [PAPER, 'none'],
    ['#0072b2', '#3d9bd9'],
    ...SHADES.map((shade, index): [string, string] => [shade, TINTS[index] as string]),
  ]);

/**
 * Styles by method label. The usual methods have a place of their own, so that they look the same in every report; others take
 * the free places that their names lead to. So a style does not hang on the order of the runs, and seldom on what else is there.
 */
export function methodStyles(labels: readonly string[]): MethodStyles {
  const styles = new Map<string, MethodStyle>();
  const taken = new Set<number>();
  for (const label of [...new Set(labels)].sort(usualFirst)) {
    if (label === 'dense') {
      styles.set(label, { color: INK, shape: 'circle', dash: [4, 3] });
      continue;
    }
    if (taken.size === PLACES) taken.clear();
    let place = USUAL.includes(label) ? USUAL.indexOf(label) : hash(label) % PLACES;
    while (taken.has(place)) place = (place + 1) % PLACES;
    taken.add(place);
    styles.set(label, styleAt(place));
  }
  return styles;
}

/** Styles for labels of one figure alone: the first colours and shapes, in order. */
export const stylesInOrder = (labels: readonly string[]): MethodStyles =>
  new Map(labels.map((label, index) => [label, styleAt(index % PLACES)]));

// --- helpers ---

/** Okabe and Ito's palette without black, which is the control's, and yellow, which a thin line on white paper does not show. */
const COLORS = ['#d55e00', '#0072b2', '#009e73', '#e69f00', '#cc79a7', '#56b4e9'];
/** For the second round: the same hues, darker. */
const SHADES = ['#803800', '#00395a', '#004f39', '#8a5f00', '#7a2f58', '#2a6c94'];
/** For the second round on dark pages. */
const TINTS = ['#ffb083', '#a8d4f2', '#7fe0c2', '#ffd98a', '#f2c6df', '#cfe9fa'];
const SHAPES = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'triangle-down',
  'cross',
  'triangle-right',
  'M-1,-1L1,1M-1,1L1,-1',
  'triangle-left',
  'M0,-1V1M-1,0H1',
  'M-1,-0.4H1V0.4H-1Z',
  'M-0.4,-1V1H0.4V-1Z',
];
const DASHES = [[], [6, 2], [2, 2], [6, 2, 2, 2], [8, 2], [3, 1], [1, 2], [10, 3], [8, 2, 2, 2, 2, 2], [4, 4], [1, 1], [5, 1, 1, 1]];
const PLACES = SHAPES.length;
const USUAL = ['str', 'dnw', 'gmp', 'global-magnitude', 'rigl', 'set'];

const styleAt = (place: number): MethodStyle => ({
  color: [...COLORS, ...SHADES][place] as string,
  shape: SHAPES[place] as string,
  dash: DASHES[place] as number[],
});

const usualFirst = (a: string, b: string): number => Number(USUAL.includes(b)) - Number(USUAL.includes(a)) || (a < b ? -1 : 1);

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
