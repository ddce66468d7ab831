import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { definePruner } from '../component.ts';
import type { InitContext, Pruner } from '../kinds/pruner.ts';
import { everySecond, naming, onCpu, someNumbers, tensorsLeftBy, untouched, values, withCode, zeros } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { attach } from './attach.ts';

const { layers } = tf;
const step = { step: 3, totalSteps: 10, denseGradients: new Map(), maskMomentum: () => {} };

const twoLayers = () =>
  tf.sequential({
    layers: [
      layers.dense({ name: 'first', units: 3, inputShape: [2], kernelInitializer: tf.initializers.glorotNormal({ seed: 1 }) }),
      layers.dense({ name: 'second', units: 2, kernelInitializer: tf.initializers.glorotNormal({ seed: 2 }) }),
    ],
  });
const oneRow = (weights: number[]) => {
  const model = tf.sequential({ layers: [layers.dense({ name: 'fc', units: 1, inputShape: [weights.length], useBias: false })] });
  model.layers[0]?.setWeights([tf.tensor2d(weights, [weights.length, 1])]);
  return model;
};
const keeps = (mask: number[]): Pruner<{ mask: tf.Variable }> => ({
  init: ({ shape }) => ({ mask: tf.variable(tf.tensor(mask, [...shape], 'float32'), false) }),
  reparameterize: (weight, state) => weight.mul(state.mask),
});

