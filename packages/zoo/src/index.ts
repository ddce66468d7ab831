import { definePlugin } from '@espalier/core';
import { idx } from './datasets/idx.ts';
import { mnist } from './datasets/mnist.ts';
import { lenet300 } from './models/lenet-300-100.ts';
import { lenet5 } from './models/lenet5.ts';
import { resnet20 } from './models/resnet20.ts';

export { type IdxArray, readIdx } from './datasets/idx-file.ts';
export { idx, lenet5, lenet300, mnist, resnet20 };

export const zooPlugin = definePlugin({ name: '@espalier/zoo', apiVersion: 1, components: [lenet300, lenet5, resnet20, mnist, idx] });
