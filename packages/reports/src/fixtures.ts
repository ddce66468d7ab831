import {
  type FailedResult,
  type FinishedResult,
  type LayerResult,
  type LogEntry,
  type RunResult,
  runId,
  type Study,
  type TargetInUnit,
} from '@espalier/core/results';

/** Hand-made results for the tests of this package; no part of what it exports. */

interface KernelSize {
  readonly name: string;
  readonly shape: readonly number[];
  /** Output positions, so multiply-adds per weight. */
  readonly uses: number;
}

/** LeNet-5 as in Caffe: 430,500 weights, 2,293,000 multiply-adds. */
export const lenet5: readonly KernelSize[] = [
  { name: 'conv1', shape: [5, 5, 1, 20], uses: 576 },
  { name: 'conv2', shape: [5, 5, 20, 50], uses: 64 },
  { name: 'fc1', shape: [800, 500], uses: 1 },
  { name: 'fc2', shape: [500, 10], uses: 1 },
];

/** ResNet-50 at 224 × 224: 54 kernels, 25,502,912 weights. */
export const resnet50: readonly KernelSize[] = (() => {
  const kernels: KernelSize[] = [{ name: 'conv1', shape: [7, 7, 3, 64], uses: 112 ** 2 }];
  let input = 64;
  [3, 4, 6, 3].forEach((blocks, stage) => {
    const width = 64 * 2 ** stage;
    const uses = (56 / 2 ** stage) ** 2;
    for (let block = 0; block < blocks; block++) {
      const name = `layer${stage + 1}.${block}`;
      const inputUses = stage > 0 && block === 0 ? uses * 4 : uses;
      kernels.push({ name: `${name}.conv1`, shape: [1, 1, input, width], uses: inputUses });
      kernels.push({ name: `${name}.conv2`, shape: [3, 3, width, width], uses });
      kernels.push({ name: `${name}.conv3`, shape: [1, 1, width, width * 4], uses });
      if (block === 0) kernels.push({ name: `${name}.downsample`, shape: [1, 1, input, width * 4], uses });
      input = width * 4;
    }
  });
  return [...kernels, { name: 'fc', shape: [2048, 1000], uses: 1 }];
})();

export interface ResultOptions {
  readonly pruner?: { readonly use: string; readonly [option: string]: unknown };
  readonly requested?: number | null;
  /** In another unit, with what was reached of it. */
  readonly target?: TargetInUnit & { readonly reached: number };
  readonly seed?: number;
  readonly accuracy?: number;
  readonly model?: string;
  readonly data?: string;
  readonly training?: Readonly<Record<string, unknown>>;
  readonly kernels?: readonly KernelSize[];
  /** Of each layer; default: the requested sparsity everywhere. */
  readonly sparsities?: readonly number[];
  readonly leftDense?: readonly string[];
  readonly thresholds?: boolean;
}

export function result(options: ResultOptions = {}): FinishedResult {
  const { accuracy = 0.98, kernels = lenet5, sparsities = [], leftDense = [], thresholds = false } = options;
  const { requested, ...identity } = identityOf(options);
  const layers = kernels.map((kernel, index): LayerResult => {
    const { name, shape, uses } = kernel;
    const size = shape.reduce((product, length) => product * length, 1);
    const prunable = !leftDense.includes(name);
    const nonzero = prunable ? Math.round(size * (1 - (sparsities[index] ?? requested ?? 0))) : size;
    const sparsity = 1 - nonzero / size;
    const threshold = thresholds && prunable ? { threshold: 0.01 * (index + 1) } : {};
    return {
      name,
      shape: [...shape],
      size,
      nonzero,
      sparsity,
      multiplyAdds: nonzero * uses,
      denseMultiplyAdds: size * uses,
      prunable,
      ...threshold,
    };
  });
  const sum = (key: 'size' | 'nonzero' | 'multiplyAdds' | 'denseMultiplyAdds', of = layers) =>
    of.reduce((total, layer) => total + layer[key], 0);
  const pruned = layers.filter((layer) => layer.prunable);
  const parameters = sum('size') + kernels.reduce((total, { shape }) => total + (shape.at(-1) ?? 0), 0);
  const size = sum('size', pruned);
  const nonzero = sum('nonzero', pruned);
  const epochs = Number(options.training?.epochs ?? 10);
  return {
    ...identity,
    requested,
    ...(options.target ? { reached: options.target.reached } : {}),
    status: 'finished',
    sparsity: 1 - nonzero / size,
    size,
    nonzero,
    wholeSparsity: (size - nonzero) / parameters,
    parameters,
    multiplyAdds: sum('multiplyAdds'),
    denseMultiplyAdds: sum('denseMultiplyAdds'),
    accuracy,
    loss: 0.05,
    validation: { accuracy: accuracy - 0.001, loss: 0.06, bestAccuracy: accuracy, bestEpoch: epochs },
    epochs,
    steps: epochs * 430,
    layers,
  };
}

