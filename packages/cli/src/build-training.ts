import type { ComponentReference, Registry, TrainingOptions } from '@espalier/core';

type Group = keyof NonNullable<TrainingOptions['regularizers']>;

/** Training options in which regularizers may stand by name or as data. */
export type TrainingReferences = Omit<TrainingOptions, 'regularizers'> & {
  readonly regularizers?: { readonly [group in Group]?: ComponentReference<'regularizer'> | undefined } | undefined;
};

/** Training options with their regularizers built. Throws `E_COMPONENT_UNKNOWN` or `E_OPTIONS`. */
export function buildTraining({ regularizers, ...training }: TrainingReferences, registry: Registry): TrainingOptions {
  if (!regularizers) return training;
  const built = Object.entries(regularizers).flatMap(([group, reference]) =>
    reference === undefined ? [] : [[group, registry.build('regularizer', reference)] as const],
  );
  return { ...training, regularizers: Object.fromEntries(built) };
}
