import { describe, expect, it } from 'vitest';
import { everySecond, onCpu, someNumbers, tensorsLeftBy, values, withCode, zeros } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { attach } from './attach.ts';
import { largestActivation, outputActivation, weightFields } from './layer-internals.ts';

const { layers } = tf;
const seeded = () => tf.initializers.glorotNormal({ seed: 7 });
const kernelInitializer = seeded();
const recurrentInitializer = seeded();
const recurrent = { kernelInitializer, recurrentInitializer };
const quarter = tf.initializers.constant({ value: 0.25 });

interface Expected {
  /** By name of the kernel: shape, filter axes, multiply-adds of one example counted by hand. */
  readonly kernels: Readonly<Record<string, readonly [shape: readonly number[], filterAxes: readonly number[], multiplyAdds: number]>>;
  /** What every output is if all kernels are zero. */
  readonly bias: number;
}

/** The kernels are found and counted, and everything the model computes goes through the effective weights. */
function expectPrunable(model: tf.LayersModel, { kernels, bias }: Expected): void {
  const inputShape = (model.inputs[0] as tf.SymbolicTensor).shape.slice(1) as number[];
  const size = inputShape.reduce((product, n) => product * n, 2);
  const x = tf.tensor(someNumbers(size), [2, ...inputShape]);
  const predict = () => values(() => model.predict(x) as tf.Tensor);
  const weights = () => model.getWeights().map((weight) => Array.from(weight.dataSync()));
  const dense = predict();
  const stored = weights();
  expect(dense.some((y) => Math.abs(y - bias) > 1e-3)).toBe(true);

  expect(
    tensorsLeftBy(() => {
      const zeroed = attach(model, zeros);
      const found = zeroed.layers.map(({ kernel }) => [kernel.name, [kernel.shape, kernel.filterAxes, kernel.size * kernel.uses]]);
      expect(Object.fromEntries(found)).toEqual(kernels);
      expect(
        zeroed.report().map(({ name, denseMultiplyAdds, multiplyAdds, nonzero }) => [name, denseMultiplyAdds, multiplyAdds, nonzero]),
      ).toEqual(Object.entries(kernels).map(([name, [, , multiplyAdds]]) => [name, multiplyAdds, 0, 0]));
      expect(predict().map((y) => Math.abs(y))).toEqual(dense.map(() => bias));
      expect(values(() => zeroed.apply(x)).map((y) => Math.abs(y))).toEqual(dense.map(() => bias));
      zeroed.detach();
    }),
  ).toBe(0);
  expect(predict()).toEqual(dense);
  expect(weights()).toEqual(stored);

  expect(
    tensorsLeftBy(() => {
      const pruned = attach(model, everySecond);
      const computed = values(() => pruned.apply(x));
      expect(computed).not.toEqual(dense);
      expect(predict()).toEqual(computed);
      const report = pruned.report();
      for (const { nonzero, size, multiplyAdds, denseMultiplyAdds } of report) {
        expect(nonzero).toBe(Math.floor(size / 2));
        expect(multiplyAdds / denseMultiplyAdds).toBeCloseTo(nonzero / size, 10);
      }
      pruned.finalize();
      expect(predict()).toEqual(computed);
      const kept = weightFields(model).filter(({ role }) => role === 'kernel');
      expect(kept.map(({ variable }) => values(() => variable.notEqual(0).sum())[0])).toEqual(report.map(({ nonzero }) => nonzero));
    }),
  ).toBe(0);
  x.dispose();
  model.dispose();
}

const sequential = (...stack: tf.layers.Layer[]) => tf.sequential({ layers: stack });

