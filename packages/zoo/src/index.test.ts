import { createRegistry } from '@espalier/core';
import { expect, it } from 'vitest';
import * as zoo from './index.ts';

it('exports the components and the plugin', () => {
  expect(Object.keys(zoo).sort()).toMatchInlineSnapshot(`
    [
      "idx",
      "lenet300",
      "lenet5",
      "mnist",
      "readIdx",
      "resnet20",
      "zooPlugin",
    ]
  `);
});

it('brings models and data sets under the names that a config uses', () => {
  const registry = createRegistry([zoo.zooPlugin]);
  expect(registry.list('model').map(({ definition }) => definition.name)).toEqual(['lenet-300-100', 'lenet5', 'resnet20']);
  expect(registry.list('dataset').map(({ definition }) => definition.name)).toEqual(['mnist', 'idx']);
  expect(registry.build('dataset', { use: 'mnist', validation: 5000, trainExamples: 10 }).spec).toEqual({
    use: 'mnist',
    trainExamples: 10,
  });
  expect(registry.build('model', 'lenet5').spec).toEqual({ use: 'lenet5' });
});
