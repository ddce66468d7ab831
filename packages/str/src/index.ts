import { definePlugin } from '@espalier/core';
import { autoPrune } from './autoprune.ts';
import { dst } from './dst.ts';
import { annealed } from './estimators/annealed.ts';
import { autopruneEstimator } from './estimators/autoprune.ts';
import { clipped } from './estimators/clipped.ts';
import { leaky } from './estimators/leaky.ts';
import { longTail } from './estimators/long-tail.ts';
import { maskedGradient } from './estimators/masked.ts';
import { sigmoidMask } from './estimators/sigmoid-mask.ts';
import { softplusSurrogate } from './estimators/softplus-surrogate.ts';
import { straightThrough } from './estimators/straight-through.ts';
import { subgradient } from './estimators/subgradient.ts';
import { learned } from './learned.ts';
import { maskParameter } from './mask-parameter.ts';
import { str } from './str.ts';
import { algebraic } from './threshold-functions/algebraic.ts';
import { arctan } from './threshold-functions/arctan.ts';
import { exp } from './threshold-functions/exp.ts';
import { identity } from './threshold-functions/identity.ts';
import { power } from './threshold-functions/power.ts';
import { sigmoid } from './threshold-functions/sigmoid.ts';
import { softplus } from './threshold-functions/softplus.ts';
import { tanh } from './threshold-functions/tanh.ts';
import { thresholded } from './thresholded.ts';

export { makeExact, type StrState, scaleToSparsity } from './exact-budget.ts';
export type { MaskParameterState } from './mask-parameter.ts';
export {
  algebraic,
  annealed,
  arctan,
  autoPrune,
  autopruneEstimator,
  clipped,
  dst,
  exp,
  identity,
  leaky,
  learned,
  longTail,
  maskedGradient,
  maskParameter,
  power,
  sigmoid,
  sigmoidMask,
  softplus,
  softplusSurrogate,
  str,
  straightThrough,
  subgradient,
  tanh,
  thresholded,
};

/** STR with its threshold functions and estimators. */
export const strPlugin = definePlugin({
  name: '@espalier/str',
  apiVersion: 1,
  components: [
    str,
    dst,
    autoPrune,
    thresholded,
    learned,
    maskParameter,
    sigmoid,
    exp,
    softplus,
    tanh,
    arctan,
    algebraic,
    identity,
    power,
    subgradient,
    straightThrough,
    maskedGradient,
    leaky,
    annealed,
    softplusSurrogate,
    sigmoidMask,
    clipped,
    longTail,
    autopruneEstimator,
  ],
});
