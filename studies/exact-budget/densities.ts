import path from 'node:path';
import {
  type Component,
  type FinishedResult,
  learningRateAt,
  parseTraining,
  type RunResult,
  type Study,
  type StudyRun,
  type TrainingOptions,
  writeStudy,
} from '@espalier/core';
import { renderMarkdown, type Sources, type Table, withProvenance } from '@espalier/reports';
import { sigmoid, str } from '@espalier/str';
import { type Config, compare } from 'espalier';
import type { Part } from '../shared/study.ts';

export interface DensitiesOptions {
  readonly name: string;
  readonly model: string;
  readonly data: string;
  readonly seeds: readonly number[];
  readonly training: TrainingOptions;
  /** E of the free-running STR, of each of which every seed is trained. */
  readonly strengths: readonly number[];
  /** Options of the STR that is then trained to the sparsity that each free run reached, by a name for the table. */
  readonly exact: Readonly<Record<string, Partial<Parameters<typeof str>[0]>>>;
}

/** STR that runs free, then STR on the exact budget at the very sparsity that it reached: does each layer keep its share? */
export function densitiesPart(options: DensitiesOptions): Part {
  const { name, model, data, seeds, training, strengths, exact } = options;
  return {
    name,
    async train({ folder, command, say }) {
      const run = async (pruner: Component<'pruner'>, seed: number): Promise<RunResult> => {
        const config = { model, data, training, pruners: [pruner], seeds: seed, report: false } satisfies Config;
        const { runs } = await compare(config, {
          folder,
          command,
          onDone: (_, { id, status }, reused) => void (reused || say(`${id} ${status}`)),
        });
        return runs[0] as RunResult;
      };
      const runs: StudyRun[] = [];
      const put = ({ id, spec, requested }: RunResult, strength: number, thresholds: string) =>
        runs.push({ id, spec, requested, at: { strength: `E = ${strength}`, thresholds } });
      say(`${name}: ${strengths.length * seeds.length * (1 + Object.keys(exact).length)} runs`);
      for (const strength of strengths) {
        for (const seed of seeds) {
          const free = await run(freeStr(strength, training), seed);
          put(free, strength, FREE);
          if (free.status !== 'finished') continue;
          for (const [thresholds, more] of Object.entries(exact))
            put(await run(str({ ...more, sparsity: free.sparsity }), seed), strength, thresholds);
        }
      }
      const axes = [
        { name: 'strength', values: strengths.map((strength) => `E = ${strength}`), base: `E = ${strengths[0]}` },
        { name: 'thresholds', values: [FREE, ...Object.keys(exact)], base: FREE },
      ];
      writeStudy(path.join(folder, 'runs'), { format: 1, name, command, mode: 'grid', axes, runs });
    },
  };
}

/** Each layer's density beside that of the free run with the same seed, and the largest difference. */
export function densitiesTable(study: Study, sealed: Sources): string {
  const byId = new Map(sealed.results.map((result) => [result.id, result]));
  const finished = study.runs.flatMap(({ id, at, spec: { seed } }) => {
    const result = byId.get(id);
    return result?.status === 'finished' ? [{ at, seed, result }] : [];
  });
  const freeOf = (at: StudyRun['at'], seed: number) =>
    finished.find((one) => one.at.thresholds === FREE && one.at.strength === at.strength && one.seed === seed)?.result;
  const layers = finished[0]?.result.layers.map(({ name }) => name) ?? [];
  const rows = finished.map(({ at, seed, result }) => {
    const free = freeOf(at, seed);
    const runs = [result.id];
    const difference = free && free !== result ? largestDifference(result, free) : null;
    return {
      cells: {
        strength: { value: at.strength ?? null, runs },
        seed: { value: seed, runs },
        thresholds: { value: at.thresholds ?? null, runs },
        sparsity: { value: result.sparsity, runs },
        ...Object.fromEntries(result.layers.map(({ name, sparsity }) => [name, { value: (1 - sparsity).toFixed(3), runs }])),
        difference: { value: difference?.toFixed(3) ?? null, runs },
        accuracy: { value: result.accuracy, runs },
      },
    };
  });
  const number = { format: 'text', align: 'right' } as const;
  const table: Table = {
    caption: 'Density of each layer, free-running and on the exact budget at the sparsity that the free run reached',
    columns: [
      { key: 'strength', label: 'Strength', format: 'text', align: 'left', identifies: true },
      { key: 'seed', label: 'Seed', format: 'integer', align: 'right', identifies: true },
      { key: 'thresholds', label: 'Thresholds', format: 'text', align: 'left', identifies: true },
      { key: 'sparsity', label: 'Sparsity', unit: '%', format: 'percent', align: 'right' },
      ...layers.map((key) => ({ ...number, key, label: key })),
      { ...number, key: 'difference', label: 'Largest difference' },
      { key: 'accuracy', label: 'Test accuracy', unit: '%', format: 'percent', align: 'right' },
    ],
    rows,
    footnotes: [
      { text: 'Density is the share of a layer’s weights that is left. Differences are to the free run of the same strength and seed.' },
    ],
  };
  return renderMarkdown(withProvenance(table, sealed.results, sealed.origins));
}

// --- helpers ---

const FREE = 'free-running';

/** s starts so that its threshold becomes visible after this share of the training, if only decay moved it. */
const VISIBLE_AT = 0.2;

/** Steps of one epoch: 55,000 training examples of MNIST. */
const STEPS_PER_EPOCH = Math.floor(55_000 / 128);

/**
 * STR as in the paper. Decay alone would take s from s_init to s_init·exp(−E): λ = E·(1 − μ)/Σ η over all steps, and s_init is what decays
 * to g⁻¹(1e-3) by the time that thresholds are to become visible.
 */
function freeStr(strength: number, given: TrainingOptions): Component<'pruner'> {
  const training = parseTraining(given);
  const rates = Array.from({ length: training.epochs * STEPS_PER_EPOCH }, (_, step) => learningRateAt(step, STEPS_PER_EPOCH, training));
  const sum = (some: readonly number[]) => some.reduce((total, rate) => total + rate, 0);
  const untilVisible = (strength * sum(rates.slice(0, Math.floor(VISIBLE_AT * rates.length)))) / sum(rates);
  const decay = (strength * (1 - training.momentum)) / sum(rates);
  const sInit = Math.log(1e-3 / (1 - 1e-3)) * Math.exp(untilVisible);
  return str({ sparsity: null, decay: short(decay), sInit: short(sInit), g: sigmoid() });
}

const short = (value: number): number => Number(value.toPrecision(4));

const largestDifference = (a: FinishedResult, b: FinishedResult): number =>
  Math.max(...a.layers.map(({ sparsity }, i) => Math.abs(sparsity - (b.layers[i]?.sparsity ?? 0))));