describe('the kernels of a layer', () => {
  onCpu();

  it('are found in dense', () => {
    expectPrunable(sequential(layers.dense({ name: 'fc', units: 3, inputShape: [4], kernelInitializer, biasInitializer: quarter })), {
      kernels: { fc: [[4, 3], [1], 12] },
      bias: 0.25,
    });
  });

  it('are found in dense on a sequence, which uses them once per element', () => {
    expectPrunable(sequential(layers.dense({ name: 'fc', units: 3, inputShape: [5, 4], kernelInitializer, biasInitializer: quarter })), {
      kernels: { fc: [[4, 3], [1], 12 * 5] },
      bias: 0.25,
    });
  });

  it('are found in conv1d', () => {
    const conv = layers.conv1d({
      name: 'conv',
      filters: 4,
      kernelSize: 3,
      inputShape: [7, 2],
      kernelInitializer,
      biasInitializer: quarter,
    });
    expectPrunable(sequential(conv), { kernels: { conv: [[3, 2, 4], [2], 24 * 5] }, bias: 0.25 });
  });

  it('are found in conv2d, which uses them at every place of the output', () => {
    const conv = layers.conv2d({
      name: 'conv',
      filters: 4,
      kernelSize: [3, 2],
      strides: 2,
      padding: 'same',
      inputShape: [7, 6, 2],
      kernelInitializer,
      biasInitializer: quarter,
    });
    expectPrunable(sequential(conv), { kernels: { conv: [[3, 2, 2, 4], [3], 48 * 4 * 3] }, bias: 0.25 });
  });

  it('are counted in conv2d with channels first', () => {
    const conv = layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, dataFormat: 'channelsFirst', inputShape: [2, 6, 5] });
    const model = sequential(conv);
    expect(weightFields(model).map(({ field, uses }) => [field, uses])).toEqual([
      ['kernel', 4 * 3],
      ['bias', 0],
    ]);
    model.dispose();
  });

  it('are found in conv3d', () => {
    const conv = layers.conv3d({
      name: 'conv',
      filters: 2,
      kernelSize: 2,
      inputShape: [4, 3, 3, 2],
      kernelInitializer,
      biasInitializer: quarter,
    });
    expectPrunable(sequential(conv), { kernels: { conv: [[2, 2, 2, 2, 2], [4], 32 * 3 * 2 * 2] }, bias: 0.25 });
  });

  it('are found in conv2dTranspose, which uses them at every place of the input and has its filters before the inputs', () => {
    const conv = layers.conv2dTranspose({
      name: 'up',
      filters: 4,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      inputShape: [3, 2, 2],
      kernelInitializer,
      biasInitializer: quarter,
    });
    expectPrunable(sequential(conv), { kernels: { up: [[3, 3, 4, 2], [2], 72 * 3 * 2] }, bias: 0.25 });
  });

  it('are found in depthwiseConv2d, whose filters have two axes', () => {
    const conv = layers.depthwiseConv2d({
      name: 'dw',
      kernelSize: 3,
      depthMultiplier: 2,
      inputShape: [5, 4, 3],
      depthwiseInitializer: seeded(),
      biasInitializer: quarter,
    });
    expectPrunable(sequential(conv), { kernels: { dw: [[3, 3, 3, 2], [2, 3], 54 * 3 * 2] }, bias: 0.25 });
  });

  it('are found in separableConv2d, by their fields', () => {
    const conv = layers.separableConv2d({
      name: 'sep',
      filters: 4,
      kernelSize: 3,
      inputShape: [5, 4, 2],
      depthwiseInitializer: seeded(),
      pointwiseInitializer: seeded(),
      biasInitializer: quarter,
    });
    expectPrunable(sequential(conv), {
      kernels: { 'sep/depthwiseKernel': [[3, 3, 2, 1], [2, 3], 18 * 6], 'sep/pointwiseKernel': [[1, 1, 2, 4], [3], 8 * 6] },
      bias: 0.25,
    });
  });

  it('are found in simpleRNN, which uses them once per time step', () => {
    expectPrunable(sequential(layers.simpleRNN({ name: 'rnn', units: 3, inputShape: [5, 2], ...recurrent })), {
      kernels: { 'rnn/kernel': [[2, 3], [1], 6 * 5], 'rnn/recurrentKernel': [[3, 3], [1], 9 * 5] },
      bias: 0,
    });
  });

  it('are found in gru', () => {
    expectPrunable(sequential(layers.gru({ name: 'gru', units: 3, inputShape: [5, 2], returnSequences: true, ...recurrent })), {
      kernels: { 'gru/kernel': [[2, 9], [1], 18 * 5], 'gru/recurrentKernel': [[3, 9], [1], 27 * 5] },
      bias: 0,
    });
  });

  it('are found in lstm', () => {
    expectPrunable(sequential(layers.lstm({ name: 'lstm', units: 3, inputShape: [5, 2], ...recurrent })), {
      kernels: { 'lstm/kernel': [[2, 12], [1], 24 * 5], 'lstm/recurrentKernel': [[3, 12], [1], 36 * 5] },
      bias: 0,
    });
  });

  it('are found in both directions of bidirectional', () => {
    const layer = layers.simpleRNN({ units: 3, ...recurrent });
    expectPrunable(sequential(layers.bidirectional({ name: 'bi', layer, mergeMode: 'concat', inputShape: [5, 2] })), {
      kernels: {
        'bi/forward/kernel': [[2, 3], [1], 6 * 5],
        'bi/forward/recurrentKernel': [[3, 3], [1], 9 * 5],
        'bi/backward/kernel': [[2, 3], [1], 6 * 5],
        'bi/backward/recurrentKernel': [[3, 3], [1], 9 * 5],
      },
      bias: 0,
    });
  });

  it('are found in the layer that timeDistributed repeats', () => {
    const layer = layers.conv2d({ filters: 3, kernelSize: 2, kernelInitializer, biasInitializer: quarter });
    expectPrunable(sequential(layers.timeDistributed({ name: 'frames', layer, inputShape: [3, 4, 5, 2] })), {
      kernels: { frames: [[2, 2, 2, 3], [3], 24 * 3 * 4 * 3] },
      bias: 0.25,
    });
  });

  it('are found in stacked cells', () => {
    const cell = [layers.simpleRNNCell({ units: 3, ...recurrent }), layers.gruCell({ units: 2, ...recurrent })];
    expectPrunable(sequential(layers.rnn({ name: 'rnn', cell, inputShape: [4, 2] }) as tf.layers.Layer), {
      kernels: {
        'rnn/cell1/kernel': [[2, 3], [1], 6 * 4],
        'rnn/cell1/recurrentKernel': [[3, 3], [1], 9 * 4],
        'rnn/cell2/kernel': [[3, 6], [1], 18 * 4],
        'rnn/cell2/recurrentKernel': [[2, 6], [1], 12 * 4],
      },
      bias: 0,
    });
  });

  it.each([true, false])('are found in convLstm2d (returnSequences: %s), at every place of every time step', (returnSequences) => {
    const lstm = layers.convLstm2d({ name: 'lstm', filters: 2, kernelSize: 2, inputShape: [3, 4, 5, 1], returnSequences, ...recurrent });
    expectPrunable(sequential(lstm as tf.layers.Layer), {
      kernels: {
        'lstm/kernel': [[2, 2, 1, 8], [3], 32 * 3 * 3 * 4],
        'lstm/recurrentKernel': [[2, 2, 2, 8], [3], 64 * 3 * 3 * 4],
      },
      bias: 0,
    });
  });
});

