import type { LayerLog, StateLog } from '../results.ts';
import { tf } from '../tf.ts';
import type { ForceMeter } from './force-meter.ts';
import type { Trainer } from './trainer.ts';

/** Watches how the masks and the pruner's state of a trainer move. Whoever made it calls `dispose()`. */
export interface Dynamics {
  /** For every `trainStep`. */
  readonly meter: ForceMeter;
  /** What it remembers of each weight, one bit each: belongs into a checkpoint, which must be saved right after `take()`. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /** What happened in each pruned layer since the last call, by its name; forces, churn and the like start anew. */
  take(): ReadonlyMap<string, Omit<LayerLog, 'name' | 'nonzero' | 'sparsity' | 'threshold'>>;
  dispose(): void;
}

/** Starts with the masks that the trainer has now. Everything is measured by tensor operations; a few scalars per layer are read. */
export function watchDynamics(trainer: Trainer): Dynamics {
  const { pruned } = trainer;
  const meter = trainer.newForceMeter();
  const layers = pruned.layers.map((layer, i) => {
    const isActive = () => pruned.effectiveWeight(layer).notEqual(0);
    const variable = () => tf.tidy(() => tf.variable(isActive(), false));
    const names = [...pruned.variables].flatMap(([name, own]): [string, tf.Variable][] =>
      name.startsWith(`state/${i}/`) && meter.variables.includes(own) ? [[name.slice(`state/${i}/`.length), own]] : [],
    );
    return { kernel: layer.kernel, isActive, names, active: variable(), everActive: variable() };
  });
  return {
    meter,
    variables: new Map(
      layers.flatMap(({ active, everActive }, i): [string, tf.Variable][] => [
        [`dynamics/${i}/active`, active],
        [`dynamics/${i}/everActive`, everActive],
      ]),
    ),
    take() {
      const forces = meter.take();
      return new Map(
        layers.map(({ kernel, isActive, names, active, everActive }) => {
          let changed = 0;
          tf.tidy(() => {
            const now = isActive();
            changed = count(now.logicalXor(active));
            active.assign(now);
            everActive.assign(everActive.logicalOr(now));
          });
          const state = names.map(([name, variable]): [string, StateLog] => {
            const { task = 0, decay = 0, correction = 0 } = forces.get(variable) ?? {};
            const value = scalar(() => variable.mean());
            return [name, { value: short(value), task: short(task), decay: short(decay), correction: short(correction) }];
          });
          const masks = { churn: short(changed / kernel.size), everActive: short(count(everActive) / kernel.size) };
          const meanMagnitude = short(scalar(() => kernel.weight.abs().mean()));
          return [kernel.name, { meanMagnitude, ...masks, ...(state.length ? { state: Object.fromEntries(state) } : {}) }];
        }),
      );
    },
    dispose: () => tf.dispose(layers.flatMap(({ active, everActive }) => [active, everActive])),
  };
}

// --- helpers ---

const scalar = (make: () => tf.Tensor): number => tf.tidy(() => make().dataSync()[0] as number);

const count = (mask: tf.Tensor): number => scalar(() => mask.cast('int32').sum());

/** Six digits, which keeps logs short. */
const short = (value: number): number => Number(value.toPrecision(6));
