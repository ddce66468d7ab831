import { definePlugin } from '@espalier/core';
import { expLinear } from './exp-linear.ts';
import { type RigLState, rigl } from './rigl.ts';
import { roundedCorner } from './rounded-corner.ts';

export { expLinear, type RigLState, rigl, roundedCorner };

/** What a configuration lists as `plugins: ['espalier-plugin-example']`. */
export default definePlugin({ name: 'espalier-plugin-example', apiVersion: 1, components: [rigl, expLinear, roundedCorner] });