describe('attach', () => {
  onCpu();

  it('hands init every kernel, the steps, and streams that differ by purpose and seed', () => {
    const seen: { name: string; context: InitContext }[] = [];
    const pruner: Pruner = {
      init: ({ name }, context) => {
        seen.push({ name, context });
        return {};
      },
      reparameterize: (weight) => weight,
    };
    const pruned = attach(twoLayers(), pruner, { seed: 4, totalSteps: 50 });
    attach(twoLayers(), pruner, { seed: 5 });
    expect(seen.slice(0, 2).map(({ name }) => name)).toEqual(['first', 'second']);
    const context = seen[0]?.context as InitContext;
    expect(context.totalSteps).toBe(50);
    expect(context.kernels.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(context.kernels).toEqual(pruned.layers.map(({ kernel }) => kernel));
    const draw = (purpose: string, i = 0) => seen[i]?.context.random(purpose).uniform();
    expect(draw('a')).toBe(draw('a'));
    expect(draw('a')).toBe(draw('a', 1));
    expect(draw('a')).not.toBe(draw('b'));
    expect(draw('a')).not.toBe(draw('a', 2));
  });

  it('makes a shared object once per attachment', () => {
    let made = 0;
    const pruner: Pruner = {
      init: (_, { shared }) => ({ all: shared('all', () => ({ number: ++made })) }),
      reparameterize: (weight) => weight,
    };
    const [one, other] = [attach(twoLayers(), pruner), attach(twoLayers(), pruner)];
    const numbers = [one, other].map((pruned) => pruned.layers.map(({ state }) => (state as { all: { number: number } }).all.number));
    expect(numbers).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('gives every trained variable its role', () => {
    const model = tf.sequential({
      layers: [
        layers.embedding({ inputDim: 5, outputDim: 2, inputLength: 2 }),
        layers.flatten(),
        layers.dense({ name: 'kept', units: 2 }),
        layers.batchNormalization(),
        layers.dense({ name: 'pruned', units: 2 }),
      ],
    });
    const pruner: Pruner = {
      init: () => ({ s: tf.variable(tf.scalar(0)), nested: { fixed: tf.variable(tf.scalar(1), false), plain: tf.scalar(2) } }),
      reparameterize: (weight, { s }) => weight.mul(tf.sigmoid(s)),
    };
    const pruned = attach(model, pruner, { prunable: { include: ['pruned'] } });
    expect([...pruned.trained.values()]).toEqual(['other', 'kernel', 'bias', 'norm', 'norm', 'kernel', 'state', 'bias']);
    expect([...pruned.variables.keys()].filter((name) => name.startsWith('state/'))).toEqual(['state/0/s', 'state/0/nested.fixed']);
    expect(pruned.variables.size).toBe(model.weights.length + 2);
    const state = pruned.layers[0]?.state as { nested: { plain: tf.Tensor } };
    expect(state.nested.plain.isDisposed).toBe(false);
    pruned.detach();
    expect(state.nested.plain.isDisposed).toBe(true);
  });

  it("trains only what the pruner's variables() says, if it says so", () => {
    const pruner: Pruner<{ s: tf.Variable }> = {
      init: () => ({ s: tf.variable(tf.scalar(0)) }),
      reparameterize: (weight, { s }) => weight.mul(s),
      variables: (_, { s }) => [s],
    };
    const pruned = attach(oneRow([1, 2]), pruner);
    expect([...pruned.trained.values()]).toEqual(['state']);
    pruned.detach();
  });

  it('leaves out what is frozen', () => {
    const model = twoLayers();
    (model.layers[1] as tf.layers.Layer).trainable = false;
    for (const options of [{ prunable: { include: ['first'] } }, {}]) {
      const pruned = attach(model, untouched, options);
      expect([...pruned.trained.values()]).toEqual(['kernel', 'bias']);
      pruned.detach();
    }
  });

  it('trains the weights of layers that it does not know', () => {
    class Scale extends layers.Layer {
      static className = 'TestScale';
      scale: tf.LayerVariable | undefined;
      override build() {
        this.scale = this.addWeight('scale', [1], 'float32', tf.initializers.ones());
      }
      override call(inputs: tf.Tensor | tf.Tensor[]) {
        const input = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor;
        return input.mul((this.scale as tf.LayerVariable).read());
      }
    }
    const model = tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [2], useBias: false }), new Scale({})] });
    const pruned = attach(model, untouched);
    expect([...pruned.trained.values()]).toEqual(['kernel', 'other']);
    pruned.detach();
  });

  it('prunes two models with one pruner object, each with a state of its own', () => {
    const [a, b] = [twoLayers(), twoLayers()];
    const x = tf.tensor2d([[1, 2]]);
    const dense = values(() => b.predict(x) as tf.Tensor);
    const [prunedA, prunedB] = [attach(a, everySecond), attach(b, everySecond)];
    const [stateA, stateB] = [prunedA, prunedB].map(({ layers }) => layers[0]?.state as { mask: tf.Variable });
    stateA?.mask.assign(tf.zerosLike(stateA.mask));
    expect(values(() => stateB?.mask.sum() as tf.Tensor)).toEqual([3]);
    const outputs = values(() => prunedB.apply(x));
    prunedA.detach();
    expect(values(() => prunedB.apply(x))).toEqual(outputs);
    prunedB.detach();
    expect(values(() => b.predict(x) as tf.Tensor)).toEqual(dense);
  });

  it('refuses a model that has a pruner already, and works once that is gone', () => {
    const model = twoLayers();
    const first = attach(model, everySecond);
    expect(tensorsLeftBy(() => expect(() => attach(model, zeros)).toThrow(withCode('E_ATTACHED')))).toBe(0);
    first.detach();
    attach(model, zeros).detach();
  });

  it('does nothing when detached a second time', () => {
    const model = twoLayers();
    const x = tf.tensor2d([[1, 2]]);
    const first = attach(model, everySecond);
    first.finalize();
    const second = attach(model, zeros);
    first.detach();
    expect(values(() => model.predict(x) as tf.Tensor).map(Math.abs)).toEqual([0, 0]);
    second.detach();
  });

  it('trains a state that several kernels share once', () => {
    const pruner: Pruner<{ s: tf.Variable }> = {
      init: (_, { shared }) => ({ s: shared('s', () => tf.variable(tf.scalar(1))) }),
      reparameterize: (weight, { s }) => weight.mul(s),
    };
    expect(
      tensorsLeftBy(() => {
        const model = twoLayers();
        const pruned = attach(model, pruner);
        expect([...pruned.trained.values()].filter((role) => role === 'state')).toHaveLength(1);
        pruned.detach();
        model.dispose();
      }),
    ).toBe(0);
  });
});

