import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { component, definePlugin, defineSchedule } from '../component.ts';
import { corePlugin } from '../plugin.ts';
import { cubic } from '../schedules/cubic.ts';
import { failures } from '../test-helpers.ts';
import { source } from './faults/threshold-source.ts';
import { pluginChecks } from './plugin-checks.ts';
import { thresholdSourceChecks } from './threshold-source-contract.ts';

const needy = defineSchedule({
  name: 'needy',
  summary: 'For these tests',
  options: z.strictObject({ end: z.number() }),
  create: ({ end }) => ({ at: (progress) => Math.min(1, progress / end) }),
});
const nesting = defineSchedule({
  name: 'nesting',
  summary: 'For these tests',
  options: z.strictObject({ inner: component('schedule') }),
  create: ({ inner }) => ({ at: (progress) => inner.at(progress) }),
});
const plugin = definePlugin({ name: 'tests', apiVersion: 1, components: [needy, nesting, cubic] });

describe('pluginChecks', () => {
  it('has the checks of its kind for every component', () => {
    const found = pluginChecks(corePlugin, { given: { l2: { lambda: 1 } } });
    expect(found.map(({ name }) => name)).toEqual(corePlugin.components.map(({ definition }) => definition.name));
    expect(found.find(({ name }) => name === 'cubic')?.checks.map(({ name }) => name)).toContain('reaches 1 at the end of the training');
  });

  it('makes a component with the options given, and says so when it needs some', async () => {
    const checksOf = (given: Readonly<Record<string, Readonly<Record<string, unknown>>>>) =>
      pluginChecks(plugin, { given }).find(({ name }) => name === (Object.keys(given)[0] ?? 'needy'))?.checks ?? [];
    expect(await failures(checksOf({ needy: { end: 0.5 } }))).toEqual([]);
    expect(await failures(checksOf({ nesting: { inner: { use: 'needy', end: 0.5 } } }))).toEqual([]);
    expect(await failures(checksOf({ nesting: { inner: 'cubic' } }))).toEqual([]);
    expect(await failures(checksOf({}))).toEqual(['is made with the options given']);
    await expect(checksOf({})[0]?.run()).rejects.toMatchObject({ code: 'E_OPTIONS' });
  });
});

describe('thresholdSourceChecks', () => {
  it('find nothing in a sound source', async () => {
    expect(await failures(thresholdSourceChecks(() => source(() => ({}))))).toEqual([]);
  });
});
