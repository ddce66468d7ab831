import type { ThresholdFunction } from '../kinds/threshold-function.ts';
import { readFloats } from '../read-floats.ts';
import { tf } from '../tf.ts';

/** What the STR paper asks of g (appendix A.1), and what was found. */
export interface ThresholdFunctionCondition {
  readonly name: 'positive' | 'limits' | 'slope' | 'start';
  /** As a formula: `0 < g'(s) ≤ G`. */
  readonly asks: string;
  /** `partial`: it holds where a training goes, not everywhere. */
  readonly verdict: 'pass' | 'partial' | 'fail';
  /** In a few words, with the numbers. */
  readonly found: string;
  /** The same numbers for a program; null stands for what has no bound. */
  readonly measured: Readonly<Record<string, number | null>>;
}

export interface ThresholdFunctionConditionOptions {
  /** The s at which training starts. Default: where a run on an exact budget does, at a threshold of 0.001. */
  readonly sInit?: number;
}

/** The threshold at which a run on an exact budget starts. */
const FIRST_THRESHOLD = 1e-3;

/**
 * Measures whether g meets the conditions of the paper's appendix A.1, in float32 on the backend that is set:
 *
 *   positive  g(s) > 0                                     fails where g is 0 or below
 *   limits    g → 0 as s → −∞, g → ∞ as s → ∞              partial where g is bounded, as the paper's sigmoid is
 *   slope     0 < g'(s) ≤ G for some finite G              partial where the bound holds for s ≤ 0 only, as for the paper's exponential
 *   start     g'(s_init) < 1
 *
 * A strict inequality is measured on a window: from well below the s of a threshold of 10⁻⁶ (of the supremum, where there is one, else
 * of 1) up to 0.99. Further down, where float32 rounds g to 0, it must not be negative; limits are read at s = ±10⁶.
 */
export function thresholdFunctionConditions(
  g: ThresholdFunction,
  { sInit }: ThresholdFunctionConditionOptions = {},
): readonly ThresholdFunctionCondition[] {
  const start = sInit ?? (inverse(g, [FIRST_THRESHOLD])[0] as number);
  const window = windowOf(g);
  return [positive(g, window), limits(g), slope(g, window), atStart(g, start)];
}

// --- helpers: the conditions ---

function positive(g: ThresholdFunction, window: readonly number[]): ThresholdFunctionCondition {
  const inside = value(g, window);
  const far = value(g, FAR);
  const [at, least] = lowest(window, inside);
  const [farAt, farLeast] = lowest(FAR, far);
  const holds = least > 0 && farLeast >= 0;
  const [s, worst] = least > 0 ? [farAt, farLeast] : [at, least];
  return {
    name: 'positive',
    asks: 'g(s) > 0',
    verdict: holds ? 'pass' : 'fail',
    found: holds ? `g ≥ ${text(least)} from s = ${text(window[0] as number)} up` : `g(${text(s)}) = ${text(worst)}`,
    measured: { least: holds ? least : worst, at: holds ? at : s },
  };
}

function limits(g: ThresholdFunction): ThresholdFunctionCondition {
  const [low, middle, high, highest] = value(g, [-FARTHEST, 0, 1e3, FARTHEST]) as Numbers<4>;
  const vanishes = Math.abs(low) <= NEARLY * Math.abs(middle);
  const unbounded = grows(high, highest);
  return {
    name: 'limits',
    asks: 'g → 0 at −∞, ∞ at ∞',
    verdict: !vanishes || Number.isNaN(highest) ? 'fail' : unbounded ? 'pass' : 'partial',
    found: `g(−10⁶) = ${text(low)}; ${unbounded ? 'no bound above' : `never above ${text(highest)}`}`,
    measured: { below: low, supremum: unbounded ? null : highest },
  };
}