describe('apply', () => {
  onCpu();

  it('computes each effective weight of a recurrent layer once, where predict does at every time step', () => {
    let calls = 0;
    const counting: Pruner = {
      init: () => ({}),
      reparameterize: (weight) => {
        calls++;
        return weight.mul(1);
      },
    };
    const model = tf.sequential({ layers: [layers.lstm({ units: 2, inputShape: [6, 3] }), layers.dense({ units: 1 })] });
    const pruned = attach(model, counting);
    const x = tf.tensor(someNumbers(36), [2, 6, 3]);
    const applied = values(() => pruned.apply(x));
    expect(calls).toBe(3);
    calls = 0;
    expect(values(() => model.predict(x) as tf.Tensor)).toEqual(applied);
    expect(calls).toBeGreaterThan(3);
    pruned.detach();
  });

  it('hands reparameterize the progress, which is 1 unless told', () => {
    const pruner: Pruner = { init: () => ({}), reparameterize: (weight, _, { progress }) => weight.mul(progress) };
    const model = oneRow([2, 4]);
    const pruned = attach(model, pruner);
    const x = tf.ones([1, 2]);
    expect(values(() => pruned.apply(x))).toEqual([6]);
    expect(values(() => pruned.apply(x, { progress: tf.scalar(0.5) }))).toEqual([3]);
    expect(values(() => model.predict(x) as tf.Tensor)).toEqual([6]);
    pruned.detach();
  });

  it('masks the gradient of the weight, not the dense gradient', () => {
    const pruned = attach(oneRow([1, 1, 1]), keeps([1, 0, 1]));
    const { weight, dense } = tf.tidy(() => {
      const denseGradients = new Map<string, tf.Tensor>();
      const loss = () => pruned.apply(tf.tensor2d([[5, 6, 7]]), { denseGradients }).sum() as tf.Scalar;
      const { grads } = tf.variableGrads(loss, [...pruned.trained.keys()]);
      return { weight: Object.values(grads)[0]?.arraySync(), dense: denseGradients.get('fc')?.arraySync() };
    });
    expect(weight).toEqual([[5], [0], [7]]);
    expect(dense).toEqual([[5], [6], [7]]);
    pruned.detach();
  });

  it('sums the dense gradient of a recurrent kernel over the time steps', () => {
    const model = tf.sequential({
      layers: [layers.simpleRNN({ name: 'rnn', units: 1, inputShape: [3, 1], activation: 'linear', useBias: false })],
    });
    model.setWeights([tf.tensor2d([[2]]), tf.tensor2d([[3]])]);
    const pruned = attach(model, keeps([0]));
    // With both kernels masked h stays 0: dy/dkernel is the last input, dy/drecurrent the last hidden state.
    const gradients = tf.tidy(() => {
      const denseGradients = new Map<string, tf.Tensor>();
      tf.variableGrads(
        () => pruned.apply(tf.tensor3d([[[5], [7], [11]]]), { denseGradients }).sum() as tf.Scalar,
        [...pruned.trained.keys()],
      );
      return [...denseGradients].map(([name, gradient]) => [name, gradient.dataSync()[0]]);
    });
    expect(Object.fromEntries(gradients)).toEqual({ 'rnn/kernel': 11, 'rnn/recurrentKernel': 0 });
    pruned.detach();
    const dense = attach(model, keeps([1]));
    // h3 = k(x3 + r·x2 + r²·x1) with k = 2, r = 3: dh/dk = 11 + 21 + 45, dh/dr = k(x2 + 2r·x1).
    const sums = tf.tidy(() => {
      const denseGradients = new Map<string, tf.Tensor>();
      tf.variableGrads(
        () => dense.apply(tf.tensor3d([[[5], [7], [11]]]), { denseGradients }).sum() as tf.Scalar,
        [...dense.trained.keys()],
      );
      return [...denseGradients].map(([name, gradient]) => [name, gradient.dataSync()[0]]);
    });
    expect(Object.fromEntries(sums)).toEqual({ 'rnn/kernel': 77, 'rnn/recurrentKernel': 74 });
    dense.detach();
  });

  it('goes back to reading weights one by one when a forward pass fails', () => {
    const model = oneRow([1, 2]);
    const pruned = attach(model, untouched);
    expect(() => tf.tidy(() => pruned.apply(tf.ones([1, 3])))).toThrow();
    model.setWeights([tf.tensor2d([[3], [4]])]);
    expect(values(() => model.predict(tf.ones([1, 2])) as tf.Tensor)).toEqual([7]);
    pruned.detach();
  });
});

