import { availableParallelism } from 'node:os';
import { tf } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import type { Benchmark, BenchmarkOptions, Part, Result } from '../benchmark.ts';
import { compareOrAlone, measureTurns, REST } from '../measure.ts';
import { NETWORKS, type Network } from '../networks/index.ts';
import { startTorchPeer, type TorchPeer } from '../torch-peer.ts';
import { compareLosses, OPTIMIZER, ourTraining, type TrainingSide, theirTraining } from '../training-side.ts';
import { type MachineWatch, watchMachine } from '../watch.ts';
import { overheadParts } from './overhead.ts';

/** A dense training step against PyTorch's, then what each pruner adds to it. */
export const step: Benchmark = {
  name: 'step',
  summary: 'a dense training step against PyTorch’s on seven networks, then `overhead`',
  threads: availableParallelism(),
  async run(options) {
    const engine = await startEngine({ threads: options.threads, log: options.log });
    const peer = await startTorchPeer(options.threads, options.log);
    try {
      const parts = [await densePart(engine, peer, options), ...(await overheadParts(engine, peer, options))];
      return { versions: { [engine.name]: engine.version, tfjs: tf.version_core, ...peer?.versions }, parts };
    } finally {
      await peer?.close();
    }
  },
};

// --- helpers ---

/** A turn is long enough to be more than its noise and short enough that the machine is the same for the other side's. */
const PLANS: readonly { network: Network; steps: number; rounds: number }[] = [
  { network: NETWORKS.lenet300, steps: 200, rounds: 20 },
  { network: NETWORKS.lenet5, steps: 20, rounds: 20 },
  { network: NETWORKS.fourConv, steps: 10, rounds: 20 },
  { network: NETWORKS.fourConvBn, steps: 10, rounds: 20 },
  { network: NETWORKS.resnet20, steps: 3, rounds: 15 },
  { network: NETWORKS.mobilenet, steps: 5, rounds: 20 },
  { network: NETWORKS.gru, steps: 30, rounds: 20 },
];

export async function densePart(
  engine: StartedEngine,
  peer: TorchPeer | undefined,
  { rounds, only = '', patience, log }: BenchmarkOptions,
): Promise<Part> {
  const results: Result[] = [];
  const watch = watchMachine({ peerTime: peer?.cpuTime, patience });
  for (const plan of PLANS.filter(({ network }) => network.name.includes(only)))
    results.push(await measureNetwork(plan, engine, peer, watch, rounds, log));
  const { momentum, weightDecay } = OPTIMIZER;
  return {
    peer: 'PyTorch, its eager training loop as it comes',
    notes: [
      `A step is everything from the batch in memory to reading the loss: forward, backward, SGD (momentum ${momentum}, L2 ${weightDecay}).`,
      'Same model, batches and initial weights on both sides; the losses of the first 5 steps agree as the last column says.',
      `A round is a turn of several steps for each side; before each come ${REST} ms of rest and one step that doesn’t count.`,
      watch.summary(),
    ],
    results,
  };
}

async function measureNetwork(
  { network, steps, rounds }: (typeof PLANS)[number],
  engine: StartedEngine,
  peer: TorchPeer | undefined,
  watch: MachineWatch,
  chosenRounds: number | undefined,
  log: (line: string) => void,
): Promise<Result> {
  const ours = ourTraining(network, engine);
  const theirs = peer && (await theirTraining(network, peer));
  try {
    const losses = theirs && (await compareLosses(ours, theirs));
    const peers = losses?.agree ? [theirs as TrainingSide] : [];
    const plan = { warmUp: Math.max(5, steps), rounds: chosenRounds ?? rounds, steps };
    const times = await measureTurns([ours, ...peers], plan, watch);
    log(`${network.name}, batch ${network.batchSize}: ${plan.rounds} rounds of ${steps} steps`);
    return {
      name: `${network.name}, batch ${network.batchSize}`,
      ...compareOrAlone(times.get('ours') as number[], times.get('theirs')),
      others: watch.lap(),
      ...(losses ? { note: `${losses.agree ? '' : 'NO RATIO: '}losses within ${losses.difference.toExponential(0)}` } : {}),
    };
  } finally {
    ours.dispose();
    await theirs?.dispose();
  }
}