export const failure = (options: ResultOptions = {}): FailedResult => ({
  ...identityOf(options),
  status: 'failed',
  failure: { code: 'E_NOT_FINITE', message: 'The loss is not finite', step: 120, layer: 'conv2', retry: false },
});

/** Steps of a run: sparsity and thresholds rise to where the result says, with each method in a way of its own. */
export function log(of: FinishedResult, entries = 60): LogEntry[] {
  return Array.from({ length: entries }, (_, index): LogEntry => {
    const progress = (index + 1) / entries;
    const riseOf = RISES[of.pruner] ?? cubicRise;
    const rise = riseOf(progress);
    return {
      type: 'step',
      step: Math.round(progress * of.steps) - 1,
      epoch: progress * of.epochs,
      loss: 2.3 * Math.exp(-3 * progress),
      learningRate: 0.1,
      sparsity: of.sparsity * rise,
      layers: of.layers
        .filter((layer) => layer.prunable)
        .map(({ name, size, sparsity, threshold }) => ({
          name,
          nonzero: Math.round(size * (1 - sparsity * rise)),
          sparsity: sparsity * rise,
          ...(threshold !== undefined && { threshold: threshold * rise }),
          meanMagnitude: 0.05,
          churn: sparsity * (rise - riseOf(index / entries)),
          everActive: 1,
          ...(of.pruner === 'str' && threshold !== undefined && { state: { s: forcesAt(progress) } }),
        })),
    };
  });
}

/** Five methods at two sparsities over three seeds on LeNet-5: the report that this package was drawn for. */
export function comparison(kernels: readonly KernelSize[] = lenet5): RunResult[] {
  const methods = [
    { use: 'str', accuracy: [0.9905, 0.9861], thresholds: true, tilt: 0.5 },
    { use: 'dnw', accuracy: [0.9896, 0.9812], thresholds: true, tilt: 0 },
    { use: 'gmp', accuracy: [0.9901, 0.9839], thresholds: true, tilt: 0 },
    { use: 'global-magnitude', accuracy: [0.9909, 0.9868], thresholds: false, tilt: 0.9 },
  ];
  const model = kernels === lenet5 ? 'lenet5' : 'resnet50';
  const seeds = [0, 1, 2];
  const dense = seeds.map((seed) => result({ model, kernels, seed, accuracy: 0.9917 + 0.0004 * (seed - 1) }));
  const pruned = methods.flatMap(({ use, accuracy, thresholds, tilt }) =>
    [0.9, 0.98].flatMap((requested, level) =>
      seeds.map((seed) =>
        result({
          pruner: { use, sparsity: requested },
          requested,
          seed,
          model,
          kernels,
          thresholds,
          accuracy: (accuracy[level] as number) + (0.0005 * level + 0.0004) * (((seed + use.length) % 3) - 1),
          sparsities: tilted(kernels, requested, tilt),
        }),
      ),
    ),
  );
  return [...dense, ...pruned];
}

export interface StudyOptions {
  readonly mode?: Study['mode'];
  readonly sparsities?: readonly number[];
  readonly seeds?: readonly number[];
  /** Accuracy of a run by its labels; default 0.98. */
  readonly accuracy?: (at: { readonly g: string; readonly estimator: string }, seed: number, sparsity: number) => number;
}

