import { expect, it } from 'vitest';
import { geometryOf } from './geometry.ts';

const wasmGradient = expect.objectContaining({ code: 'E_WASM_GRADIENT' });

it('knows the sizes of a convolution', () => {
  const geometry = geometryOf('Conv2DBackpropInput', [2, 7, 8, 3], [3, 3, 3, 5], { strides: [2, 2], pad: 'same' });
  expect(geometry).toMatchObject({ outShape: [2, 4, 4, 5], padInfo: { top: 1, bottom: 1, left: 0, right: 1 } });
});

it('knows the sizes of a depthwise convolution', () => {
  const geometry = geometryOf('DepthwiseConv2dNativeBackpropInput', [2, 7, 8, 3], [3, 3, 3, 2], { strides: 1, pad: 'valid' });
  expect(geometry.outShape).toEqual([2, 5, 6, 6]);
});

it('refuses channels first and dilation', () => {
  const sizes = [
    [2, 7, 8, 3],
    [3, 3, 3, 5],
  ] as const;
  expect(() => geometryOf('Conv2DBackpropInput', ...sizes, { strides: 1, pad: 0, dataFormat: 'NCHW' })).toThrow(wasmGradient);
  expect(() => geometryOf('Conv2DBackpropInput', ...sizes, { strides: 1, pad: 0, dilations: [1, 2] })).toThrow(wasmGradient);
});
