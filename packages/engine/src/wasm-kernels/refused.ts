import { wasmGradientMissing } from '../errors.ts';
import { replaceKernel } from './wasm-backend.ts';

/** Kernels of the WebAssembly backend that give wrong numbers, and what they are for. */
const WRONG = {
  Conv3DBackpropFilterV2: '3D convolutions',
  Conv3DBackpropInputV2: '3D convolutions, and conv3dTranspose',
  MaxPool3DGrad: '3D max-pooling',
  Dilation2DBackpropFilter: 'dilation2d',
  Dilation2DBackpropInput: 'dilation2d',
};

/** Makes the kernels that give wrong numbers throw `E_WASM_GRADIENT` instead. */
export function refuseWrongKernels(): void {
  for (const [kernel, what] of Object.entries(WRONG)) {
    replaceKernel(kernel, () => () => {
      throw wasmGradientMissing(kernel, what);
    });
  }
}
