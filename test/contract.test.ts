import { baselinesPlugin, gmp } from '@espalier/baselines';
import { type AnyFactory, type Component, corePlugin, type Plugin } from '@espalier/core';
import { pluginChecks, prunerChecks } from '@espalier/core/testing';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { strPlugin } from '@espalier/str';
import { zooPlugin } from '@espalier/zoo';
import { beforeAll, describe, expect, test } from 'vitest';

const plugins: readonly Plugin[] = [corePlugin, strPlugin, baselinesPlugin, zooPlugin];
const pruners = plugins
  .flatMap(({ components }): readonly AnyFactory[] => components)
  .filter(({ kind, definition: { name } }) => kind === 'pruner' && name !== 'fixed-mask') // it needs a finished run; tests of its own make one
  .map((factory) => [factory.definition.name, factory] as const);

describe('every component passes the contract of its kind (pruners do in tests of their own):', () => {
  /** What a component needs said. Coefficients are such that a penalty's gradient can be told from rounding. */
  const OPTIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    l1: { lambda: 0.1 },
    l2: { lambda: 0.1 },
    'elastic-net': { l1: 0.1, l2: 0.1 },
    'hoyer-square': { lambda: 0.1 },
    mnist: { trainExamples: 300, testExamples: 100, validation: 100 },
  };
  /** They are made for layers, files or data of the user's own; tests of their own make these. */
  const ELSEWHERE = ['from-file', 'from-run', 'idx', 'cifar10', 'cifar100', 'image-folder', 'fashion-mnist'];
  /** Too large for plain JavaScript; test/networks.test.ts trains them. */
  const LARGE = ['resnet18', 'resnet50', 'resnet56', 'wrn-22-2', 'vgg16-bn', 'mobilenet-v1', 'mobilenet-v2'];

  const cases = plugins.flatMap((plugin) =>
    pluginChecks(plugin, { given: OPTIONS, plugins })
      .filter(({ kind, name }) => kind !== 'pruner' && !ELSEWHERE.includes(name) && !LARGE.includes(name))
      .map(({ kind, name, checks }) => [kind, name, checks] as const),
  );
  test.each(cases)('%s %s', async (_, __, checks) => {
    for (const { name, run } of checks) await run().catch((error: Error) => expect.fail(`${name}: ${error.message}`));
  });
});

/** What a plugin author can do too: the contract on the engine that trains, where it compares compiled steps with eager ones. */
describe('the contract of pruners on the compiled engine', () => {
  const complaints: string[] = [];
  let engine: StartedEngine;
  beforeAll(async () => {
    engine = await startEngine({ engine: 'native', threads: 1, log: (line) => complaints.push(line) });
  });

  test.each(pruners)('%s is trained alike both ways', async (_, factory) => {
    const create = (options?: object) => factory(options) as Component<'pruner'>;
    const checks = prunerChecks(create, { engine }).filter(({ name }) => /compiled|leaks/.test(name));
    expect(checks).toHaveLength(2);
    for (const { run } of checks) await run();
    expect(complaints).toEqual([]);
  });

  test('gmp passes all of it there', async () => {
    for (const { run } of prunerChecks((options) => gmp({ every: 3, ...options }), { plugins: [baselinesPlugin], engine })) await run();
  });
});
