import { baselinesPlugin, gmp } from '@espalier/baselines';
import { type AnyFactory, type Component, corePlugin, type Plugin } from '@espalier/core';
import { prunerChecks } from '@espalier/core/testing';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { strPlugin } from '@espalier/str';
import { beforeAll, describe, expect, test } from 'vitest';

/** What a plugin author can do too: the contract on the engine that trains, where it compares compiled steps with eager ones. */
describe('the contract of pruners on the compiled engine', () => {
  const plugins: readonly Plugin[] = [corePlugin, strPlugin, baselinesPlugin];
  const complaints: string[] = [];
  let engine: StartedEngine;
  beforeAll(async () => {
    engine = await startEngine({ engine: 'native', threads: 1, log: (line) => complaints.push(line) });
  });

  const factories = plugins.flatMap(({ components }) => components.filter(({ kind }: AnyFactory) => kind === 'pruner'));
  test.each(factories.map((factory) => [factory.definition.name, factory] as const))(
    '%s is trained alike both ways',
    async (_, factory) => {
      const create = (options?: object) => factory(options) as Component<'pruner'>;
      const checks = prunerChecks(create, { engine }).filter(({ name }) => /compiled|leaks/.test(name));
      expect(checks).toHaveLength(2);
      for (const { run } of checks) await run();
      expect(complaints).toEqual([]);
    },
  );

  test('gmp passes all of it there', async () => {
    for (const { run } of prunerChecks((options) => gmp({ every: 3, ...options }), { plugins: [baselinesPlugin], engine })) await run();
  });
});
