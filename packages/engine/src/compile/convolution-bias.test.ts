import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eagerAndReplayed, operationsOf, sizes } from './test-helpers.ts';

type Feeds = Record<'x' | 'filter' | 'bias', tf.Tensor>;

describe('of a recorded step, what is added to a convolution', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** The operations that a convolution of so many channels, and what is added to it, becomes. */
  function opsOf(channels: number, bias: number[] = [6]): string[] {
    const feeds = { x: tf.ones([2, 7, 7, channels]), filter: tf.ones([3, 3, channels, 6]), bias: tf.ones(bias) };
    return operationsOf((given) => {
      const { x, filter, bias } = given as Feeds;
      return { sum: tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same').add(bias) };
    }, feeds);
  }

  it('is BiasAdd if it is a bias', () => {
    expect(opsOf(5)).toEqual(['Conv2D', 'BiasAdd']);
    expect(opsOf(5, [])).toEqual(['Conv2D', 'Add']);
    expect(opsOf(5, [1])).toEqual(['Conv2D', 'Add']);
    expect(opsOf(5, [2, 7, 7, 6])).toEqual(['Conv2D', 'Add']);
  });

  it('is left as it was where oneDNN begins its sums with the bias, and without oneDNN', () => {
    vi.stubEnv('ONEDNN_MAX_CPU_ISA', 'AVX2');
    expect([opsOf(4), opsOf(5)].map((ops) => ops[1])).toEqual(['Add', 'BiasAdd']);
    vi.stubEnv('ONEDNN_MAX_CPU_ISA', 'AVX512_CORE');
    expect(opsOf(1)[1]).toBe('BiasAdd');
    vi.stubEnv('TF_ENABLE_ONEDNN_OPTS', '0');
    expect(opsOf(5)[1]).toBe('Add');
  });
});

it('computes convolutions with a bias, and a relu, to the same bits as operation by operation', () => {
  const shapes = { batch: sizes(1, 16), height: sizes(7, 20), width: sizes(7, 20), channels: sizes(1, 64), filters: sizes(1, 64) };
  const kinds = {
    side: fc.constantFrom(1, 3, 5, 7),
    stride: fc.constantFrom(1, 2),
    pad: fc.constantFrom('same' as const, 'valid' as const),
  };
  fc.assert(
    fc.property(fc.record({ ...shapes, ...kinds, isActivated: fc.boolean(), seed: fc.nat() }), (given) => tf.tidy(() => check(given))),
    { numRuns: 40 },
  );

  function check({ batch, height, width, channels, filters, side, stride, pad, isActivated, seed }: Given): void {
    const normal = (shape: number[], own: number) => tf.randomNormal(shape, 0, 1, 'float32', seed + own);
    const feeds = {
      x: normal([batch, height, width, channels], 0),
      filter: normal([side, side, channels, filters], 1),
      bias: normal([filters], 2),
    };
    const { eager, replayed } = eagerAndReplayed((given) => {
      const { x, filter, bias } = given as Feeds;
      const sum = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad).add(bias);
      return isActivated ? sum.relu() : sum;
    }, feeds);
    expect(replayed).toEqual(eager);
  }

  interface Given {
    readonly batch: number;
    readonly height: number;
    readonly width: number;
    readonly channels: number;
    readonly filters: number;
    readonly side: number;
    readonly stride: number;
    readonly pad: 'same' | 'valid';
    readonly isActivated: boolean;
    readonly seed: number;
  }
});