describe('report', () => {
  onCpu();

  it('leaves out a threshold that is not finite, which JSON could not hold', () => {
    const model = oneRow([1, 2]);
    const pruned = attach(model, { ...untouched, threshold: () => tf.scalar(Number.POSITIVE_INFINITY) });
    expect(pruned.report()[0]).not.toHaveProperty('threshold');
    pruned.detach();
  });

  it('measures every kernel on its effective weight', () => {
    const pruner: Pruner<{ taus: tf.Variable }> = {
      init: () => ({ taus: tf.variable(tf.tensor1d([0.2, 0.4]), false) }),
      reparameterize: (weight) => weight.mul(weight.abs().greater(0.3).cast('float32')),
      threshold: ({ taus }) => taus,
    };
    const model = twoLayers();
    model.layers[0]?.setWeights([tf.tensor2d([0.1, -0.5, 0.2, 0.3, 0, 1], [2, 3]), tf.zeros([3])]);
    const pruned = attach(model, pruner, { prunable: { exclude: ['second'] } });
    const [first, second] = pruned.report();
    expect(first).toEqual({
      name: 'first',
      shape: [2, 3],
      size: 6,
      nonzero: 2,
      sparsity: 1 - 2 / 6,
      multiplyAdds: 2,
      denseMultiplyAdds: 6,
      threshold: expect.closeTo(0.3, 6),
      prunable: true,
    });
    expect(second).toEqual({
      name: 'second',
      shape: [3, 2],
      size: 6,
      nonzero: 6,
      sparsity: 0,
      multiplyAdds: 6,
      denseMultiplyAdds: 6,
      prunable: false,
    });
    expect(tensorsLeftBy(() => void pruned.report())).toBe(0);
    pruned.detach();
  });

  it('counts stored parameters where the pruner says so, and never a sparsity below 0', () => {
    const pruned = attach(oneRow([1, 2]), { ...untouched, parameterCount: () => 5 });
    expect(pruned.report()).toMatchObject([{ nonzero: 5, size: 2, sparsity: 0, multiplyAdds: 5 }]);
    pruned.detach();
  });
});

describe('a hook that fails', () => {
  onCpu();
  const fails = () => {
    throw new RangeError('no luck');
  };
  const failing = definePruner({
    name: 'unlucky',
    summary: 'Fails',
    options: z.strictObject({ hook: z.string() }),
    create: ({ hook }): Pruner => ({ ...untouched, [hook]: fails }),
  });

  it('is named with its layer when it is init, and leaves no tensor behind', () => {
    const model = twoLayers();
    const initialised: Pruner = {
      ...everySecond,
      init: (kernel, context) => (kernel.name === 'second' ? fails() : everySecond.init(kernel, context)),
    };
    expect(
      tensorsLeftBy(() => expect(() => attach(model, initialised)).toThrow(withCode('E_HOOK', { message: naming('init', 'second') }))),
    ).toBe(0);
    expect(() => attach(model, failing({ hook: 'init' }))).toThrow(withCode('E_HOOK', { message: naming('unlucky', 'init', 'first') }));
  });

  it('is named with its layer when it is reparameterize', () => {
    const model = twoLayers();
    const pruned = attach(model, failing({ hook: 'reparameterize' }), { prunable: { include: ['second'] } });
    const expected = withCode('E_HOOK', {
      message: naming('unlucky', 'reparameterize', 'second', 'no luck'),
      cause: expect.any(RangeError),
    });
    expect(() => tf.tidy(() => pruned.apply(tf.ones([1, 2])))).toThrow(expected);
    expect(() => model.predict(tf.ones([1, 2]))).toThrow(expected);
    expect(() => pruned.report()).toThrow(expected);
    pruned.detach();
  });

  it.each(['beforeStep', 'afterStep'] as const)('is named with the step when it is %s', (hook) => {
    const pruned = attach(twoLayers(), failing({ hook }));
    expect(() => pruned[hook](step)).toThrow(withCode('E_HOOK', { message: naming('unlucky', hook, '3', 'no luck') }));
    pruned.detach();
  });

  it('is named when it is finish', () => {
    const pruned = attach(twoLayers(), failing({ hook: 'finish' }));
    expect(() => pruned.finish()).toThrow(withCode('E_HOOK', { message: naming('unlucky', 'finish') }));
    pruned.detach();
  });

  it('is one that returns an effective weight of the wrong shape', () => {
    const flat: Pruner = { init: () => ({}), reparameterize: (weight) => weight.flatten() };
    const pruned = attach(twoLayers(), flat);
    const expected = withCode('E_HOOK', { message: naming('reparameterize', 'first'), cause: withCode('E_SHAPE') });
    expect(() => tf.tidy(() => pruned.apply(tf.ones([1, 2])))).toThrow(expected);
    pruned.detach();
  });
});

