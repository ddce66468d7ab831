import { describe, expect, it } from 'vitest';
import type { VariableRole } from '../model/attach.ts';
import { elasticNet } from '../regularizers/elastic-net.ts';
import { hoyerSquare } from '../regularizers/hoyer-square.ts';
import { l1 } from '../regularizers/l1.ts';
import { l2 } from '../regularizers/l2.ts';
import { onCpu, tensorsLeftBy } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { parseTraining, type TrainingOptions } from './options.ts';
import { regularizationByRole } from './regularization.ts';
import { createSgd } from './sgd.ts';

const sgdFor = (trained: ReadonlyMap<tf.Variable, VariableRole>, options: TrainingOptions, stateDecay?: number) => {
  const training = parseTraining(options);
  return createSgd(trained, training, regularizationByRole(training, stateDecay === undefined ? {} : { stateDecay }));
};

/** The values of one weight that starts at 1 and gets these gradients, with learning rate 0.1. */
function course(options: TrainingOptions, gradients: number[], role: VariableRole = 'kernel', stateDecay?: number): number[] {
  const variable = tf.tidy(() => tf.variable(tf.tensor1d([1])));
  const sgd = sgdFor(new Map([[variable, role]]), options, stateDecay);
  const seen = gradients.map((gradient) => {
    tf.tidy(() => sgd.update({ [variable.name]: tf.tensor1d([gradient]) }, tf.scalar(0.1)));
    return variable.dataSync()[0] as number;
  });
  sgd.dispose();
  variable.dispose();
  return seen;
}
/** `torch.optim.SGD`, in plain numbers. */
function torch(gradients: number[], { momentum, decay, nesterov }: { momentum: number; decay: number; nesterov: boolean }): number[] {
  let [p, buffer] = [1, 0];
  return gradients.map((gradient, i) => {
    const d = gradient + decay * p;
    buffer = i === 0 ? d : momentum * buffer + d;
    p -= 0.1 * (nesterov ? d + momentum * buffer : buffer);
    return p;
  });
}
const closeTo = (numbers: number[]) => numbers.map((n) => expect.closeTo(n, 6));
const G = [1, -2, 0.5, 0, 3];
const plain = { momentum: 0, weightDecay: 0 };

