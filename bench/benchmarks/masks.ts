import { kthLargest, randomStream, readFloats, tf, topKMasks } from '@espalier/core';
import { startEngine } from '@espalier/engine';
import type { Benchmark, Result } from '../benchmark.ts';
import { compareOrAlone, measureTurns, type Side, sideOf } from '../measure.ts';
import { RESNET50_SIZES, RESNET50_WEIGHTS } from '../networks/resnet50-sizes.ts';
import { startTorchPeer, type TorchPeer } from '../torch-peer.ts';
import { watchMachine } from '../watch.ts';

/** Exact selection among as many weights as ResNet-50 has. */
export const masks: Benchmark = {
  name: 'masks',
  summary: `thresholds and masks of ${RESNET50_WEIGHTS.toLocaleString('en')} weights, global and for the 54 layers of ResNet-50`,
  threads: 1,
  async run({ threads, rounds = 8, only = '', patience, log }) {
    const engine = await startEngine({ threads, log });
    const peer = await startTorchPeer(threads, log);
    try {
      const magnitudes = randomMagnitudes(RESNET50_SIZES);
      await peer?.ask('load_tensors', { arrays: peer.share(named(magnitudes)) });
      const layers = magnitudes.map((own) => tf.tensor1d(own));
      const watch = watchMachine({ peerTime: peer?.cpuTime, patience });
      const results: Result[] = [];
      for (const task of TASKS.filter(({ name }) => name.includes(only))) {
        const { sides, check } = sidesOf(task, layers, peer);
        const times = await measureTurns(sides, { warmUp: 1, rounds, steps: 1 }, watch);
        check();
        results.push({ name: task.name, ...compareOrAlone(times.get('ours') as number[], times.get('theirs')), others: watch.lap() });
        log(`${task.name}: ${rounds} rounds`);
      }
      const notes = [
        `The largest 10 % of ${RESNET50_WEIGHTS.toLocaleString('en')} magnitudes of normally distributed weights, chosen exactly.`,
        'threshold: kthLargest against torch.kthvalue. mask: topKMasks, which settles ties by position, against torch.topk with sorted=False and',
        'a scatter of ones into zeros: both go from tensors of floats to 0/1 tensors of floats. One thread each; both found the same thresholds.',
        watch.summary(),
      ];
      return { versions: { [engine.name]: engine.version, ...peer?.versions }, parts: [{ peer: 'PyTorch', notes, results }] };
    } finally {
      await peer?.close();
    }
  },
};

// --- helpers ---

const DENSITY = 0.1;
const kept = (size: number): number => Math.max(1, Math.round(DENSITY * size));

interface Task {
  readonly name: string;
  readonly perLayer: boolean;
  readonly op: 'kth' | 'top_k_mask';
}

const TASKS: readonly Task[] = [
  { name: 'threshold, global', perLayer: false, op: 'kth' },
  { name: 'mask, global', perLayer: false, op: 'top_k_mask' },
  { name: 'threshold, per layer', perLayer: true, op: 'kth' },
  { name: 'mask, per layer', perLayer: true, op: 'top_k_mask' },
];

/** |w| of standard normal weights (Box and Muller, 1958). */
function randomMagnitudes(sizes: readonly number[]): Float32Array[] {
  const random = randomStream(0, 'magnitudes');
  return sizes.map((size) =>
    Float32Array.from({ length: size }, () =>
      Math.abs(Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())),
    ),
  );
}

function concatenated(layers: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(RESNET50_WEIGHTS);
  let at = 0;
  for (const layer of layers) {
    all.set(layer, at);
    at += layer.length;
  }
  return all;
}

const named = (layers: readonly Float32Array[]) => [
  { name: 'all', shape: [RESNET50_WEIGHTS], values: concatenated(layers) },
  ...layers.map((values, i) => ({ name: `layer${i}`, shape: [values.length], values })),
];

/** Both sides, and a check that what they found last is the same. */
function sidesOf({ op, perLayer }: Task, layers: readonly tf.Tensor[], peer: TorchPeer | undefined) {
  const groups = perLayer ? layers.map((layer) => [layer]) : [layers];
  const counts = perLayer ? RESNET50_SIZES.map(kept) : [kept(RESNET50_WEIGHTS)];
  const names = perLayer ? layers.map((_, i) => `layer${i}`) : ['all'];
  let mine: (number | tf.Tensor[])[] = [];
  let values: readonly number[] = [];
  const select = op === 'kth' ? kthLargest : topKMasks;
  const step = () => {
    tf.dispose(mine as tf.TensorContainer);
    mine = groups.map((group, i) => select(group, counts[i] as number));
  };
  const ours = sideOf({ name: 'ours', step });
  const theirs: Side | undefined = peer && {
    name: 'theirs',
    async run(steps) {
      let total = 0;
      for (let i = 0; i < steps; i++) {
        const answer = await peer.ask<{ ms: number; values: number[] }>(op, { names, counts });
        total += answer.ms;
        values = answer.values;
      }
      return total / steps;
    },
  };
  const check = () => {
    const found = mine.map((one, i) => (typeof one === 'number' ? one : smallestKept(groups[i] as tf.Tensor[], one)));
    tf.dispose(mine as tf.TensorContainer);
    if (!peer) return;
    if (found.some((value, i) => value !== Math.fround(values[i] as number)))
      throw new Error('Ours and PyTorch found different thresholds.');
  };
  return { sides: theirs ? [ours, theirs] : [ours], check };
}

function smallestKept(scores: readonly tf.Tensor[], masks: readonly tf.Tensor[]): number {
  const ofEach = scores.map((own, i) => readFloats(() => tf.where((masks[i] as tf.Tensor).cast('bool'), own, Infinity).min())[0] as number);
  return Math.min(...ofEach);
}
