import { defineModel } from '@espalier/core';
import * as z from 'zod';
import { basicBlock, imagenetResnet } from './imagenet-resnet.ts';

/**
 * ResNet-18: like `resnet50`, with two blocks a stage of two 3x3 convolutions each.
 *
 *   block: y = relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)), 3x3 convolutions
 *   shortcut: x, or a 1x1 convolution with batch norm in the first block of stages 2 to 4
 *
 * Size (224x224x3, 1000 classes): 11,678,912 kernel weights, 1,814,073,344 multiply-adds; 9,600 trained and 9,600 running values of batch norm,
 * no biases.
 * Shapes, initializers and source: as `resnet50`. Differs from the paper: shortcuts with weights where the shape changes (its option B), the
 * classifier has no bias, the initializers.
 *
 * @throws {EspalierError} `E_INPUT_SHAPE` if the examples are not images.
 * @example resnet18()
 * @see https://arxiv.org/abs/1512.03385
 */
export const resnet18 = defineModel({
  name: 'resnet18',
  summary: 'ResNet-18, 11,678,912 weights on ImageNet (He et al., 2016)',
  options: z.strictObject({}),
  create: () => ({
    build: (context) => imagenetResnet('resnet18', { blocks: [2, 2, 2, 2], residual: basicBlock, expansion: 1 }, context),
    usual: { inputShape: [224, 224, 3], classes: 1000 },
  }),
});
