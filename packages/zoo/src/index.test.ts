import { createRegistry } from '@espalier/core';
import { expect, it } from 'vitest';
import * as zoo from './index.ts';

it('exports the components and the plugin', () => {
  expect(Object.keys(zoo).sort()).toMatchInlineSnapshot(`
    [
      "cifar10",
      "cifar100",
      "fashionMnist",
      "idx",
      "imageFolder",
      "lenet300",
      "lenet5",
      "mlp",
      "mnist",
      "mobilenetV1",
      "mobilenetV2",
      "readIdx",
      "resnet18",
      "resnet20",
      "resnet50",
      "resnet56",
      "vgg16Bn",
      "wrn22x2",
      "zooPlugin",
    ]
  `);
});

it('brings models and data sets under the names that a config uses', () => {
  const registry = createRegistry([zoo.zooPlugin]);
  expect(registry.list('model').map(({ definition }) => definition.name)).toEqual([
    ...['lenet-300-100', 'lenet5', 'mlp', 'resnet20', 'resnet56', 'wrn-22-2', 'vgg16-bn'],
    ...['resnet18', 'resnet50', 'mobilenet-v1', 'mobilenet-v2'],
  ]);
  expect(registry.list('dataset').map(({ definition }) => definition.name)).toEqual([
    ...['mnist', 'fashion-mnist', 'idx'],
    ...['cifar10', 'cifar100', 'image-folder'],
  ]);
  expect(registry.build('dataset', { use: 'mnist', validation: 5000, trainExamples: 10 }).spec).toEqual({
    use: 'mnist',
    trainExamples: 10,
  });
  expect(registry.build('model', 'lenet5').spec).toEqual({ use: 'lenet5' });
});
