import { test } from 'node:test';
import { prunerContract } from '@espalier/core/testing';
import plugin, { myComponent } from '../src/index.ts';

// The contract asks for a sparsity, and for budgets in other units, which this pruner doesn't promise.
prunerContract({ test }, (target) => myComponent(target && 'sparsity' in target ? target : {}), { plugins: [plugin] });
