import { describe, test } from 'vitest';
import { magnitude } from '../scores/magnitude.ts';
import { scoreContract } from './score-contract.ts';

describe('the score magnitude', () => {
  scoreContract({ test }, () => magnitude());
});
