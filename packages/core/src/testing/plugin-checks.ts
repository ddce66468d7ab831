import type { AnyFactory, Component, Kind, Plugin } from '../component.ts';
import { corePlugin } from '../plugin.ts';
import { createRegistry } from '../registry.ts';
import { type AllocationContractOptions, allocationChecks } from './allocation-contract.ts';
import { datasetChecks } from './dataset-contract.ts';
import { estimatorChecks } from './estimator-contract.ts';
import { HINTS } from './hints.ts';
import { type ModelContractOptions, modelChecks } from './model-contract.ts';
import { operatorChecks } from './operator-contract.ts';
import { type Check, type PrunerContractOptions, prunerChecks } from './pruner-contract.ts';
import { regularizerChecks } from './regularizer-contract.ts';
import { scheduleChecks } from './schedule-contract.ts';
import { scoreChecks } from './score-contract.ts';
import { thresholdFunctionChecks } from './threshold-function-contract.ts';
import { thresholdSourceChecks } from './threshold-source-contract.ts';

/** What a component is tried on, where what its kind is tried on isn't for it: examples for a model, layers for an allocation. */
export type Trial = Pick<ModelContractOptions, 'inputShape' | 'classes'> & Pick<AllocationContractOptions, 'layers'>;

export interface PluginCheckOptions extends Pick<PrunerContractOptions, 'engine'> {
  /** Options that a component is made with, by its name, as in a configuration; default: its defaults. */
  readonly given?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What components are tried on, by name. */
  readonly on?: Readonly<Record<string, Trial>>;
  /** Other plugins whose components its own take as options. */
  readonly plugins?: readonly Plugin[];
}

/** One component of a plugin with the checks of its kind. */
export interface CheckedComponent {
  readonly kind: Kind;
  readonly name: string;
  readonly checks: readonly Check[];
}

/** The contract of its kind for every component of a plugin. What can't be made with the options given fails its one check. */
export function pluginChecks(
  plugin: Plugin,
  { given = {}, on = {}, plugins = [], engine }: PluginCheckOptions = {},
): readonly CheckedComponent[] {
  const options = { plugins: [...plugins, plugin], ...(engine ? { engine } : {}) };
  const registry = () => createRegistry([...new Set([corePlugin, ...options.plugins])]);
  return plugin.components.map((factory: AnyFactory) => {
    const { name } = factory.definition;
    const create = (more: object = {}) =>
      given[name] ? registry().build(factory.kind, { ...given[name], ...more, use: name }) : factory(more);
    return { kind: factory.kind, name, checks: isMade(create) ?? CHECKS[factory.kind](create as never, { ...options, ...on[name] }) };
  });
}

// --- helpers ---

const CHECKS: {
  readonly [K in Kind]: (create: (options?: object) => Component<K>, options: PrunerContractOptions & Trial) => readonly Check[];
} = {
  pruner: prunerChecks,
  'threshold-function': thresholdFunctionChecks,
  estimator: estimatorChecks,
  operator: operatorChecks,
  'threshold-source': thresholdSourceChecks,
  allocation: allocationChecks,
  schedule: scheduleChecks,
  score: scoreChecks,
  regularizer: regularizerChecks,
  model: modelChecks,
  dataset: datasetChecks,
};

function isMade(create: () => unknown): readonly Check[] | undefined {
  try {
    create();
    return undefined;
  } catch (error) {
    const name = 'is made with the options given';
    return [{ name, hint: HINTS[name] ?? '', run: () => Promise.reject(error) }];
  }
}
