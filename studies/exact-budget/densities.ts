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

/** What each layer's density differs by from that of the free run with the same seed: on average over the seeds, then run by run. */
export function densitiesTables(study: Study, sealed: Sources): string {
  const byId = new Map(sealed.results.map((result) => [result.id, result]));
  const finished = study.runs.flatMap(({ id, at, spec: { seed } }) => {
    const result = byId.get(id);
    return result?.status === 'finished' ? [{ at, seed, result }] : [];
  });
  const compared = finished.map((one): Compared => {
    const isFreeRun = ({ at, seed }: Trained) => at.thresholds === FREE && at.strength === one.at.strength && seed === one.seed;
    const free = one.at.thresholds === FREE ? undefined : finished.find(isFreeRun)?.result;
    return { ...one, free };
  });
  return [meanTable(compared), runsTable(compared)]
    .map((table) => renderMarkdown(withProvenance(table, sealed.results, sealed.origins)))
    .join('\n');
}

// --- helpers ---

interface Trained {
  readonly at: StudyRun['at'];
  readonly seed: number;
  readonly result: FinishedResult;
}

interface Compared extends Trained {
  /** The free run of the same strength and seed, if it is another one. */
  readonly free: FinishedResult | undefined;
}

const NUMBER = { format: 'text', align: 'right' } as const;

const layersOf = ([one]: readonly Trained[]): string[] => one?.result.layers.map(({ name }) => name) ?? [];

/** Density less the free run's, layer by layer. */
const differencesOf = (result: FinishedResult, free: FinishedResult): number[] =>
  result.layers.map(({ sparsity }, i) => (free.layers[i]?.sparsity ?? 0) - sparsity);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const mean = (values: readonly number[]): number => sum(values) / values.length;

const largest = (differences: readonly number[]): number => Math.max(...differences.map(Math.abs));

function meanTable(all: readonly Compared[]): Table {
  const compared = all.flatMap(({ at, result, free }) =>
    free ? [{ at, runs: [result.id, free.id], differences: differencesOf(result, free) }] : [],
  );
  const nameOf = ({ at }: Pick<Trained, 'at'>) => `${at.strength} ${at.thresholds}`;
  const groups = [...new Set(compared.map(nameOf))].map((name) => compared.filter((one) => nameOf(one) === name));
  const layers = layersOf(all);
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
  return {
    caption: 'What each layer’s density differs by from the free run’s, on average over the seeds',
    columns: [
      { key: 'strength', label: 'Strength', format: 'text', align: 'left', identifies: true },
      { key: 'thresholds', label: 'Thresholds', format: 'text', align: 'left', identifies: true },
      { key: 'seeds', label: 'Seeds', format: 'integer', align: 'right' },
      ...layers.map((key) => ({ ...NUMBER, key, label: key })),
      { ...NUMBER, key: 'largest', label: 'Largest in a run, on average' },
      { key: 'within', label: `Runs with all layers within ${WITHIN}`, format: 'text', align: 'right' },
    ],
    rows: groups.map((group) => {
      const differences = group.map((one) => one.differences);
      const runs = group.flatMap((one) => one.runs);
      const within = differences.filter((some) => largest(some) <= WITHIN + ROUNDING).length;
      return {
        cells: {
          strength: { value: group[0]?.at.strength ?? null, runs },
          thresholds: { value: group[0]?.at.thresholds ?? null, runs },
          seeds: { value: group.length, runs },
          ...Object.fromEntries(layers.map((name, i) => [name, { value: signed(mean(differences.map((some) => some[i] ?? 0))), runs }])),
          largest: { value: mean(differences.map(largest)).toFixed(3), runs },
          within: { value: `${within} of ${group.length}`, runs },
        },
      };
    }),
    footnotes: [],
  };
}

function runsTable(all: readonly Compared[]): Table {
  const layers = layersOf(all);
  return {
    caption: 'Density of each layer, free-running and on the exact budget at the sparsity that the free run reached',
    columns: [
      { key: 'strength', label: 'Strength', format: 'text', align: 'left', identifies: true },
      { key: 'seed', label: 'Seed', format: 'integer', align: 'right', identifies: true },
      { key: 'thresholds', label: 'Thresholds', format: 'text', align: 'left', identifies: true },
      { key: 'sparsity', label: 'Sparsity', unit: '%', format: 'percent', align: 'right' },
      ...layers.map((key) => ({ ...NUMBER, key, label: key })),
      { ...NUMBER, key: 'difference', label: 'Largest difference' },
      { key: 'accuracy', label: 'Test accuracy', unit: '%', format: 'percent', align: 'right' },
    ],
    rows: all.map(({ at, seed, result, free }) => {
      const runs = [result.id];
      return {
        cells: {
          strength: { value: at.strength ?? null, runs },
          seed: { value: seed, runs },
          thresholds: { value: at.thresholds ?? null, runs },
          sparsity: { value: result.sparsity, runs },
          ...Object.fromEntries(result.layers.map(({ name, sparsity }) => [name, { value: (1 - sparsity).toFixed(3), runs }])),
          difference: { value: free ? largest(differencesOf(result, free)).toFixed(3) : null, runs },
          accuracy: { value: result.accuracy, runs },
        },
      };
    }),
    footnotes: [
      { text: 'Density is the share of a layer’s weights that is left. Differences are to the free run of the same strength and seed.' },
    ],
  };
}

const FREE = 'free-running';

/** A difference of densities that counts as small; 36 of 600 weights are just that, but for rounding. */
const WITHIN = 0.06;
const ROUNDING = 1e-9;

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
  const untilVisible = (strength * sum(rates.slice(0, Math.floor(VISIBLE_AT * rates.length)))) / sum(rates);
  const decay = (strength * (1 - training.momentum)) / sum(rates);
  const sInit = Math.log(1e-3 / (1 - 1e-3)) * Math.exp(untilVisible);
  return str({ sparsity: null, decay: short(decay), sInit: short(sInit), g: sigmoid() });
}

const short = (value: number): number => Number(value.toPrecision(4));
