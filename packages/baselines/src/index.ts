import { definePlugin } from '@espalier/core';
import { dense } from './dense.ts';
import { dnw } from './dnw.ts';
import { feather } from './feather.ts';
import { fixedMask } from './fixed-mask.ts';
import { globalMagnitude } from './global-magnitude.ts';
import { gmp } from './gmp.ts';
import { random } from './random.ts';
import { st3 } from './st-3.ts';

export { dense, dnw, feather, fixedMask, globalMagnitude, gmp, random, st3 };

/** The methods that others are compared with. */
export const baselinesPlugin = definePlugin({
  name: '@espalier/baselines',
  apiVersion: 1,
  components: [dense, dnw, gmp, globalMagnitude, st3, feather, random, fixedMask],
});
