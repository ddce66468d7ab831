import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineModel } from '../component.ts';
import type { Model } from '../kinds/model.ts';
import { failures } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { checks } from './faults/model.ts';
import { modelChecks } from './model-contract.ts';

describe('modelChecks', () => {
  it('find nothing in a sound model', async () => {
    expect(await failures(checks({}))).toEqual([]);
  });

  it('find one that has nothing to prune', async () => {
    const bare = defineModel({
      name: 'bare',
      summary: 'For these tests',
      options: z.strictObject({}),
      create: (): Model => ({ build: ({ inputShape }) => tf.sequential({ layers: [tf.layers.flatten({ inputShape: [...inputShape] })] }) }),
    });
    const found = await failures(modelChecks(() => bare(), { inputShape: [3], classes: 3 }));
    expect(found).toContainEqual(expect.stringMatching(/weights to prune/));
  });
});
