import { definePlugin } from '@espalier/core';
import { straightThrough } from './estimators/straight-through.ts';
import { subgradient } from './estimators/subgradient.ts';
import { str } from './str.ts';
import { exp } from './threshold-functions/exp.ts';
import { sigmoid } from './threshold-functions/sigmoid.ts';

export { makeExact, type StrState, scaleToSparsity } from './exact-budget.ts';
export { exp, sigmoid, str, straightThrough, subgradient };

/** STR with its threshold functions and estimators. */
export const strPlugin = definePlugin({
  name: '@espalier/str',
  apiVersion: 1,
  components: [str, sigmoid, exp, subgradient, straightThrough],
});
