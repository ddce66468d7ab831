import { scalar, type Tensor } from '@tensorflow/tfjs';
import { nativeBackend, type OpAttribute, replaceKernel } from './native.ts';

/**
 * `GatherV2` without reading the indices first. tfjs-node reads them to check their range, which the op does as well, and which would keep
 * every step with an embedding from being compiled.
 */
export function installGather(): void {
  replaceKernel('GatherV2', () => (args) => {
    const { x, indices } = args.inputs as { x: Tensor; indices: Tensor };
    const { axis, batchDims } = args.attrs as { axis: number; batchDims: number };
    const backend = nativeBackend();
    const type = (name: string, dtype: 'float32' | 'int32' | 'bool'): OpAttribute => {
      return { name, type: backend.binding.TF_ATTR_TYPE, value: backend.getDTypeInteger(dtype) };
    };
    const attributes = [
      { name: 'batch_dims', type: backend.binding.TF_ATTR_INT, value: batchDims },
      type('Tparams', x.dtype as 'float32'),
      type('Tindices', 'int32'),
      type('Taxis', 'int32'),
    ];
    const axisTensor = scalar(axis, 'int32');
    const result = backend.executeSingleOutput('GatherV2', attributes, [x, indices, axisTensor]);
    axisTensor.dispose();
    return result;
  });
}