/** What an ablation of STR's g and estimator set out to run, and what came out, with the ids that real runs would have. */
export function ablation({ mode = 'grid', sparsities = [0.9], seeds = [0, 1, 2], accuracy = () => 0.98 }: StudyOptions = {}): {
  readonly study: Study;
  readonly results: FinishedResult[];
} {
  const axes = [
    { name: 'g', values: ['sigmoid', 'exp', 'identity'], base: 'sigmoid' },
    { name: 'estimator', values: ['subgradient', 'straight-through'], base: 'subgradient' },
  ];
  const grid = axes[0]?.values.flatMap((g) => axes[1]?.values.map((estimator) => ({ g, estimator })) ?? []) ?? [];
  const points = grid.filter(({ g, estimator }) => mode === 'grid' || g === 'sigmoid' || estimator === 'subgradient');
  const results = points.flatMap(({ g, estimator }) =>
    sparsities.flatMap((sparsity) =>
      seeds.map((seed) => {
        const changed = {
          ...(g !== 'sigmoid' && { g: { use: g } }),
          ...(estimator !== 'subgradient' && { estimator: { use: estimator } }),
        };
        const of = { pruner: { use: 'str', sparsity, ...changed }, requested: sparsity, seed };
        return { at: { g, estimator }, run: withRealId(result({ ...of, accuracy: accuracy({ g, estimator }, seed, sparsity) })) };
      }),
    ),
  );
  const study: Study = {
    format: 1,
    name: 'str-g-estimator',
    command: `espalier ablate --axis g --axis estimator --mode ${mode}`,
    mode,
    axes,
    runs: results.map(({ at, run: { id, spec, requested } }) => ({ id, spec, requested, at })),
  };
  return { study, results: results.map(({ run }) => run) };
}

/** The id that a run of this spec would have. */
export const withRealId = <R extends RunResult>(run: R): R => ({ ...run, id: runId(run.spec) });

// --- helpers ---

/** In balance after six tenths of the training. */
const forcesAt = (progress: number) => ({ value: -6 + 4 * progress, task: -0.1 * progress, decay: 0.15 * (1 - progress), correction: 0 });
const cubicRise = (progress: number) => 1 - (1 - Math.min(progress / 0.75, 1)) ** 3;
const RISES: Readonly<Record<string, (progress: number) => number>> = {
  dnw: () => 1,
  str: (progress) => progress ** 0.5 / (0.2 + 0.8 * progress ** 0.5),
  'global-magnitude': (progress) => Math.ceil(Math.min(progress / 0.6, 1) * 5) / 5,
};

function identityOf({
  pruner = { use: 'dense' },
  requested = null,
  target,
  seed = 0,
  model = 'lenet5',
  data = 'mnist',
  training = {},
}: ResultOptions) {
  const spec = { model: { use: model }, data: { use: data }, pruner, training, seed, engine: { name: 'tfjs-node', threads: 1 } };
  const words = [
    model,
    data,
    ...Object.values(training),
    ...Object.values(pruner).map((value) => (typeof value === 'object' ? JSON.stringify(value) : value)),
  ];
  const id = `${words.join('-').replace(/[^\w.-]+/g, '_')}-${seed}`;
  const asked = target ? { target: { unit: target.unit, value: target.value } } : {};
  return { format: 1 as const, id, spec, pruner: pruner.use, seed, requested, ...asked };
}

/** Spares small layers, about as a global threshold does; `tilt` 0 is uniform. The large layers make up for it. */
function tilted(kernels: readonly KernelSize[], sparsity: number, tilt: number): number[] {
  const sizes = kernels.map(({ shape }) => shape.reduce((product, length) => product * length, 1));
  const largest = Math.max(...sizes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const raw = sizes.map((size, index) =>
    Math.min((1 - sparsity) * (largest / size) ** (0.4 * tilt) * (1 + 0.3 * tilt * Math.sin(index)), 0.95),
  );
  const kept = raw.reduce((sum, density, index) => sum + density * (sizes[index] as number), 0);
  return raw.map((density) => 1 - density * Math.min(((1 - sparsity) * total) / kept, 1));
}