function slope(g: ThresholdFunction, window: readonly number[]): ThresholdFunctionCondition {
  const inside = derivative(g, window);
  const far = derivative(g, FAR);
  const [at, least] = lowest(window, inside);
  const [farAt, farLeast] = lowest(FAR, far);
  const rises = least > 0 && farLeast >= 0;
  const unbounded = grows(...(derivative(g, [1e3, FARTHEST]) as Numbers<2>));
  const all = [...window.map((s, i) => [s, inside[i]]), ...FAR.map((s, i) => [s, far[i]])] as [number, number][];
  const largest = largestOf(all, unbounded ? 0 : FARTHEST);
  const [s, worst] = least > 0 ? [farAt, farLeast] : [at, least];
  const bound = unbounded ? `G = ${text(largest)} for s ≤ 0, no bound above` : `G = ${text(largest)}`;
  return {
    name: 'slope',
    asks: "0 < g'(s) ≤ G",
    verdict: !rises || !Number.isFinite(largest) ? 'fail' : unbounded ? 'partial' : 'pass',
    found: rises ? bound : `g'(${text(s)}) = ${text(worst)}${unbounded ? ', and no bound above' : ''}`,
    measured: { least: rises ? least : worst, at: rises ? at : s, largest: unbounded ? null : largest, largestUpToZero: largestOf(all, 0) },
  };
}

function atStart(g: ThresholdFunction, sInit: number): ThresholdFunctionCondition {
  const [found] = derivative(g, [sInit]) as Numbers<1>;
  return {
    name: 'start',
    asks: "g'(s_init) < 1",
    verdict: found < 1 ? 'pass' : 'fail',
    found: `g'(${text(sInit)}) = ${text(found)}`,
    measured: { sInit, slope: found },
  };
}

// --- helpers: measuring ---

type Numbers<N extends number, A extends number[] = []> = A['length'] extends N ? A : Numbers<N, [...A, number]>;

const FARTHEST = 1e6;
const FAR = [-1e6, -1e5, -1e4, -3200, -1e3, -100, -10, -1, 0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6];
/** A limit counts as reached within this share of g(0), and growth from 10³ to 10⁶ has to be larger than that. */
const NEARLY = 1e-3;
const POINTS = 2001;
/** The window of a g whose inverse is broken. */
const WITHOUT_INVERSE = [-16, 16] as const;

const measure = (f: (s: tf.Tensor) => tf.Tensor, at: readonly number[]): number[] => Array.from(readFloats(() => f(tf.tensor1d([...at]))));
const value = (g: ThresholdFunction, at: readonly number[]) => measure((s) => g.value(s), at);
const derivative = (g: ThresholdFunction, at: readonly number[]) => measure((s) => g.derivative(s), at);
const inverse = (g: ThresholdFunction, at: readonly number[]) => measure((threshold) => g.inverse(threshold), at);

const grows = (from: number, to: number): boolean => to === Number.POSITIVE_INFINITY || to > from + 10 * NEARLY * Math.abs(from);

/** The lowest value and the last place where it is; NaN is below everything. */
function lowest(at: readonly number[], values: readonly number[]): [at: number, value: number] {
  const broken = values.findIndex(Number.isNaN);
  const index = broken < 0 ? values.lastIndexOf(Math.min(...values)) : broken;
  return [at[index] as number, values[index] as number];
}

const largestOf = (slopes: readonly (readonly [s: number, slope: number])[], upTo: number): number =>
  Math.max(...slopes.filter(([s]) => s <= upTo).map(([, slope]) => slope));

/** As far again below the s of the smallest threshold that matters as this is below that of half the supremum; 0, if it is between. */
function windowOf(g: ThresholdFunction): number[] {
  const top = Number.isFinite(g.range[1]) ? g.range[1] : 1;
  const [smallest, half, high] = inverse(g, [1e-6 * top, 0.5 * top, 0.99 * top]) as Numbers<3>;
  const low = smallest - (half - smallest);
  const [from, to] = Number.isFinite(low) && low < high ? [low, high] : WITHOUT_INVERSE;
  const steps = Array.from({ length: POINTS }, (_, i) => from + (i * (to - from)) / (POINTS - 1));
  return from < 0 && to > 0 ? [...steps, 0].sort((a, b) => a - b) : steps;
}

/** Three digits, with the sign that a formula has. */
function text(number: number): string {
  const plain = number === 0 || (Math.abs(number) >= 1e-3 && Math.abs(number) < 1e5) || !Number.isFinite(number);
  const digits = plain ? String(Number(number.toPrecision(3))) : number.toExponential(2).replace(/\.?0*e\+?/, 'e');
  return digits.replaceAll('-', '−');
}
