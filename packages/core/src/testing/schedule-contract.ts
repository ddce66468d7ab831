import type { Component } from '../component.ts';
import { type ContractOptions, checksOn, specChecks } from './component-checks.ts';
import { expect } from './expect.ts';
import type { Check, TestRegistrar } from './pruner-contract.ts';

/** Registers what every schedule must do as tests: `scheduleContract({ test }, () => cubic({ end: 0.5 }))`. */
export function scheduleContract({ test }: TestRegistrar, create: () => Component<'schedule'>, options: ContractOptions = {}): void {
  for (const { name, run } of scheduleChecks(create, options)) test(name, run);
}

/** What every schedule must do, as checks without a test runner. */
export function scheduleChecks(create: () => Component<'schedule'>, options: ContractOptions = {}): readonly Check[] {
  return checksOn(options.engine, {
    'stays within [0, 1]': () => staysWithin(create()),
    'never falls': () => neverFalls(create()),
    'reaches 1 at the end of the training': () => reachesTheTarget(create()),
    'gives the same fraction whenever it is asked, in whatever order': () => isPure(create()),
    ...specChecks(create(), options),
  });
}

// --- helpers ---

type Schedule = Component<'schedule'>;

const POINTS = 400;
const progress = Array.from({ length: POINTS + 1 }, (_, i) => i / POINTS);

function staysWithin(schedule: Schedule): void {
  for (const at of progress) {
    const fraction = schedule.at(at);
    expect(fraction >= 0 && fraction <= 1, `a fraction in [0, 1] at progress ${at}`, String(fraction));
  }
}

function neverFalls(schedule: Schedule): void {
  for (const [i, at] of progress.entries()) {
    const [before, now] = [schedule.at(progress[Math.max(0, i - 1)] as number), schedule.at(at)];
    expect(now >= before, `at least ${before} at progress ${at}, as just before: weights that are gone don't come back by schedule`, now);
  }
}

function reachesTheTarget(schedule: Schedule): void {
  expect(schedule.at(1) === 1, 'exactly 1 at progress 1, or the sparsity that was asked for is never reached', schedule.at(1));
}

function isPure(schedule: Schedule): void {
  const forwards = progress.map((at) => schedule.at(at));
  const backwards = progress
    .toReversed()
    .map((at) => schedule.at(at))
    .toReversed();
  const i = forwards.findIndex((fraction, at) => fraction !== backwards[at]);
  expect(i < 0, `the same fraction, ${forwards[i]}, at progress ${progress[i]} when asked again`, backwards[i]);
}
