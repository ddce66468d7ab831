import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineModel, definePlugin, measuredKernels, saveModel, tf } from '@espalier/core';
import { lenet300 } from '@espalier/zoo';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { cost } from './cost.ts';
import { createProgram } from './program.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'espalier-cost-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

function file(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
}
const lenet = (fc1: string, more = '') => `layer,sparsity\nfc1,${fc1}\nfc2,0.5\nfc3,0\n${more}`;

describe('cost', () => {
  it('counts a dense network on the data that it is known for', async () => {
    const { total, inputShape, classes, layers } = await cost({ model: 'lenet-300-100' });
    expect([inputShape, classes]).toEqual([[28, 28, 1], 10]);
    expect(total).toMatchObject({ size: 266_200, nonzero: 266_200, multiplyAdds: 266_200 });
    expect(layers.map(({ name }) => name)).toEqual(['fc1', 'fc2', 'fc3']);
  });

  it('takes another input', async () => {
    expect((await cost({ model: 'lenet-300-100', inputShape: [10], classes: 2 })).total.size).toBe(3000 + 30_000 + 200);
  });

  it('follows a budget layer by layer', async () => {
    const { layers, total } = await cost({ model: 'lenet-300-100', budget: file('budget.csv', lenet('0.9')) });
    expect(layers.map(({ nonzero }) => nonzero)).toEqual([23_520, 15_000, 1000]);
    expect(total.nonzero).toBe(39_520);
    expect((await cost({ model: 'lenet-300-100', budget: { fc1: 0.9, fc2: 0.5, fc3: 0 } })).total).toEqual(total);
  });

  it('shares out a sparsity to the weight, layers aside that are left dense', async () => {
    const { total } = await cost({ model: 'lenet-300-100', allocation: 'erk', sparsity: 0.95 });
    expect(total.nonzero).toBe(13_310);
    const { layers, prunable } = await cost({ model: 'lenet-300-100', sparsity: 0.9, prunable: { exclude: ['fc3'] } });
    expect(layers.map(({ nonzero }) => nonzero)).toEqual([23_520, 3000, 1000]);
    expect(prunable.sparsity).toBeCloseTo(0.9, 12);
  });

  it.each([
    ['E_BUDGET', 'percents', { budget: file('percents.csv', lenet('90')) }],
    ['E_BUDGET', 'a layer too many', { budget: file('many.csv', lenet('0.9', 'fc4,0.9\n')) }],
    ['E_BUDGET', 'a layer too few', { budget: file('few.csv', 'layer,sparsity\nfc1,0.9\n') }],
    ['E_BUDGET', 'no file', { budget: path.join(folder, 'none.csv') }],
    ['E_BUDGET', 'a folder that is no run', { budget: folder }],
    ['E_BUDGET', 'percents in an object', { budget: { fc1: 90, fc2: 0.5, fc3: 0 } }],
    ['E_OPTIONS', 'text in place of a fraction', { budget: { fc1: '0.9', fc2: 0.5, fc3: 0 } as never }],
    ['E_OPTIONS', 'a percentage', { sparsity: 90 }],
    ['E_OPTIONS', 'an option that there isn’t', { sparsty: 0.9 } as never],
    ['E_OPTIONS', 'an unknown convention', { convention: 'flops' as never }],
    ['E_OPTIONS', 'no classes', { classes: 0 }],
    ['E_USAGE', 'a budget and a sparsity', { budget: {}, sparsity: 0.9 }],
    ['E_USAGE', 'an allocation without a sparsity', { allocation: 'erk' }],
    ['E_USAGE', 'an allocation that looks at weights', { allocation: 'global', sparsity: 0.9 }],
    ['E_ALLOCATION', 'what can not be', { allocation: { use: 'uniform', fixed: { fc1: 0 } }, sparsity: 0.9 }],
    ['E_PATTERN', 'a layer to leave dense that there isn’t', { prunable: { exclude: ['conv*'] } }],
    ['E_COMPONENT_UNKNOWN', 'an unknown allocation', { allocation: 'fair', sparsity: 0.9 }],
  ])('refuses with %s: %s', async (code, _, options) => {
    await expect(cost({ model: 'lenet-300-100', ...options })).rejects.toMatchObject({ code });
  });

  it('takes the budget of a finished run, and gzips the weights that it saved', async () => {
    const run = path.join(folder, 'run');
    const layers = [
      ['fc1', [784, 300], 23_520],
      ['fc2', [300, 100], 15_000],
      ['fc3', [100, 10], 1000],
    ].map(([name, shape, nonzero]) => {
      const size = (shape as [number, number]).reduce((product, n) => product * n);
      const counts = { size, nonzero, sparsity: 1 - (nonzero as number) / size, multiplyAdds: nonzero, denseMultiplyAdds: size };
      return { name, shape, ...counts, prunable: true };
    });
    const spec = { use: 'x' };
    const result = {
      ...{ format: 1, id: 'abc', pruner: 'str', seed: 0, requested: null, status: 'finished', sparsity: 0.85, size: 266_200 },
      spec: { model: spec, data: spec, pruner: spec, training: {}, seed: 0, engine: { name: 'cpu', threads: 1 } },
      ...{ nonzero: 39_520, wholeSparsity: 0.8, parameters: 266_610, multiplyAdds: 39_520, denseMultiplyAdds: 266_200 },
      ...{ accuracy: 0.9, loss: 1, epochs: 1, steps: 1, layers },
      validation: { accuracy: 0.9, loss: 1, bestAccuracy: 0.9, bestEpoch: 1 },
    };
    const model = lenet300().build({ inputShape: [784], classes: 10, seed: () => 1 });
    await saveModel(model, path.join(run, 'model'));
    writeFileSync(path.join(run, 'result.json'), JSON.stringify(result));
    const { total, gzip } = await cost({ model: 'lenet-300-100', budget: run });
    expect(total.nonzero).toBe(39_520);
    expect(gzip).toBe([...measuredKernels(model).values()].reduce((sum, kernel) => sum + kernel.gzip, 0));
    expect((await cost({ model: 'lenet-300-100', sparsity: 0.9 })).gzip).toBeUndefined();
    model.dispose();
  });

  it('asks for the data of a model that names none', async () => {
    const tiny = defineModel({
      name: 'tiny',
      summary: 'One layer',
      options: z.strictObject({}),
      create: () => ({
        build: ({ inputShape, classes }) =>
          tf.sequential({ layers: [tf.layers.dense({ inputShape: [...inputShape], units: classes, name: 'fc' })] }),
      }),
    });
    const plugins = [definePlugin({ name: 'tiny', apiVersion: 1, components: [tiny] })];
    await expect(cost({ model: 'tiny', plugins })).rejects.toMatchObject({ code: 'E_USAGE' });
    expect((await cost({ model: 'tiny', plugins, inputShape: [5], classes: 3 })).total.size).toBe(15);
  });

  it('leaves no tensor behind', async () => {
    await cost({ model: 'resnet20' });
    const before = tf.memory().numTensors;
    await cost({ model: 'resnet20', sparsity: 0.9 });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('espalier cost', () => {
  const printed = async (...args: readonly string[]) => {
    let text = '';
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      text += chunk;
      return true;
    });
    const code = await createProgram().run(['cost', ...args]);
    write.mockRestore();
    return [code, text] as const;
  };

  it('prints a table', async () => {
    const [code, text] = await printed('--model', 'resnet50', '--allocation', 'erk', '--sparsity', '0.9');
    expect(code).toBe(0);
    expect(text).toMatch(/^layer4\.2\.conv3 +1x1x512x2048 +1\.05 M +88\.08 +125 k +51\.4 M +6\.12 M/m);
    expect(text).toMatch(/^total +– +25\.5 M +90\.00 +2\.55 M +4\.09 G +989 M/m);
  });

  it('prints JSON with every digit', async () => {
    const [, text] = await printed(
      '-m',
      'mobilenet-v1(width=0.5)',
      '-s',
      '0.5',
      '--exclude',
      'conv1,dw*',
      '--convention',
      'rigl',
      '--json',
    );
    const { layers, total, unit, inputShape, classes } = JSON.parse(text);
    expect([unit, inputShape, classes, layers.length]).toEqual(['operations', [224, 224, 3], 1000, 28]);
    expect(layers[0]).toMatchObject({ name: 'conv1', shape: [3, 3, 3, 16], size: 432, nonzero: 432, sparsity: 0, prunable: false });
    expect(total.size - total.nonzero).toBe(Math.round((total.size - 432 - 9 * 2480) / 2));
    expect(Object.keys(total)).toEqual(expect.arrayContaining(['size', 'nonzero', 'sparsity', 'denseMultiplyAdds', 'multiplyAdds']));
  });
});
