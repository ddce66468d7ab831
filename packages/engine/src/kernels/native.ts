import * as tf from '@tensorflow/tfjs';

/** A tensor as the native library reports it: `id` is its handle there, `dtype` TensorFlow's number for the type. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** One attribute of a TensorFlow op; `type` is one of the binding's `TF_ATTR_*` numbers. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What a JavaScript tensor holds until it is uploaded; strings are lists of UTF-8 bytes. */
export type Values = Float32Array | Int32Array | Uint8Array | Uint8Array[];

/** The functions and numbers of tfjs-node's addon that we use. */
export interface Binding {
  createTensor(shape: number[], dtype: number, values: Values): number;
  tensorDataSync(id: number): Values;
  deleteTensor(id: number): void;
  executeOp(op: string, attributes: OpAttribute[], inputIds: number[], outputCount: number): TensorMetadata[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputIds: number[], inputNames: string, outputNames: string): TensorMetadata[];
  getNumOfSavedModels(): number;
  getNumOfTensors(): number;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_STRING: number;
  readonly TF_RESOURCE: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

/** The part of a tensor that identifies its data. Tensors that share data share this object. */
export interface DataOwner {
  readonly dataId: object;
}

/** What the backend knows of a tensor. While `values` is set, it is not uploaded yet and has no `id`. */
export interface TensorData {
  id: number;
  readonly shape: number[];
  readonly dtype: number;
  readonly values: Values | null;
  readonly refCount: number;
}

/** tfjs-node's backend, its private parts included: they have been the same since 2021. */
export interface NativeBackend {
  binding: Binding;
  readonly tensorMap: { has(dataId: object): boolean; get(dataId: object): TensorData };
  executeSingleOutput(op: string, attributes: OpAttribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(op: string, attributes: OpAttribute[], inputs: readonly tf.TensorInfo[], outputCount: number): tf.Tensor[];
  getInputTensorIds(tensors: readonly DataOwner[]): number[];
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  getDTypeInteger(dtype: tf.DataType): number;
  readSync(dataId: object): Values;
  write(values: Values, shape: number[], dtype: tf.DataType): object;
  refCount(dataId: object): number;
  incRef(dataId: object): void;
}

/**
 * The current backend, which must be tfjs-node's.
 *
 * @throws {Error} if another backend is active.
 */
export function nativeBackend(): NativeBackend {
  if (tf.getBackend() !== 'tensorflow') {
    throw new Error(`the native kernels need the backend "tensorflow" (tfjs-node), but "${tf.getBackend()}" is active.`);
  }
  return tf.backend() as unknown as NativeBackend;
}

/** The attribute `T` (or another `name`) for floats: the twins take nothing else. */
export const floatType = ({ binding }: Pick<NativeBackend, 'binding'>, name = 'T'): OpAttribute => ({
  name,
  type: binding.TF_ATTR_TYPE,
  value: binding.TF_FLOAT,
});

/** An attribute that is true or false. */
export const flag = ({ binding }: Pick<NativeBackend, 'binding'>, name: string, value: boolean): OpAttribute => ({
  name,
  type: binding.TF_ATTR_BOOL,
  value,
});

/*
 * Native ops leave no trace on the tape. So where the gradient of a gradient is wanted, the inner one must be computed by the operations of
 * TensorFlow.js. A tape runs during the forward pass of its gradient, which includes the backward pass of an inner one.
 */

/** In a forward pass: whether it belongs to the inner of two gradients. */
export const isInnerForward = (): boolean => tf.engine().state.gradientDepth > 1;

/** In a backward pass: whether it belongs to the inner of two gradients. */
export const isInnerBackward = (): boolean => tf.engine().state.gradientDepth > 0;

/** Replaces a kernel of tfjs-node. The new one gets the old one, for the cases that it leaves alone. */
export function replaceKernel(name: string, make: (original: tf.KernelFunc) => tf.KernelFunc): void {
  const config = tf.getKernel(name, 'tensorflow');
  if (config === undefined) throw new Error(`tfjs-node has no kernel "${name}".`);
  tf.unregisterKernel(name, 'tensorflow');
  tf.registerKernel({ ...config, kernelFunc: make(config.kernelFunc) });
}

/** Replaces the gradient of a kernel. `change` gets the old one, for nested gradients. */
export function replaceGradient(name: string, change: (original: tf.GradConfig) => Partial<tf.GradConfig>): void {
  const original = tf.getGradient(name);
  if (original === undefined) throw new Error(`the kernel "${name}" has no gradient.`);
  tf.unregisterGradient(name);
  tf.registerGradient({ ...original, ...change(original) });
}
