import { dense, dnw, gmp } from '@espalier/baselines';
import type { Component } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { str } from '@espalier/str';
import { lenet5, lenet300, mobilenetV1 } from '@espalier/zoo';
import { beforeAll, describe, expect, it } from 'vitest';
import { eagerOn } from './support/eager.ts';
import { type Network, train } from './support/train-network.ts';

/** On several threads, and with batches so large that they share the work. */
describe('the compiled step on two threads', () => {
  let compiled: StartedEngine;
  const complaints: string[] = [];
  beforeAll(async () => {
    compiled = await startEngine({ engine: 'native', threads: 2, log: (line) => complaints.push(line) });
  });

  const NETWORKS: readonly Network[] = [
    ['lenet-300-100', () => lenet300(), [28, 28, 1], 128],
    ['lenet5', () => lenet5(), [28, 28, 1], 64],
    ['mobilenet-v1', () => mobilenetV1({ width: 0.25 }), [32, 32, 3], 16],
  ];
  const METHODS: readonly [string, () => Component<'pruner'>][] = [
    ['dense', () => dense()],
    ['str', () => str()],
    ['gmp', () => gmp({ every: 10 })],
    ['dnw', () => dnw()],
  ];

  describe.each(NETWORKS)('of %s', (...network) => {
    it.each(METHODS)('gives the bits of the eager step with %s', (_, pruner) => {
      const [ours, reference] = [compiled, eagerOn(compiled)].map((engine) => train(engine, pruner(), network, {}, { steps: 60 }));
      expect(ours).toEqual(reference);
      expect(complaints).toEqual([]);
    });
  });
});