describe('the kernels of a model', () => {
  onCpu();
  const fc = (name: string, units: number) => layers.dense({ name, units, kernelInitializer, biasInitializer: quarter });

  it('come in the order of a functional model, branches included', () => {
    const input = tf.input({ shape: [4] });
    const left = fc('left', 3).apply(input) as tf.SymbolicTensor;
    const right = fc('right', 3).apply(input) as tf.SymbolicTensor;
    const sum = layers.maximum().apply([left, right]) as tf.SymbolicTensor;
    expectPrunable(tf.model({ inputs: input, outputs: fc('out', 2).apply(sum) as tf.SymbolicTensor }), {
      kernels: { left: [[4, 3], [1], 12], right: [[4, 3], [1], 12], out: [[3, 2], [1], 6] },
      bias: 0.25,
    });
  });

  it('count twice in a layer that is used twice', () => {
    const shared = fc('shared', 4);
    const input = tf.input({ shape: [4] });
    const once = shared.apply(input) as tf.SymbolicTensor;
    expectPrunable(tf.model({ inputs: input, outputs: shared.apply(once) as tf.SymbolicTensor }), {
      kernels: { shared: [[4, 4], [1], 32] },
      bias: 0.25,
    });
  });

  it('count once in a layer that another model uses as well', () => {
    const shared = fc('shared', 4);
    const input = tf.input({ shape: [4] });
    const hidden = shared.apply(input) as tf.SymbolicTensor;
    tf.model({ inputs: input, outputs: shared.apply(hidden) as tf.SymbolicTensor });
    expectPrunable(tf.model({ inputs: input, outputs: hidden }), { kernels: { shared: [[4, 4], [1], 16] }, bias: 0.25 });
  });

  it('are found in a nested sequential model, by a path', () => {
    const inner = tf.sequential({ name: 'inner', layers: [layers.dense({ name: 'fc', units: 3, inputShape: [4], kernelInitializer })] });
    const model = tf.sequential();
    model.add(inner);
    model.add(fc('out', 2));
    expectPrunable(model, { kernels: { 'inner/fc': [[4, 3], [1], 12], out: [[3, 2], [1], 6] }, bias: 0.25 });
  });

  it('are found in a nested functional model, once for each of its uses', () => {
    const innerInput = tf.input({ shape: [4] });
    const inner = tf.model({ name: 'inner', inputs: innerInput, outputs: fc('fc', 4).apply(innerInput) as tf.SymbolicTensor });
    const input = tf.input({ shape: [4] });
    const twice = inner.apply(inner.apply(input) as tf.SymbolicTensor) as tf.SymbolicTensor;
    expectPrunable(tf.model({ inputs: input, outputs: fc('out', 2).apply(twice) as tf.SymbolicTensor }), {
      kernels: { 'inner/fc': [[4, 4], [1], 32], out: [[4, 2], [1], 8] },
      bias: 0.25,
    });
  });

  it('come once, with all uses, where several nested models hold one layer', () => {
    const shared = fc('shared', 4);
    const nest = (name: string) => {
      const input = tf.input({ shape: [4] });
      return tf.model({ name, inputs: input, outputs: shared.apply(input) as tf.SymbolicTensor });
    };
    const input = tf.input({ shape: [4] });
    const hidden = nest('one').apply(input) as tf.SymbolicTensor;
    expectPrunable(tf.model({ inputs: input, outputs: nest('two').apply(hidden) as tf.SymbolicTensor }), {
      kernels: { 'one/shared': [[4, 4], [1], 32] },
      bias: 0.25,
    });
  });

  it('are found in a model that timeDistributed repeats', () => {
    const layer = tf.sequential({
      layers: [layers.dense({ name: 'fc', units: 3, inputShape: [4], kernelInitializer, biasInitializer: quarter })],
    });
    expectPrunable(sequential(layers.timeDistributed({ name: 'each', layer, inputShape: [5, 4] })), {
      kernels: { 'each/fc': [[4, 3], [1], 60] },
      bias: 0.25,
    });
  });

  it('are those of the cell where a custom cell is wrapped in rnn', () => {
    expectPrunable(
      sequential(layers.rnn({ name: 'rnn', cell: layers.lstmCell({ units: 3, ...recurrent }), inputShape: [4, 2] }) as tf.layers.Layer),
      {
        kernels: { 'rnn/kernel': [[2, 12], [1], 24 * 4], 'rnn/recurrentKernel': [[3, 12], [1], 36 * 4] },
        bias: 0,
      },
    );
  });

  it('are told from biases, scales and everything else', () => {
    const model = sequential(
      layers.embedding({ name: 'words', inputDim: 5, outputDim: 4, inputLength: 3 }),
      layers.flatten(),
      layers.dense({ name: 'fc', units: 2 }),
      layers.batchNormalization({ name: 'bn' }),
      layers.layerNormalization({ name: 'ln' }),
      layers.prelu({ name: 'prelu' }),
    );
    expect(weightFields(model).map(({ layer, field, role }) => `${layer} ${field}: ${role}`)).toEqual([
      'words embeddings: other',
      'fc kernel: kernel',
      'fc bias: bias',
      'bn gamma: norm',
      'bn beta: norm',
      'ln gamma: norm',
      'ln beta: norm',
      'prelu alpha: other',
    ]);
    model.dispose();
  });

  it('are not counted where the size of the input is unknown', () => {
    for (const layer of [
      layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [null, null, 1] }),
      layers.simpleRNN({ units: 2, inputShape: [null, 3] }),
      layers.timeDistributed({ layer: layers.dense({ units: 2 }), inputShape: [null, 3] }),
    ]) {
      const model = sequential(layer);
      expect(() => weightFields(model)).toThrow(withCode('E_UNKNOWN_SIZE'));
      model.dispose();
    }
  });
});

