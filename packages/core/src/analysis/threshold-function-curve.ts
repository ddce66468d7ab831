import type { ThresholdFunction } from '../kinds/threshold-function.ts';
import { readFloats } from '../read-floats.ts';
import { tf } from '../tf.ts';

export interface ThresholdFunctionPoint {
  readonly s: number;
  /** g(s) */
  readonly value: number;
  /** g'(s) */
  readonly derivative: number;
}

export interface ThresholdFunctionCurveOptions {
  /** Shown too, unless it is far from where g rises. */
  readonly sInit?: number;
  /** Default 201. */
  readonly points?: number;
}

/** g and g' at evenly spaced s around where g rises: from 2 % of its supremum to 98 %, or up to 2 where it has none, with a margin. */
export function thresholdFunctionCurve(
  g: ThresholdFunction,
  { sInit, points = 201 }: ThresholdFunctionCurveOptions = {},
): readonly ThresholdFunctionPoint[] {
  const [from, to] = spanOf(g, sInit);
  const at = Array.from({ length: points }, (_, i) => from + (i * (to - from)) / (points - 1));
  const values = readFloats(() => g.value(tf.tensor1d(at)));
  const derivatives = readFloats(() => g.derivative(tf.tensor1d(at)));
  return at.map((s, i) => ({ s, value: values[i] as number, derivative: derivatives[i] as number }));
}

// --- helpers ---

/** Shares of the width, beside the rise and beside a start. */
const MARGIN = 0.4;
const ROOM = 0.05;

/** Shown of a g whose inverse is broken. */
const WITHOUT_INVERSE: [number, number] = [-8, 8];

function spanOf(g: ThresholdFunction, sInit: number | undefined): [number, number] {
  const supremum = g.range[1];
  const bounded = Number.isFinite(supremum);
  const ends = bounded ? [0.02 * supremum, 0.98 * supremum] : [0.02, 2];
  const [low, high] = readFloats(() => g.inverse(tf.tensor1d(ends))) as unknown as [number, number];
  const width = high - low;
  if (!(width > 0 && Number.isFinite(width))) return WITHOUT_INVERSE;
  const from = low - MARGIN * width;
  const to = bounded ? high + MARGIN * width : high;
  if (sInit === undefined || Math.abs(sInit - (from + to) / 2) > 1.5 * width) return [from, to];
  return [Math.min(from, sInit - ROOM * width), Math.max(to, sInit + ROOM * width)];
}
