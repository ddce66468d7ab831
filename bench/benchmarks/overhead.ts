import { availableParallelism } from 'node:os';
import { dense, dnw, globalMagnitude, gmp } from '@espalier/baselines';
import { type Component, cubic, tf } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { str } from '@espalier/str';
import type { Benchmark, BenchmarkOptions, Part, Result } from '../benchmark.ts';
import { compareOrAlone, compareTimes, measure, measureTurns } from '../measure.ts';
import { NETWORKS, type Network } from '../networks/index.ts';
import { startTorchPeer, type TorchPeer } from '../torch-peer.ts';
import { ourTraining, type TrainingSide, theirTraining, type Where } from '../training-side.ts';
import { watchMachine } from '../watch.ts';

/** What a pruner adds to a training step. */
export const overhead: Benchmark = {
  name: 'overhead',
  summary: 'a training step of each pruner against the dense one, and against the same method in PyTorch',
  threads: availableParallelism(),
  async run(options) {
    const engine = await startEngine({ threads: options.threads, log: options.log });
    const peer = await startTorchPeer(options.threads, options.log);
    try {
      const parts = await overheadParts(engine, peer, options);
      return { versions: { [engine.name]: engine.version, tfjs: tf.version_core, ...peer?.versions }, parts };
    } finally {
      await peer?.close();
    }
  },
};

export async function overheadParts(engine: StartedEngine, peer: TorchPeer | undefined, options: BenchmarkOptions): Promise<Part[]> {
  return [await againstDense(engine, options), ...(await againstPyTorch(engine, peer, options))];
}

// --- helpers ---

/** A multiple of the steps between two updates of every pruner's masks. */
const STEPS = 25;
const WARM_UP = 10;
/** All schedules here have begun at this progress, and none has ended at that. */
const FROM = 0.1;
const TO = 0.45;

const AGAINST_DENSE: readonly { network: Network; rounds: number }[] = [
  { network: NETWORKS.lenet300, rounds: 20 },
  { network: NETWORKS.lenet5, rounds: 10 },
  { network: NETWORKS.resnet20, rounds: 8 },
];

interface Method {
  readonly name: string;
  readonly pruner: Component<'pruner'>;
  readonly busy: string;
  /** In PyTorch. */
  readonly usually: string;
}

const METHODS: readonly Method[] = [
  {
    name: 'str',
    pruner: str(),
    busy: 'a correction of its thresholds to the exact sparsity every 5 steps',
    usually: 'sign(W)·relu(|W| − sigmoid(s)) by autograd, with the same corrections: logit, one kthvalue of all weights',
  },
  {
    name: 'str, free-running',
    pruner: str({ sparsity: null, sInit: -5 }),
    busy: 'no corrections, as in the paper',
    usually: 'the same without corrections, as in the official code',
  },
  {
    name: 'dnw',
    pruner: dnw(),
    busy: 'new masks after every step',
    usually: 'a sort in every step, straight-through, as in the official code',
  },
  { name: 'gmp', pruner: gmp(), busy: 'new masks every 25 steps', usually: 'mask · W, kthvalue per layer every 25 steps' },
  {
    name: 'global-magnitude',
    pruner: globalMagnitude({ schedule: cubic({ start: 0.05, end: 0.5 }) }),
    busy: 'gradual, new masks every 25 steps (its default, one-shot, has one update in all)',
    usually: 'mask · W, one kthvalue of all weights every 25 steps',
  },
];

async function againstDense(engine: StartedEngine, { rounds, only = '', log }: BenchmarkOptions): Promise<Part> {
  const results: Result[] = [];
  for (const plan of AGAINST_DENSE.filter(({ network }) => network.name.includes(only))) {
    const count = rounds ?? plan.rounds;
    const under = [{ name: 'dense', pruner: dense() }, ...METHODS].map(({ name, pruner }) => {
      return { name, training: ourTraining(plan.network, engine, pruner, rampOf(WARM_UP + count * STEPS)) };
    });
    try {
      const subjects = under.map(({ name, training }) => ({ name, step: () => training.run(1) }));
      const times = await measure(subjects, { warmUp: WARM_UP, rounds: count, steps: STEPS });
      const of = (name: string) => times.get(name) as number[];
      results.push(...METHODS.map(({ name }) => ({ name: `${plan.network.name} ${name}`, ...compareTimes(of(name), of('dense')) })));
      log(`${plan.network.name}: pruners against dense, ${count} rounds`);
    } finally {
      for (const { training } of under) training.dispose();
    }
  }
  return {
    peer: 'the dense step, on the same engine',
    notes: [
      `A round is ${STEPS} steps of every pruner, in turn after each step: dense, str, dnw, ..., dense, str, dnw, ...`,
      `Every pruner is busy: the steps lie between ${FROM} and ${TO} of the training, where sparsity rises.`,
      ...METHODS.map(({ name, busy }) => `${name}: ${busy}`),
    ],
    results,
  };
}

/** A turn against PyTorch: the same multiple of the mask updates. */
const TURN = 4 * STEPS;
const TURNS = 12;

async function againstPyTorch(
  engine: StartedEngine,
  peer: TorchPeer | undefined,
  { rounds, only = '', patience, log }: BenchmarkOptions,
): Promise<Part[]> {
  const network = NETWORKS.lenet300;
  if (!peer || !network.name.includes(only)) return [];
  const count = rounds ?? TURNS;
  const where = rampOf(WARM_UP + count * (TURN + 1));
  const watch = watchMachine({ peerTime: peer.cpuTime, patience });
  const sides: { readonly name: string; readonly training: TrainingSide }[] = [];
  try {
    for (const { name, pruner } of [{ name: 'dense', pruner: dense() }, ...METHODS]) {
      sides.push({ name: `our ${name}`, training: ourTraining(network, engine, pruner, where) });
      sides.push({ name: `their ${name}`, training: await theirTraining(network, peer, { name, ...where }) });
    }
    const named = sides.map(({ name, training }) => ({ name, run: (steps: number) => training.run(steps) }));
    const times = await measureTurns(named, { warmUp: WARM_UP, rounds: count, steps: TURN }, watch);
    log(`${network.name}: methods against PyTorch’s, ${count} rounds`);
    const others = watch.lap();
    const of = (name: string) => times.get(name) as number[];
    const added = (name: string, whose: 'our' | 'their') => of(`${whose} ${name}`).map((ms, i) => ms - (of(`${whose} dense`)[i] as number));
    return [
      {
        peer: 'the step of the same method in PyTorch, written as usual',
        notes: [...METHODS.map(({ name, usually }) => `${name}: ${usually}`), watch.summary()],
        results: ['dense', ...METHODS.map(({ name }) => name)].map((name) => {
          return { name: `${network.name} ${name}`, ...compareOrAlone(of(`our ${name}`), of(`their ${name}`)), others };
        }),
      },
      {
        peer: 'what the same method adds to a dense step in PyTorch',
        notes: ['The step of the method less the dense step of the same side, round by round.'],
        results: METHODS.map(({ name }) => ({
          name: `${network.name} ${name}, added`,
          ...compareTimes(added(name, 'our'), added(name, 'their')),
        })),
      },
    ];
  } finally {
    for (const { training } of sides) await training.dispose();
  }
}

/** The place in a training whose ramp is as long as so many steps, and begins with an update of the masks. */
function rampOf(steps: number): Where {
  const totalSteps = Math.ceil((steps + STEPS) / (TO - FROM));
  return { totalSteps, step: Math.ceil((FROM * totalSteps) / STEPS) * STEPS };
}
