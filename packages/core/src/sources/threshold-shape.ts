import * as z from 'zod';
import type { Kernel } from '../kinds/pruner.ts';

/** Weights that share a threshold. */
export type Granularity = 'layer' | 'filter' | 'weight';

/** Shape of the thresholds of one kernel: a scalar, `[1, …, filters]` (depthwise: `[1, 1, channels, multiplier]`), or the kernel's own. */
export function thresholdShape({ shape, filterAxes }: Kernel, granularity: Granularity): number[] {
  if (granularity === 'weight') return [...shape];
  if (granularity === 'filter') return shape.map((size, axis) => (filterAxes.includes(axis) ? size : 1));
  return [];
}

/** Option of sources that know one threshold per layer, for operators that treat the weights under one threshold together. */
export const repeatOption = z
  .enum(['layer', 'filter'])
  .default('layer')
  .describe('"filter" hands the threshold on once for each filter, to an operator that rescales what shares a threshold');
