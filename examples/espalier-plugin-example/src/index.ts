import { definePlugin } from '@espalier/core';
import { expLinear } from './exp-linear.ts';
import { rigl } from './rigl.ts';
import { roundedCorner } from './rounded-corner.ts';

export { expLinear, rigl, roundedCorner };

/** What a configuration lists as `plugins: ['espalier-plugin-example']`. */
export default definePlugin({ name: 'espalier-plugin-example', apiVersion: 1, components: [rigl, expLinear, roundedCorner] });
