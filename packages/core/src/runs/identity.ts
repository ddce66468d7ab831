import { createHash } from 'node:crypto';
import { type Component, withoutDefaults } from '../component.ts';
import { prunableOptions } from '../model/prunable.ts';
import type { RunSpec } from '../results.ts';
import { trainingOptions } from '../training/options.ts';
import type { RunRequest } from './request.ts';

/** The spec of a run: everything that decides its outcome, defaults left out, so that a new option with a neutral default changes no id. */
export function toRunSpec(run: RunRequest): RunSpec {
  const prunable = withoutDefaults(prunableOptions, prunableOptions.parse(run.prunable ?? {}));
  return {
    model: plain(run.model),
    data: plain(run.data),
    pruner: plain(run.pruner),
    training: withoutDefaults(trainingOptions, trainingOptions.parse(run.training ?? {})),
    ...(Object.keys(prunable).length ? { prunable } : {}),
    seed: run.seed,
    engine: { name: run.engine.name, threads: run.engine.threads },
  };
}

/** Twelve hexadecimal digits of the SHA-256 of the spec in canonical form: keys sorted, no white space. */
export const runId = (spec: RunSpec): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(spec)))
    .digest('hex')
    .slice(0, 12);

// --- helpers ---

const plain = (component: Component<'model' | 'dataset' | 'pruner'>): RunSpec['model'] => ({ ...component.spec });

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
