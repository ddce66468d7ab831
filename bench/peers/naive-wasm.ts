/**
 * A naive training step on WebAssembly, in a process of its own: the kernels of tfjs-backend-wasm as it comes, and the one that a
 * convolutional network lacks there, the gradient by the filter, composed of slices and products.
 *
 * Started with the name of a network, it says `ready`. Asked `{ steps }`, it answers `{ ms, losses }`, the milliseconds of one step and
 * what each lost; asked `{}`, it answers `{ cpu }`, the milliseconds of processor time that it has taken.
 */

import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { type Engine, tf } from '@espalier/core';
import { setThreadsCount, setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { NETWORKS } from '../networks/index.ts';
import { ourTraining } from '../training-side.ts';

interface Attributes {
  readonly filterShape: [number, number, number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid';
}

async function startBackend(): Promise<Engine> {
  setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  setThreadsCount(1);
  if (!(await tf.setBackend('wasm'))) throw new Error('The WebAssembly backend does not start.');
  const kernelFunc: tf.KernelFunc = ({ inputs: { x, dy }, attrs }) =>
    filterGradient(x as tf.Tensor4D, dy as tf.Tensor4D, attrs as unknown as Attributes);
  tf.registerKernel({ kernelName: 'Conv2DBackpropFilter', backendName: 'wasm', kernelFunc });
  const compile: Engine['compile'] = (step) => ({ run: (feeds, structure = '') => tf.tidy(() => step(feeds, structure)), dispose() {} });
  return { name: 'wasm', version: version_wasm, threads: 1, compile };
}

/** For each place of the filter, the pixels of x that it meets, times dy. */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, { filterShape, strides, pad }: Attributes): tf.Tensor {
  return tf.tidy(() => {
    const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad);
    const { top, bottom, left, right } = info.padInfo;
    const around: [number, number][] = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    const padded = tf.pad(x, around);
    const slopes = tf.reshape(dy, [-1, info.outChannels]);
    const products: tf.Tensor[] = [];
    for (let ky = 0; ky < info.filterHeight; ky++) {
      for (let kx = 0; kx < info.filterWidth; kx++) {
        const endY = ky + (info.outHeight - 1) * info.strideHeight + 1;
        const endX = kx + (info.outWidth - 1) * info.strideWidth + 1;
        const end = [info.batchSize, endY, endX, info.inChannels];
        const met = tf.stridedSlice(padded, [0, ky, kx, 0], end, [1, info.strideHeight, info.strideWidth, 1]);
        products.push(tf.matMul(tf.reshape(met, [-1, info.inChannels]), slopes, true));
      }
    }
    return tf.reshape(tf.stack(products), filterShape);
  });
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const network = Object.values(NETWORKS).find(({ name }) => name === process.argv[2]);
if (!network) throw new Error(`There is no network "${process.argv[2]}".`);
const training = ourTraining(network, await startBackend());
process.on('message', async ({ steps }: { readonly steps?: number }) => {
  process.send?.(steps === undefined ? { cpu: cpuTime() } : { ms: await training.run(steps), losses: training.losses });
});
process.send?.('ready');
