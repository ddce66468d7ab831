import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { problemText } from './problem-text.ts';

describe('problemText', () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.number(), 'x', 'must be a number'],
    [z.number(), undefined, 'is missing'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.boolean(), 3, 'must be true or false'],
    [z.string(), 3, 'must be a text'],
    [z.array(z.number()), 3, 'must be a list'],
    [z.record(z.string(), z.number()), 3, 'must be an object'],
    [z.number().positive(), 0, 'must be above 0'],
    [z.number().min(-1.5), -2, 'must be at least -1.5'],
    [z.number().lt(1), 1, 'must be below 1'],
    [z.int().max(3), 4, 'must be at most 3'],
    [z.array(z.number()).min(1), [], 'must not be empty'],
    [z.array(z.number()).min(2), [1], 'must have at least 2 entries'],
    [z.string().min(1), '', 'must not be empty'],
    [z.string().max(2), 'abc', 'must have at most 2 characters'],
    [z.enum(['scale', 'freeze']), 'foo', 'must be one of "scale", "freeze"'],
    [z.literal('shared'), 'foo', 'must be "shared"'],
    [z.union([z.literal('shared'), z.number().min(0)]), 'foo', 'must be "shared" or a number'],
    [z.union([z.number(), z.array(z.number()).min(1)]), [], 'must not be empty'],
    [z.number().min(0, 'of its own'), -1, 'of its own'],
  ])('%#: says in a few words what is wrong', (schema, input, text) => {
    expect(schema.safeParse(input, { error: problemText, reportInput: true }).error?.issues.map(({ message }) => message)).toEqual([text]);
  });
});
