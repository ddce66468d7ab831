import { definePlugin } from '@espalier/core';
import { dense } from './dense.ts';
import { dnw } from './dnw.ts';
import { globalMagnitude } from './global-magnitude.ts';
import { gmp } from './gmp.ts';

export { dense, dnw, globalMagnitude, gmp };

/** The methods that others are compared with. */
export const baselinesPlugin = definePlugin({ name: '@espalier/baselines', apiVersion: 1, components: [dense, dnw, gmp, globalMagnitude] });
