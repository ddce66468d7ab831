import { describe, expect, it } from 'vitest';
import type { LayerResult } from '../results.ts';
import type { Target } from '../targets/target.ts';
import { shapeOf } from '../test-helpers.ts';
import { emptyTally, summaryOf, withStep } from './tally.ts';

/** 6 weights used 5 times each, and 4 used once. */
const layers = [
  { kernel: { ...shapeOf('first', 2, 3), uses: 5 }, state: {} },
  { kernel: shapeOf('second', 4, 1), state: {} },
];
const step = (first: number, second: number, gradients = [first, second]) => ({ nonzero: [first, second], gradients });
const layer = (name: string, size: number, nonzero: number, uses: number, prunable = true): LayerResult => {
  const multiplyAdds = { multiplyAdds: nonzero * uses, denseMultiplyAdds: size * uses };
  return { name, shape: [size], size, nonzero, sparsity: 1 - nonzero / size, ...multiplyAdds, prunable };
};
const length = { steps: 4, stepsPerEpoch: 2, batchSize: 10 };
const tallied = (steps: readonly ReturnType<typeof step>[], promised?: Target) =>
  steps.reduce((tally, counts, i) => withStep(tally, i, counts, layers, promised), emptyTally);

describe('the tally of a run', () => {
  it('adds up the forward pass, the gradients of the inputs and those of the weights', () => {
    // 5·(2·2 + 2) + 1·(2·1 + 1), then 5·(2·2 + 6) + 1·(2·1 + 4): 3·f_S with masked gradients, 2·f_S + f_D with dense ones.
    expect(tallied([step(2, 1)]).multiplyAdds).toBe(33);
    expect(tallied([step(2, 1), step(2, 1, [6, 4])]).multiplyAdds).toBe(33 + 56);
  });

  it('gives the cost of all examples, with the kernels that are not pruned, beside that of dense training', () => {
    const after = [layer('first', 6, 2, 5), layer('second', 4, 1, 1), layer('dense', 7, 7, 2, false)];
    const summary = summaryOf(tallied([step(6, 4), step(2, 1), step(2, 1), step(2, 1)]), after, undefined, length);
    expect(summary.trainingMultiplyAdds).toBe(10 * (3 * 34 + 3 * 33 + 4 * 3 * 14));
    expect(summary.denseTrainingMultiplyAdds).toBe(10 * 4 * 3 * (34 + 14));
  });

  it('knows from which step on a promise was kept', () => {
    const after = [layer('first', 6, 2, 5), layer('second', 4, 3, 1)];
    const reached = (...left: number[]) =>
      summaryOf(
        tallied(
          left.map((n) => step(n, 0)),
          { sparsity: 0.5 },
        ),
        after,
        { sparsity: 0.5 },
        length,
      ).reachedAt;
    expect(reached(6, 6, 5, 5)).toEqual({ step: 2, epoch: 1 });
    expect(reached(5, 5, 5, 5)).toEqual({ step: 0, epoch: 0 });
    expect(reached(5, 6, 6, 5)).toEqual({ step: 3, epoch: 1.5 }); // not from the first time on that it happened to be kept
    expect(reached(6, 6, 6, 6)).toEqual({ step: 4, epoch: 2 }); // by `finish`
  });

  it('knows from which step on a budget of multiply-adds was kept, whatever the number of weights', () => {
    // 17 of 6·5 + 4·1 = 34 multiply-adds; 3·5 + 2·1 = 17, 4·5 = 20, 2·5 + 4·1 = 14.
    const after = [layer('first', 6, 2, 5), layer('second', 4, 4, 1), layer('dense', 7, 7, 2, false)];
    const promised = { multiplyAdds: 0.5 };
    const reached = (...steps: ReturnType<typeof step>[]) => summaryOf(tallied(steps, promised), after, promised, length).reachedAt;
    expect(reached(step(6, 4), step(4, 0), step(3, 2), step(2, 4))).toEqual({ step: 2, epoch: 1 });
    expect(reached(step(3, 2), step(4, 0), step(4, 0), step(4, 0))).toEqual({ step: 4, epoch: 2 });
    expect(summaryOf(tallied([step(3, 2)], promised), [layer('first', 6, 4, 5)], promised, length).reachedAt).toBeNull();
  });

  it('knows from which step on a budget of bytes was kept', () => {
    // 20 of 4·10 = 40 bytes: a byte of mask for each kernel, and 4 weights.
    const after = [layer('first', 6, 2, 5), layer('second', 4, 2, 1)];
    const promised = { bytes: 0.5 };
    const reached = (...steps: ReturnType<typeof step>[]) => summaryOf(tallied(steps, promised), after, promised, length).reachedAt;
    expect(reached(step(6, 4), step(5, 0), step(4, 0), step(0, 4))).toEqual({ step: 2, epoch: 1 });
    expect(reached(step(5, 0), step(5, 0), step(5, 0), step(5, 0))).toEqual({ step: 4, epoch: 2 });
  });

  it('lets a step have a hundredth more weights than promised, and no more', () => {
    const large = [{ kernel: shapeOf('large', 20, 20), state: {} }];
    const keptSince = (left: number) => withStep(emptyTally, 3, { nonzero: [left], gradients: [left] }, large, { sparsity: 0.5 }).keptSince;
    expect([keptSince(200), keptSince(202), keptSince(203)]).toEqual([3, 3, null]);
  });

  it('says of no promise, and of one that was not kept, that it was never reached', () => {
    const after = [layer('first', 6, 6, 5), layer('second', 4, 4, 1)];
    expect(summaryOf(tallied([step(5, 0)]), after, undefined, length).reachedAt).toBeNull();
    expect(summaryOf(tallied([step(5, 0)], { sparsity: 0.5 }), after, { sparsity: 0.5 }, length).reachedAt).toBeNull();
  });
});
