import { defineModel } from '@espalier/core';
import * as z from 'zod';
import { cifarResnet } from './cifar-resnet.ts';

/**
 * ResNet-56 for CIFAR-sized images: `resnet20` with 9 blocks a stage instead of 3.
 *
 * Size (32x32x3, 10 classes): 848,944 kernel weights, 125,485,696 multiply-adds; 4,064 trained and 4,064 running values of batch norm, 10 biases.
 * Shapes, initializers, source and what differs from the paper: as `resnet20`.
 *
 * @throws {EspalierError} `E_INPUT_SHAPE` if the examples are not images.
 * @example resnet56()
 * @see https://arxiv.org/abs/1512.03385
 */
export const resnet56 = defineModel({
  name: 'resnet56',
  summary: 'ResNet-56 for CIFAR-sized images, 848,944 weights (He et al., 2016)',
  options: z.strictObject({}),
  create: () => ({ build: (context) => cifarResnet('resnet56', 9, context), usual: { inputShape: [32, 32, 3], classes: 10 } }),
});
