import { availableParallelism } from 'node:os';
import { dense } from '@espalier/baselines';
import { createTrainer, type Evaluation, tf } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { mnist } from '@espalier/zoo';
import type { Benchmark, Result } from '../benchmark.ts';
import { compareOrAlone, measureTurns, type Side, sideOf } from '../measure.ts';
import { buildNetwork, type HostBatch, NETWORKS, type Network, randomExamples } from '../networks/index.ts';
import { startTorchPeer, type TorchPeer } from '../torch-peer.ts';
import { largestDifference, theirTraining } from '../training-side.ts';
import { type MachineWatch, watchMachine } from '../watch.ts';

/** Loss and accuracy of a data set. */
export const evaluate: Benchmark = {
  name: 'evaluate',
  summary: 'loss and accuracy of 10,000 MNIST images, and of 1,000 images in ResNet-20, against PyTorch',
  threads: availableParallelism(),
  async run({ threads, rounds = 15, only = '', patience, log }) {
    const engine = await startEngine({ threads, log });
    const peer = await startTorchPeer(threads, log);
    const watch = watchMachine({ peerTime: peer?.cpuTime, patience });
    const digits = (await mnist({}).load()).test;
    const tasks: readonly Task[] = [
      { network: NETWORKS.lenet300, examples: digits, as: 'tensors' },
      { network: NETWORKS.lenet300, examples: digits, as: 'arrays' },
      { network: NETWORKS.lenet5, examples: digits, as: 'tensors' },
      { network: NETWORKS.resnet20, examples: randomExamples(NETWORKS.resnet20.inputShape, 1000, 'evaluation'), as: 'tensors' },
    ];
    try {
      const results: Result[] = [];
      for (const task of tasks.filter(({ network }) => network.name.includes(only))) {
        results.push(await measureTask(task, engine, peer, watch, rounds));
        log(`${task.network.name}, ${task.as}: ${rounds} rounds`);
      }
      const notes = [
        `Batches of ${BATCH}, from tensors to loss and accuracy: trainer.evaluate against a loop under torch.no_grad(), network.eval().`,
        'Arrays: ours are in JavaScript and are copied into the engine each time; PyTorch’s are tensors all the same.',
        'Both give the same loss and accuracy.',
        watch.summary(),
      ];
      const versions = { [engine.name]: engine.version, tfjs: tf.version_core, ...peer?.versions };
      return { versions, parts: [{ peer: 'PyTorch', notes, results }] };
    } finally {
      await peer?.close();
    }
  },
};

// --- helpers ---

/** That of `trainer.evaluate`. */
const BATCH = 500;

/** Evaluations in a turn: one of a small network is over before threads and caches have settled. */
const STEPS = 3;

/** Largest relative difference of loss and accuracy; an example on the edge between two classes may go either way. */
const AGREEMENT = 1e-3;

interface Task {
  readonly network: Network;
  readonly examples: HostBatch;
  /** What ours is given. */
  readonly as: 'tensors' | 'arrays';
}

async function measureTask(
  { network, examples, as }: Task,
  engine: StartedEngine,
  peer: TorchPeer | undefined,
  watch: MachineWatch,
  rounds: number,
): Promise<Result> {
  const model = buildNetwork(network);
  const trainer = createTrainer({ model, pruner: dense(), engine, stepsPerEpoch: 1 });
  let mine: Evaluation = { loss: Number.NaN, accuracy: Number.NaN };
  let other: Evaluation | undefined;
  const tensors = {
    inputs: tf.tensor(examples.inputs, [examples.labels.length, ...network.inputShape]),
    labels: tf.tensor1d(examples.labels, 'int32'),
  };
  const given = as === 'tensors' ? tensors : examples;
  const ours = sideOf({ name: 'ours', step: () => (mine = trainer.evaluate(given, network.inputShape)) });
  const theirs = peer && (await theirEvaluation(network, examples, peer, (evaluation) => (other = evaluation)));
  try {
    const times = await measureTurns(theirs ? [ours, theirs] : [ours], { warmUp: 3, rounds, steps: STEPS }, watch);
    if (other && largestDifference([mine.loss, 1 + mine.accuracy], [other.loss, 1 + other.accuracy]) > AGREEMENT) {
      throw new Error(`${network.name}: no ratio, since the results differ: ${JSON.stringify(mine)} and ${JSON.stringify(other)}.`);
    }
    const name = `${network.name}, ${examples.labels.length.toLocaleString('en')} images${as === 'arrays' ? ' in arrays' : ''}`;
    return { name, ...compareOrAlone(times.get('ours') as number[], times.get('theirs')), others: watch.lap() };
  } finally {
    trainer.dispose();
    model.dispose();
    tf.dispose(tensors);
    await theirs?.dispose();
  }
}

async function theirEvaluation(
  network: Network,
  { inputs, labels }: HostBatch,
  peer: TorchPeer,
  seen: (evaluation: Evaluation) => void,
): Promise<Side & { dispose(): Promise<void> }> {
  const training = await theirTraining(network, peer);
  const id = training.id;
  const arrays = peer.share([
    { name: 'examples', shape: [labels.length, ...network.inputShape], values: inputs },
    { name: 'labels', shape: [labels.length], values: labels },
  ]);
  await peer.ask('load_tensors', { arrays });
  await peer.ask('prepare_examples', { id });
  return {
    name: 'theirs',
    async run(steps) {
      let total = 0;
      for (let i = 0; i < steps; i++) {
        const answer = await peer.ask<Evaluation & { ms: number }>('evaluate', { id, batch: BATCH });
        total += answer.ms;
        seen(answer);
      }
      return total / steps;
    },
    async dispose() {
      await training.dispose();
      await peer.ask('unload_tensors');
    },
  };
}
