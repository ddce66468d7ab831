import { type Component, withoutDefaults } from '../component.ts';
import { parsePrunable, prunableOptions } from '../model/prunable.ts';
import type { RunSpec } from '../results.ts';
import { parseTraining, trainingOptions } from '../training/options.ts';
import { regularizationByRole } from '../training/regularization.ts';
import type { RunRequest } from './request.ts';

/**
 * The spec of a run: everything that decides its outcome, defaults left out, so that a new option with a neutral default changes no id.
 * Throws `E_OPTIONS` for refused options, and where something is regularized twice.
 */
export function toRunSpec(run: RunRequest): RunSpec {
  const training = parseTraining(run.training);
  regularizationByRole(training, run.pruner);
  const prunable = withoutDefaults(prunableOptions, parsePrunable(run.prunable));
  const plugins = run.plugins ?? {};
  return {
    model: plain(run.model),
    data: plain(run.data),
    pruner: plain(run.pruner),
    training: withoutDefaults(trainingOptions, training),
    ...(Object.keys(prunable).length ? { prunable } : {}),
    seed: run.seed,
    engine: { name: run.engine.name, threads: run.engine.threads },
    ...(Object.keys(plugins).length ? { plugins } : {}),
  };
}

// --- helpers ---

const plain = (component: Component<'model' | 'dataset' | 'pruner'>): RunSpec['model'] => ({ ...component.spec });