describe('the output activation', () => {
  onCpu();
  const hidden = () => layers.dense({ units: 3, inputShape: [4], activation: 'relu' });

  it.each([
    ['a dense layer', () => [layers.dense({ units: 2, activation: 'softmax' })]],
    ['an activation layer', () => [layers.dense({ units: 2 }), layers.activation({ activation: 'softmax' })]],
    ['a softmax layer', () => [layers.dense({ units: 2 }), layers.softmax()]],
    ['a nested model', () => [tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [3], activation: 'softmax' })] })]],
  ])('is found in %s', (_, last) => {
    const model = sequential(hidden(), ...(last() as tf.layers.Layer[]));
    expect(outputActivation(model)).toBe('softmax');
    model.dispose();
  });

  it('is no softmax where the model gives logits', () => {
    const model = sequential(hidden(), layers.dense({ units: 2 }));
    expect(outputActivation(model)).not.toBe('softmax');
    model.dispose();
  });
});

describe('largestActivation', () => {
  onCpu();

  it('is what goes into any layer or comes out of it, for one example', () => {
    const convolution = layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 2] });
    expect(largestActivation(tf.sequential({ layers: [convolution, layers.flatten()] }))).toBe(6 * 6 * 4);
    expect(largestActivation(tf.sequential({ layers: [layers.flatten({ inputShape: [8, 8, 2] }), layers.dense({ units: 5 })] }))).toBe(128);
  });

  it('looks into nested models, and counts a dimension that is left open as 1', () => {
    const inner = tf.sequential({ layers: [layers.dense({ units: 50, inputShape: [4] }), layers.dense({ units: 2 })] });
    const input = tf.input({ shape: [4] });
    expect(largestActivation(tf.model({ inputs: input, outputs: inner.apply(input) as tf.SymbolicTensor }))).toBe(50);
    expect(largestActivation(tf.sequential({ layers: [layers.simpleRNN({ units: 3, inputShape: [null, 7] })] }))).toBe(7);
  });
});