describe('hooks', () => {
  onCpu();

  it('see all layers and leave no tensor behind', () => {
    const seen: string[] = [];
    const pruner: Pruner = {
      ...untouched,
      beforeStep: (layers, { step, totalSteps }) => {
        tf.ones([3]);
        seen.push(`before ${layers.map(({ kernel }) => kernel.name)} ${step}/${totalSteps}`);
      },
      afterStep: (layers, context) => {
        tf.ones([3]);
        const [one, again] = [context.random('x').uniform(), context.random('x').uniform()];
        seen.push(`after ${layers.length} ${one === again}`);
      },
      finish: (layers, { totalSteps }) => {
        tf.ones([3]);
        seen.push(`finish ${layers.length} ${totalSteps}`);
      },
    };
    const pruned = attach(twoLayers(), pruner, { totalSteps: 10 });
    expect(
      tensorsLeftBy(() => {
        pruned.beforeStep(step);
        pruned.afterStep(step);
        pruned.finish();
      }),
    ).toBe(0);
    expect(seen).toEqual(['before first,second 3/10', 'after 2 true', 'finish 2 10']);
    pruned.detach();
  });

  it('draw other numbers in other steps, and before than after', () => {
    const drawn: number[] = [];
    const draw: Pruner['afterStep'] = (_, { random }) => void drawn.push(random('x').uniform());
    const pruned = attach(twoLayers(), { ...untouched, beforeStep: draw, afterStep: draw });
    pruned.beforeStep(step);
    pruned.afterStep(step);
    pruned.afterStep({ ...step, step: 4 });
    expect(new Set(drawn).size).toBe(3);
    pruned.detach();
  });
});

describe('prunable', () => {
  onCpu();

  it('leaves the kernels that are not selected as they are, and without a state', () => {
    const model = twoLayers();
    const pruned = attach(model, zeros, { prunable: { lastLayer: false } });
    expect(pruned.layers.map(({ kernel }) => kernel.name)).toEqual(['first']);
    expect(pruned.report().map(({ nonzero, prunable }) => [nonzero, prunable])).toEqual([
      [0, true],
      [6, false],
    ]);
    pruned.detach();
  });

  it('takes all kernels of the first layer for the first layer, and of the last for the last', () => {
    const model = tf.sequential({
      layers: [
        layers.bidirectional({
          name: 'first',
          layer: layers.gru({ units: 2, returnSequences: true }) as tf.layers.RNN,
          mergeMode: 'sum',
          inputShape: [3, 2],
        }),
        layers.simpleRNN({ name: 'middle', units: 2, returnSequences: true }),
        layers.lstm({ name: 'last', units: 2 }),
      ],
    });
    const pruned = attach(model, zeros, { prunable: { firstLayer: false, lastLayer: false } });
    expect(pruned.layers.map(({ kernel }) => kernel.name)).toEqual(['middle/kernel', 'middle/recurrentKernel']);
    pruned.detach();
  });

  it('refuses a pattern that matches nothing, and a choice of nothing', () => {
    const model = twoLayers();
    expect(() => attach(model, zeros, { prunable: { include: ['third'] } })).toThrow(
      withCode('E_PATTERN', { message: naming('third', 'second') }),
    );
    expect(() => attach(model, zeros, { prunable: { firstLayer: false, lastLayer: false } })).toThrow(withCode('E_NOTHING_TO_PRUNE'));
  });
});
