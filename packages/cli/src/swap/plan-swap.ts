import path from 'node:path';
import { fixedMask, random } from '@espalier/baselines';
import {
  type Component,
  fromRun,
  maskDigest,
  type Registry,
  type RunRequest,
  type RunResult,
  runBudget,
  type Study,
  type StudyRun,
  savedKernels,
} from '@espalier/core';
import { buildTraining } from '../build-training.ts';
import type { ResolvedConfig } from '../config/config.ts';
import type { SwapControl } from '../config/swap-controls.ts';
import { usageInvalid } from '../errors.ts';
import { buildTask, kebab, type PlannedRun, plannedRun } from '../plan-runs.ts';
import { type SwapMethod, swapMethods } from './methods.ts';
import { smallDense } from './small-dense.ts';

/** The axes of the study, and what stands on the second one for a method as it is. */
const BUDGET = 'budget of';
const SELECTION = 'selection by';
const OWN = 'own';

/** One stage: what is to be trained, and all that the study is known to need by then. */
export interface SwapStage {
  readonly study: Study;
  readonly requests: readonly RunRequest[];
}

export interface SwapPlan extends SwapStage {
  /**
   * What follows once the methods themselves are trained, since it rests on the budgets that they reached: every selection on every budget,
   * and the controls. A method that failed has no budget, so nothing follows from it.
   *
   * Throws `E_SOURCE` if a finished run has left no model.
   */
  next(results: readonly RunResult[], runs: string): Promise<SwapStage>;
}

/**
 * A swap of budgets and selections in two stages: first every method as it is (runs that a comparison has too), with a dense one per seed
 * and the small dense control; then what rests on them.
 *
 * Builds every component of the first stage. Throws `E_SWAP` for a method that can't take part, `E_COMPONENT_UNKNOWN`, `E_OPTIONS`.
 */
export function planSwap(config: ResolvedConfig, registry: Registry, engine: RunRequest['engine'], command: string): SwapPlan {
  const { prunable, seeds, sparsity: sparsities } = config;
  if (!sparsities.length)
    throw usageInvalid('A swap is made at sparsities: budgets of multiply-adds or bytes have no place in it', 'Give --sparsity');
  const { controls } = config.swap;
  const methods = swapMethods(config.swap.pruners, registry);
  const selections = [...new Map(methods.map(({ selection }) => [selection.label, selection])).values()];
  const task = buildTask(config, registry);
  const training = buildTraining(config.training, registry);
  const runOf = (pruner: Component<'pruner'>, seed: number, model = task.model) =>
    plannedRun({ ...task, model, pruner, training, prunable, seed, engine }, registry);
  const dense = registry.build('pruner', 'dense');

  const own = sparsities.flatMap((sparsity) =>
    methods.flatMap((method) => {
      const pruner = method.at(sparsity);
      return seeds.map((seed): OwnRun => ({ ...cell(method, OWN, sparsity, runOf(pruner, seed)), method, sparsity, seed }));
    }),
  );
  const small = controls.includes('small-dense')
    ? sparsities.map((sparsity) => ({ sparsity, model: smallDense(task.model, registry, task.data, { sparsity, prunable }) }))
    : [];
  const smallCells = small.flatMap(({ sparsity, model }) =>
    typeof model === 'string'
      ? []
      : methods.flatMap((method) => seeds.map((seed) => cell(method, 'small-dense', sparsity, runOf(dense, seed, model)))),
  );
  const leftOut = [...new Set(small.flatMap(({ model }) => (typeof model === 'string' ? [model] : [])))];
  const stage = (cells: readonly Cell[], toTrain: readonly PlannedRun[]): SwapStage => ({
    study: {
      format: 1,
      name: config.swap.name ?? ['swap', task.model.spec.use, task.data.spec.use].map(kebab).join('-'),
      command,
      mode: 'grid',
      axes: [
        { name: BUDGET, values: methods.map(({ label }) => label), base: (methods[0] as SwapMethod).label },
        { name: SELECTION, values: [OWN, ...selections.map(({ label }) => label), ...controls], base: OWN },
      ],
      swap: {
        selectionOf: Object.fromEntries(methods.map(({ label, selection }) => [label, selection.label])),
        controls: controls.filter((control) => control !== 'small-dense' || smallCells.length > 0),
        leftOut: leftOut.map((reason) => ({ control: 'small-dense', reason })),
      },
      runs: cells.map(({ run }) => run),
    },
    requests: [...new Map(toTrain.map(({ id, request }) => [id, request])).values()],
  });
  const denseRuns = seeds.map((seed) => runOf(dense, seed));

  return {
    ...stage([...own, ...smallCells], [...denseRuns, ...own.map(planOf), ...smallCells.map(planOf)]),
    async next(results, runs) {
      const finished = new Set(results.filter(({ status }) => status === 'finished').map(({ id }) => id));
      const swapped: Cell[] = [];
      const controlled: Cell[] = [];
      for (const { method, sparsity, seed, planned } of own.filter(({ planned: { id } }) => finished.has(id))) {
        const folder = path.join(runs, planned.id);
        const allocation = fromRun({ run: runBudget(folder) });
        for (const selection of selections)
          swapped.push(cell(method, selection.label, sparsity, runOf(selection.on(allocation, sparsity), seed)));
        const mask = controls.some((control) => control in MASKS)
          ? { sparsity, run: planned.id, digest: maskDigest(await savedKernels(folder, prunable)) }
          : undefined;
        for (const control of controls) {
          const changes = MASKS[control];
          if (mask && changes) controlled.push(cell(method, control, sparsity, runOf(fixedMask({ ...mask, ...changes }), seed)));
          if (control === 'random') controlled.push(cell(method, control, sparsity, runOf(random({ sparsity, allocation }), seed)));
        }
      }
      return stage([...own, ...swapped, ...controlled, ...smallCells], [...swapped, ...controlled].map(planOf));
    },
  };
}

// --- helpers ---

/** A run and its place in the study. */
interface Cell {
  readonly planned: PlannedRun;
  readonly run: StudyRun;
}

interface OwnRun extends Cell {
  readonly method: SwapMethod;
  readonly sparsity: number;
  readonly seed: number;
}

/** Controls that are the method's own mask, and what is done to it. */
const MASKS: { readonly [control in SwapControl]?: { readonly shuffle?: boolean; readonly reinitialize?: boolean } } = {
  rewound: {},
  'layer-shuffled': { shuffle: true },
  reinitialized: { reinitialize: true },
};

const cell = (method: SwapMethod, selection: string, requested: number, planned: PlannedRun): Cell => ({
  planned,
  run: { id: planned.id, spec: planned.spec, requested, at: { [BUDGET]: method.label, [SELECTION]: selection } },
});

const planOf = ({ planned }: Cell): PlannedRun => planned;
