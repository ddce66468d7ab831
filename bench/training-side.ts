import { dense } from '@espalier/baselines';
import { type Component, createTrainer, type Engine, type Trainer, tf } from '@espalier/core';
import type { Side } from './measure.ts';
import { buildNetwork, type HostBatch, type Network, randomExamples, weightsOf } from './networks/index.ts';
import type { PackedArrays } from './pack-arrays.ts';
import type { TorchPeer } from './torch-peer.ts';

/** SGD with momentum and L2 on kernels, at a constant learning rate. The same for both sides. */
export const OPTIMIZER = { learningRate: 0.01, momentum: 0.9, weightDecay: 5e-4 } as const;

/** Different batches, which training visits in turn. */
const BATCHES = 4;

/** Steps whose losses are compared before anything is timed. */
const AGREEMENT_STEPS = 5;

/** Largest relative difference of the losses at which both sides count as doing the same work. */
const AGREEMENT = 1e-3;

/** A training that can be run step by step; `losses` are those of the last run. */
export interface TrainingSide extends Side {
  readonly losses: readonly number[];
  dispose(): void | Promise<void>;
}

export interface Where {
  readonly step: number;
  readonly totalSteps: number;
}

/** Our training of a network; `where` in a training it begins matters to pruners. */
export function ourTraining(network: Network, engine: Engine, pruner: Component<'pruner'> = dense(), where?: Where): TrainingSide {
  const model = buildNetwork(network);
  const training = { ...optimizerOf(network), epochs: 1, schedule: 'constant', warmup: 0 } as const;
  const trainer: Trainer = createTrainer({ model, pruner, engine, stepsPerEpoch: where?.totalSteps ?? 1_000_000, training });
  trainer.resumeAt(where?.step ?? 0);
  const batches = hostBatches(network).map(({ inputs, labels }) => ({
    inputs: tf.tensor(inputs, [network.batchSize, ...network.inputShape]),
    labels: tf.tensor1d(labels, 'int32'),
  }));
  let steps = 0;
  let losses: number[] = [];
  return {
    name: 'ours',
    get losses() {
      return losses;
    },
    run(count) {
      losses = [];
      const began = performance.now();
      for (let i = 0; i < count; i++) losses.push(trainer.trainStep(batches[steps++ % BATCHES] as (typeof batches)[number]));
      return (performance.now() - began) / count;
    },
    dispose() {
      trainer.dispose();
      model.dispose();
      tf.dispose(batches);
    },
  };
}

/** The same training in PyTorch, from the same initial weights; `method` is a pruning method of peers/methods.py. */
export async function theirTraining(
  network: Network,
  peer: TorchPeer,
  method?: { readonly name: string } & Where,
): Promise<TrainingSide & { readonly id: string }> {
  const id = `${network.name} ${method?.name ?? ''}`;
  await peer.ask('load', {
    id,
    network: network.name,
    arrays: shareTraining(network, peer),
    training: optimizerOf(network),
    ...(method && { method }),
  });
  let losses: readonly number[] = [];
  return {
    id,
    name: 'theirs',
    get losses() {
      return losses;
    },
    async run(steps) {
      const answer = await peer.ask<{ ms: number; losses: number[] }>('train', { id, steps });
      losses = answer.losses;
      return answer.ms / steps;
    },
    async dispose() {
      await peer.ask('unload', { id });
    },
  };
}

/** Trains both for a few steps. Largest relative difference of their losses, and whether it is small enough for both to do the same work. */
export async function compareLosses(ours: TrainingSide, theirs: TrainingSide): Promise<{ difference: number; agree: boolean }> {
  await ours.run(AGREEMENT_STEPS);
  await theirs.run(AGREEMENT_STEPS);
  const difference = largestDifference(ours.losses, theirs.losses);
  return { difference, agree: difference <= AGREEMENT };
}

/** The largest relative difference of two lists of numbers; infinite where one is not a number. */
export function largestDifference(a: readonly number[], b: readonly number[]): number {
  const differences = a.map((x, i) => Math.abs(x - (b[i] as number)) / Math.max(Math.abs(x), Math.abs(b[i] as number)));
  return differences.reduce((largest, one) => (one <= largest ? largest : Number.isNaN(one) ? Number.POSITIVE_INFINITY : one), 0);
}

// --- helpers ---

const optimizerOf = ({ learningRate = OPTIMIZER.learningRate }: Network) => ({ ...OPTIMIZER, learningRate });

const hostBatches = ({ inputShape, batchSize }: Network): HostBatch[] =>
  Array.from({ length: BATCHES }, (_, i) => randomExamples(inputShape, batchSize, i));

function shareTraining(network: Network, peer: TorchPeer): PackedArrays {
  const model = buildNetwork(network);
  const batches = hostBatches(network).flatMap(({ inputs, labels }, i) => [
    { name: `inputs${i}`, shape: [network.batchSize, ...network.inputShape], values: inputs },
    { name: `labels${i}`, shape: [network.batchSize], values: labels },
  ]);
  try {
    return peer.share([...weightsOf(model), ...batches]);
  } finally {
    model.dispose();
  }
}
