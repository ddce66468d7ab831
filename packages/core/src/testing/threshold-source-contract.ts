import * as z from 'zod';
import { type Component, definePruner } from '../component.ts';
import type { SubgradientEstimator } from '../kinds/estimator.ts';
import { soft } from '../operators/soft.ts';
import { sparsityOption } from '../options.ts';
import { targetOptions } from '../targets/target.ts';
import { sumToShape } from '../thresholded.ts';
import { thresholdedPruner } from '../thresholded-pruner.ts';
import { checksOn, specChecks } from './component-checks.ts';
import { type Check, type PrunerContractOptions, prunerChecks, type TestRegistrar } from './pruner-contract.ts';

/** Registers what every threshold source must do as tests: `thresholdSourceContract({ test }, () => learned())`. */
export function thresholdSourceContract(
  { test }: TestRegistrar,
  create: () => Component<'threshold-source'>,
  options: PrunerContractOptions = {},
): void {
  for (const { name, run } of thresholdSourceChecks(create, options)) test(name, run);
}

/**
 * What every threshold source must do, as checks without a test runner: those of a pruner, made of the source with the soft threshold and
 * its sub-gradient.
 */
export function thresholdSourceChecks(
  create: () => Component<'threshold-source'>,
  { plugins = [], ...options }: PrunerContractOptions = {},
): readonly Check[] {
  const tried = definePruner({
    name: 'source-under-test',
    summary: 'A threshold source, tried with the soft threshold and its sub-gradient',
    options: z.strictObject({ ...targetOptions, sparsity: sparsityOption.default(0.5) }),
    create: (target) => thresholdedPruner({ ...target, source: create(), operator: soft(), estimator: subgradient }),
  });
  return [...prunerChecks((given) => tried({ ...given }), options), ...checksOn(options.engine, specChecks(create(), { plugins }))];
}

// --- helpers ---

const subgradient: SubgradientEstimator = {
  backward({ upstream, weight, threshold, effective, operator }) {
    const slopes = operator.derivatives(weight, threshold, effective);
    return { weight: upstream.mul(slopes.weight), threshold: sumToShape(upstream.mul(slopes.threshold), threshold.shape) };
  },
};
