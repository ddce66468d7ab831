import {
  type Component,
  type ComponentReference,
  estimatorCurve,
  type Kind,
  type Registry,
  type ThresholdOperator,
  thresholdFunctionCurve,
} from '@espalier/core';
import { estimatorCurves, type Figure, scheduleCurves, specLabel, thresholdFunctionCurves } from '@espalier/reports';
import { listOptions, optionsOfComponent } from './options.ts';

/**
 * Pictures of what an ablation compares: the curves of the threshold functions, estimators and schedules on its axes. Estimators are shown
 * with the operator of the base pruner.
 */
export function componentFigures(compared: readonly Component<Kind>[], base: ComponentReference<'pruner'>, registry: Registry): Figure[] {
  const functions = compared.filter((one): one is Component<'threshold-function'> => one.kind === 'threshold-function');
  const estimators = compared.filter((one): one is Component<'estimator'> => one.kind === 'estimator');
  const schedules = compared.filter((one): one is Component<'schedule'> => one.kind === 'schedule');
  const ofFunctions = functions.flatMap((g) => thresholdFunctionCurve(g).map((point) => ({ function: specLabel(g.spec), ...point })));
  const options = estimators.length ? operatorOf(base, registry) : {};
  const ofEstimators = estimators.flatMap((one) =>
    estimatorCurve(one, options).map((point) => ({ estimator: specLabel(one.spec), ...point })),
  );
  const ofSchedules = schedules.flatMap((one) =>
    PROGRESS.map((progress) => ({ schedule: specLabel(one.spec), progress, share: one.at(progress) })),
  );
  return [
    ...(functions.length ? [thresholdFunctionCurves(ofFunctions)] : []),
    ...(estimators.length ? [estimatorCurves(ofEstimators)] : []),
    ...(schedules.length ? [scheduleCurves(ofSchedules)] : []),
  ];
}

// --- helpers ---

const PROGRESS = Array.from({ length: 401 }, (_, i) => i / 400);

/** None, if the pruner has no choice of them: then it is the soft one. */
function operatorOf(pruner: ComponentReference<'pruner'>, registry: Registry): { readonly operator?: ThresholdOperator } {
  const option = listOptions(registry, optionsOfComponent(registry, 'pruner', pruner)).find(({ kind }) => kind === 'operator');
  return option ? { operator: registry.build('operator', option.value as ComponentReference<'operator'>) } : {};
}