describe('createSgd', () => {
  onCpu();

  it('steps against the gradient', () => {
    expect(course(plain, [1, -2])).toEqual(closeTo([0.9, 1.1]));
  });

  it('adds up momentum before the learning rate', () => {
    // m: 1, 0.5·1 − 2 = −1.5, 0.5·−1.5 + 0 = −0.75
    expect(course({ ...plain, momentum: 0.5 }, [1, -2, 0])).toEqual(closeTo([0.9, 1.05, 1.125]));
  });

  it('looks ahead with Nesterov', () => {
    // m: 1, −1.5; steps 1 + 0.5·1, −2 + 0.5·−1.5
    expect(course({ ...plain, momentum: 0.5, nesterov: true }, [1, -2])).toEqual(closeTo([0.85, 1.125]));
  });

  it('couples L2 into the gradient, so that it goes through the momentum', () => {
    // d: 0 + 0.5·1 = 0.5 → 0.95; m: 0.5·0.5 + 0.5·0.95 = 0.725 → 0.8775
    expect(course({ momentum: 0.5, weightDecay: 0.5 }, [0, 0])).toEqual(closeTo([0.95, 0.8775]));
  });

  it.each([
    { momentum: 0.9, decay: 0, nesterov: false },
    { momentum: 0.9, decay: 0.01, nesterov: false },
    { momentum: 0.9, decay: 0.01, nesterov: true },
    { momentum: 0, decay: 0.1, nesterov: false },
  ])("takes PyTorch's steps: %o", ({ momentum, decay, nesterov }) => {
    expect(course({ momentum, nesterov, weightDecay: decay }, G)).toEqual(closeTo(torch(G, { momentum, decay, nesterov })));
  });

  it('decays each role by its own coefficient', () => {
    const options = { momentum: 0, weightDecay: 0.1, biasDecay: 0.2, normDecay: 0.3 };
    const roles: VariableRole[] = ['kernel', 'bias', 'norm', 'state', 'other'];
    expect(roles.map((role) => course(options, [0], role, 0.4)[0])).toEqual(closeTo([0.99, 0.98, 0.97, 0.96, 1]));
  });

  it('keeps a slot per variable and leaves what has no gradient as it is', () => {
    const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(2))];
    const trained = new Map<tf.Variable, VariableRole>([
      [a, 'kernel'],
      [b, 'kernel'],
    ]);
    const sgd = sgdFor(trained, { momentum: 0.5, weightDecay: 0.1 });
    const step = (gradients: Record<string, tf.Tensor | null>) => tf.tidy(() => sgd.update(gradients, tf.scalar(1)));
    step({ [a.name]: tf.scalar(1), [b.name]: null });
    step({ [b.name]: tf.scalar(1) });
    expect([a, b].map((variable) => variable.dataSync()[0])).toEqual(closeTo([1 - 1.1, 2 - 1.2]));
    expect([a, b].map((variable) => sgd.slots.get(variable)?.dataSync()[0])).toEqual(closeTo([1.1, 1.2]));
    sgd.dispose();
  });

  describe('with regularizers', () => {
    const half = { weights: l1({ lambda: 0.5 }) };

    it('couples them into the gradient, so that they go through the momentum', () => {
      // d: 1 + 0.5 = 1.5 → 1 − 0.15; m: 0.5·1.5 − 12 + 0.5 = −10.75 → 0.85 + 1.075; m: 0.5·−10.75 + 0.5 = −4.875
      expect(course({ momentum: 0.5, regularizers: half }, [1, -12, 0])).toEqual(closeTo([0.85, 1.925, 2.4125]));
    });

    it('couples them into the gradient that Nesterov looks ahead with', () => {
      // d: 1.5; step 1.5 + 0.5·1.5. d: −2 + 0.5; m: 0.75 − 1.5; step −1.5 + 0.5·−0.75
      expect(course({ momentum: 0.5, nesterov: true, regularizers: half }, [1, -2])).toEqual(closeTo([0.775, 0.9625]));
    });

    it('decoupled, moves by them past the momentum', () => {
      // m: 1, −1.5, −0.75; each step 0.1·0.5 more, towards 0
      const options = { momentum: 0.5, decoupled: true, regularizers: half };
      expect(course(options, [1, -2, 0])).toEqual(closeTo([0.9 - 0.05, 0.85 + 0.15 - 0.05, 0.95 + 0.075 - 0.05]));
      expect(course({ ...options, nesterov: true }, [1, -2])).toEqual(closeTo([0.85 - 0.05, 0.8 + 0.275 - 0.05]));
    });

    it('decoupled, decays by a coefficient as SGDW does: by what the weight was before the step', () => {
      // m: 1, −1.5; 1 − 0.1 − 0.1·0.5·1, then 0.85 + 0.15 − 0.1·0.5·0.85
      const options = { momentum: 0.5, weightDecay: 0.5, decoupled: true };
      expect(course(options, [1, -2])).toEqual(closeTo([0.85, 0.9575]));
      expect(course({ ...options, momentum: 0 }, [0, 0])).toEqual(course({ ...options, momentum: 0, decoupled: false }, [0, 0]));
    });

    it('takes each in its own group', () => {
      const regularizers = {
        weights: l1({ lambda: 0.1 }),
        bias: l1({ lambda: 0.2 }),
        norm: l2({ lambda: 0.3 }),
        thresholds: l1({ lambda: 0.4 }),
      };
      const roles: VariableRole[] = ['kernel', 'bias', 'norm', 'state', 'other'];
      for (const decoupled of [false, true]) {
        const moved = roles.map((role) => course({ momentum: 0, regularizers, decoupled }, [0], role)[0]);
        expect(moved).toEqual(closeTo([0.99, 0.98, 0.97, 0.96, 1]));
      }
    });

    it('lets the state follow the weights, unless the pruner says otherwise', () => {
      expect(course({ momentum: 0, weightDecay: 0.3 }, [0], 'state')).toEqual(closeTo([0.97]));
      expect(course({ momentum: 0, regularizers: half }, [0], 'state')).toEqual(closeTo([0.95]));
      expect(course({ momentum: 0, regularizers: half }, [0], 'state', 0)).toEqual([1]);
    });

    it('gives the bits of weight decay with l2', () => {
      const G = Array.from({ length: 50 }, (_, i) => Math.sin(7 * i));
      for (const options of [{}, { nesterov: true }, { decoupled: true }]) {
        for (const role of ['kernel', 'state'] as const) {
          const decayed = course({ ...options, weightDecay: 0.0123 }, G, role);
          expect(course({ ...options, regularizers: { weights: l2({ lambda: 0.0123 }) } }, G, role)).toEqual(decayed);
        }
      }
    });

    it('tells what they add to a gradient; decoupled, what would have to be added', () => {
      const variable = tf.tidy(() => tf.variable(tf.tensor1d([2])));
      const added = (options: TrainingOptions) => {
        const sgd = sgdFor(new Map([[variable, 'kernel']]), { momentum: 0.75, ...options });
        const read = tf.tidy(() => sgd.decay(variable)?.arraySync());
        sgd.dispose();
        return read;
      };
      expect(added({ weightDecay: 0.5 })).toEqual([1]);
      expect(added({ weightDecay: 0.5, decoupled: true })).toEqual([0.25]);
      expect(added({ regularizers: half })).toEqual([0.5]);
      expect(added({ weightDecay: 0 })).toBeUndefined();
      variable.dispose();
    });
  });

  it('leaves no tensor behind', () => {
    expect(tensorsLeftBy(() => void course({}, G))).toBe(0);
    const regularizers = { weights: elasticNet({ l1: 0.1, l2: 0.1 }), thresholds: hoyerSquare({ lambda: 0.1 }) };
    for (const decoupled of [false, true]) {
      for (const role of ['kernel', 'state'] as const) {
        expect(tensorsLeftBy(() => void course({ regularizers, decoupled }, G, role))).toBe(0);
      }
    }
  });
});
