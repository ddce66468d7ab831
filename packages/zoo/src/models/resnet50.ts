import { defineModel } from '@espalier/core';
import * as z from 'zod';
import { bottleneck, imagenetResnet } from './imagenet-resnet.ts';

/**
 * ResNet-50, version 1.5 (the 3x3 convolution of a block has the stride), as the pruning literature counts it.
 *
 *   conv1 7x7x64, stride 2 -> max-pool 3x3, stride 2 -> 3, 4, 6 and 3 blocks of 64, 128, 256 and 512 filters -> mean over the image -> fc
 *   block: y = relu(bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(x)))))))) + shortcut(x)), 1x1, 3x3 and 1x1 convolutions, the last with 4 times the filters
 *   shortcut: x, or a 1x1 convolution with batch norm in the first block of a stage
 *
 * Size (224x224x3, 1000 classes): 25,502,912 kernel weights in 54 layers, 4,089,184,256 multiply-adds; 53,120 trained and 53,120 running values
 * of batch norm, no biases.
 * Shapes: input [batch, height, width, channels] of any size; output [batch, classes]. Names of layers as in torchvision.
 * Initializers: He normal for the convolutions, LeCun normal for fc, both cut off at two standard deviations by TensorFlow.js.
 * Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2016; the stride as in torchvision.
 * Differs from the paper: the place of the stride; the classifier has no bias, as in the official code of STR (there a 1x1 convolution after the
 * mean, which is the same), and LeCun normal instead of its He normal; the initializers' cut-off.
 *
 * @throws {EspalierError} `E_INPUT_SHAPE` if the examples are not images.
 * @example resnet50()
 * @see https://arxiv.org/abs/1512.03385
 */
export const resnet50 = defineModel({
  name: 'resnet50',
  summary: 'ResNet-50 v1.5, 25,502,912 weights on ImageNet (He et al., 2016)',
  options: z.strictObject({}),
  create: () => ({
    build: (context) => imagenetResnet('resnet50', { blocks: [3, 4, 6, 3], residual: bottleneck, expansion: 4 }, context),
    usual: { inputShape: [224, 224, 3], classes: 1000 },
  }),
});
