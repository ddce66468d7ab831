import { describe, test } from 'vitest';
import { hard } from '../operators/hard.ts';
import { soft } from '../operators/soft.ts';
import { operatorContract } from './operator-contract.ts';

describe.each([soft, hard])('the operator $definition.name', (factory) => {
  operatorContract({ test }, () => factory());
});
