import { describe, expect, it } from 'vitest';
import { prunableKernels } from '../model/kernels.ts';
import { withoutValues } from '../model/without-values.ts';
import { onCpu, tensorsLeftBy } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { measuredKernels } from './measured.ts';
import { keptAt, modelCost } from './model-cost.ts';

onCpu();

/** 6x6x2 → conv 3x3x4: 72 weights used 16 times → depthwise 3x3: 36 weights used 4 times → dense 5: 80 weights used once. */
const build = () =>
  tf.sequential({
    name: 'small',
    layers: [
      tf.layers.conv2d({ inputShape: [6, 6, 2], filters: 4, kernelSize: 3, name: 'conv' }),
      tf.layers.batchNormalization({ name: 'bn' }),
      tf.layers.depthwiseConv2d({ kernelSize: 3, name: 'depthwise', useBias: false }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 5, name: 'fc' }),
    ],
  });

describe('modelCost', () => {
  it('counts a dense model', () => {
    const { total, whole, layers, model } = modelCost(withoutValues(build));
    expect(model).toBe('small');
    expect(layers.map(({ name, shape, size, denseMultiplyAdds }) => [name, shape, size, denseMultiplyAdds])).toEqual([
      ['conv', [3, 3, 2, 4], 72, 1152],
      ['depthwise', [3, 3, 4, 1], 36, 144],
      ['fc', [16, 5], 80, 80],
    ]);
    expect(total).toEqual({
      ...{ size: 188, nonzero: 188, sparsity: 0, denseMultiplyAdds: 1376, multiplyAdds: 1376 },
      ...{ denseOperations: 1376, operations: 1376, denseBytes: 752, bytes: 752 },
      storage: { dense: 752, bitmask: 752 + 9 + 5 + 10, csr: 2 * 752 + 4 * (5 + 5 + 6), entropy: 752 },
    });
    expect(whole).toEqual({ parameters: 188 + 4 + 5 + 16, sparsity: 0 }); // biases, batch norm
  });

  it('counts the weights that are left, and keeps prunable apart', () => {
    const kept = new Map([
      ['conv', 18],
      ['fc', 8],
    ]);
    const cost = modelCost(withoutValues(build), { kept, prunable: { exclude: ['depthwise'] } });
    expect(cost.layers.map(({ nonzero, sparsity, multiplyAdds, prunable }) => [nonzero, sparsity, multiplyAdds, prunable])).toEqual([
      [18, 0.75, 288, true],
      [36, 0, 144, false],
      [8, 0.9, 8, true],
    ]);
    expect(cost.total).toMatchObject({ size: 188, nonzero: 62, multiplyAdds: 440, denseMultiplyAdds: 1376, bytes: 248 });
    expect(cost.prunable).toMatchObject({ size: 152, nonzero: 26, sparsity: 1 - 26 / 152, multiplyAdds: 296 });
    expect(cost.whole.sparsity).toBe(126 / 213);
  });

  it('counts as RigL does: twice, with a bias and a relu for each output, one filter in a depthwise layer', () => {
    const { layers } = modelCost(withoutValues(build), { convention: 'rigl', kept: new Map([['fc', 8]]) });
    expect(layers.map(({ operations, bytes }) => [operations, bytes])).toEqual([
      [2 * 1152 + 64, 4 * 72 + 4 * 4],
      [2 * 144 + 4, 4 * 36 + 4],
      [2 * 8 + 5, 4 * 8 + 10 + 4 * 5],
    ]);
  });

  it('refuses patterns that match nothing', () => {
    expect(() => modelCost(withoutValues(build), { prunable: { exclude: ['dw*'] } })).toThrow(
      expect.objectContaining({ code: 'E_PATTERN' }),
    );
  });
});

describe('keptAt', () => {
  it('rounds in each kernel by itself; who is not named stays dense', () => {
    const kept = keptAt(
      prunableKernels(withoutValues(build)),
      new Map([
        ['conv', 0.99],
        ['fc', 1],
      ]),
    );
    expect([...kept]).toEqual([
      ['conv', 1],
      ['depthwise', 36],
      ['fc', 0],
    ]);
  });
});

describe('measuredKernels', () => {
  it('counts what is there, and how small it packs', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [300], units: 2, useBias: false, name: 'fc' })] });
    const values = Float32Array.from({ length: 600 }, (_, i) => (i < 7 ? i / 10 : 0));
    tf.tidy(() => model.setWeights([tf.tensor2d(values, [300, 2])]));
    const { nonzero, gzip } = measuredKernels(model).get('fc') as { nonzero: number; gzip: number };
    expect(nonzero).toBe(6);
    expect(gzip).toBeGreaterThan(6 * 3);
    expect(gzip).toBeLessThan(120);
    expect(tensorsLeftBy(() => void measuredKernels(model))).toBe(0);
    model.dispose();
  });
});
