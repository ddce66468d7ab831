import { definePlugin } from '@espalier/core';
import { cifar10, cifar100 } from './datasets/cifar.ts';
import { fashionMnist } from './datasets/fashion-mnist.ts';
import { idx } from './datasets/idx.ts';
import { imageFolder } from './datasets/image-folder.ts';
import { mnist } from './datasets/mnist.ts';
import { lenet300 } from './models/lenet-300-100.ts';
import { lenet5 } from './models/lenet5.ts';
import { mlp } from './models/mlp.ts';
import { mobilenetV1 } from './models/mobilenet-v1.ts';
import { mobilenetV2 } from './models/mobilenet-v2.ts';
import { resnet18 } from './models/resnet18.ts';
import { resnet20 } from './models/resnet20.ts';
import { resnet50 } from './models/resnet50.ts';
import { resnet56 } from './models/resnet56.ts';
import { vgg16Bn } from './models/vgg16-bn.ts';
import { wrn22x2 } from './models/wrn-22-2.ts';

export { type IdxArray, readIdx } from './datasets/idx-file.ts';
export {
  cifar10,
  cifar100,
  fashionMnist,
  idx,
  imageFolder,
  lenet5,
  lenet300,
  mlp,
  mnist,
  mobilenetV1,
  mobilenetV2,
  resnet18,
  resnet20,
  resnet50,
  resnet56,
  vgg16Bn,
  wrn22x2,
};

export const zooPlugin = definePlugin({
  name: '@espalier/zoo',
  apiVersion: 1,
  components: [
    lenet300,
    lenet5,
    mlp,
    resnet20,
    resnet56,
    wrn22x2,
    vgg16Bn,
    resnet18,
    resnet50,
    mobilenetV1,
    mobilenetV2,
    mnist,
    fashionMnist,
    idx,
    cifar10,
    cifar100,
    imageFolder,
  ],
});
