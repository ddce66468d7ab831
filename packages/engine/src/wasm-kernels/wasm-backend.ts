import * as tf from '@tensorflow/tfjs';

/** The data of a tensor in the memory of WebAssembly. */
export type Values = Float32Array | Int32Array;

/** The part of the WebAssembly backend that the kernels use. */
interface WasmBackend {
  /** Takes memory that isn't set to zero. The whole memory can move by that, and arrays got before lose their data. */
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Values;
  incRef(dataId: object): void;
}

/** What a kernel of ours computes, from tensors and with the operations of TensorFlow.js. What it leaves behind is disposed of. */
export type Kernel = (inputs: Record<string, tf.Tensor>, attributes: tf.NamedAttrMap) => tf.Tensor;

/** Puts a kernel in the place of the WebAssembly backend's own, if it has one. The new one gets the old one, for what it leaves alone. */
export function replaceKernel(kernelName: string, make: (original: Kernel) => Kernel): void {
  const config = tf.getKernel(kernelName, 'wasm');
  if (config) tf.unregisterKernel(kernelName, 'wasm');
  const original: Kernel = (inputs, attrs) => {
    if (!config) throw new Error(`The WebAssembly backend has no kernel "${kernelName}".`);
    return tf.engine().makeTensorFromTensorInfo(config.kernelFunc({ inputs, attrs, backend: tf.backend() }) as tf.TensorInfo);
  };
  const kernel = make(original);
  const kernelFunc: tf.KernelFunc = ({ inputs, attrs = {} }) => tf.tidy(() => kernel(inputs as Record<string, tf.Tensor>, attrs));
  tf.registerKernel({ ...config, kernelName, backendName: 'wasm', kernelFunc });
}

/** A new tensor of floats. `fill` gets its values, which are not zero yet, and those of the inputs, all in place. */
export function fillTensor<Inputs extends readonly tf.Tensor[]>(
  shape: readonly number[],
  inputs: readonly [...Inputs],
  fill: (output: Values, ...inputs: { [I in keyof Inputs]: Values }) => void,
): tf.Tensor {
  const backend = wasmBackend();
  const view = (tensor: tf.TensorInfo) => backend.typedArrayFromHeap(tensor);
  inputs.forEach(view); // fetches what another backend holds, which takes memory as well
  const output = backend.makeOutput([...shape], 'float32');
  fill(view(output), ...(inputs.map(view) as { [I in keyof Inputs]: Values }));
  return tf.engine().makeTensorFromTensorInfo(output);
}

/** A second tensor with the same data. */
export function share({ dataId, shape, dtype }: tf.Tensor): tf.Tensor {
  wasmBackend().incRef(dataId);
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}

// --- helpers ---

const wasmBackend = () => tf.backend() as unknown as WasmBackend;
