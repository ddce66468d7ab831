import { defineModel } from '@espalier/core';
import * as z from 'zod';
import { cifarResnet } from './cifar-resnet.ts';

/**
 * ResNet-20 for CIFAR-sized images: a residual network whose shortcuts have no weights (option A).
 *
 *   conv1 3x3x16 -> 3 stages of 3 blocks, 16, 32 and 64 filters -> mean over the image -> fc, one logit per class
 *   block: y = relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)), 3x3 convolutions; the first block of stages 2 and 3 has stride 2
 *   shortcut: x, or every second pixel of x with zero channels added on both sides
 *
 * Size (32x32x3, 10 classes): 268,336 kernel weights, 40,551,040 multiply-adds; 1,376 trained and 1,376 running values of batch norm, 10 biases.
 * Shapes: input [batch, height, width, channels] of any size, 28x28x1 too; output [batch, classes].
 * Initializers: He normal for the convolutions, LeCun normal for fc, both cut off at two standard deviations by TensorFlow.js.
 * Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2016, section 4.2.
 * Differs from the paper: the initializers' cut-off; LeCun normal for fc. The paper leaves open which channels of a shortcut are zero and the
 * constants of batch norm (here: momentum 0.9, epsilon 1e-5).
 *
 * @throws {EspalierError} `E_INPUT_SHAPE` if the examples are not images.
 * @example resnet20()
 * @see https://arxiv.org/abs/1512.03385
 */
export const resnet20 = defineModel({
  name: 'resnet20',
  summary: 'ResNet-20 for CIFAR-sized images, 268,336 weights (He et al., 2016)',
  options: z.strictObject({}),
  create: () => ({ build: (context) => cifarResnet('resnet20', 3, context), usual: { inputShape: [32, 32, 3], classes: 10 } }),
});
