import { test } from 'node:test';
import { prunerContract } from '@espalier/core/testing';
import { startEngine } from '@espalier/engine';
import plugin, { rigl } from './index.ts';

// The same contract on the engine that trains, with one check more: compiled steps give the bits of steps run one operation at a time. In a
// file of its own, since nothing runs in plain JavaScript any more once an engine is started.
const engine = await startEngine({ threads: 1 });
prunerContract({ test }, (target) => rigl({ every: 2, ...target }), { plugins: [plugin], engine });
