import { describe, expect, it } from 'vitest';
import type { VariableRole } from '../model/attach.ts';
import { onCpu, tensorsLeftBy } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { type TrainingOptions, trainingOptions } from './options.ts';
import { createSgd } from './sgd.ts';

/** The values of one weight that starts at 1 and gets these gradients, with learning rate 0.1. */
function course(options: TrainingOptions, gradients: number[], role: VariableRole = 'kernel', stateDecay = 0): number[] {
  const variable = tf.tidy(() => tf.variable(tf.tensor1d([1])));
  const sgd = createSgd(new Map([[variable, role]]), trainingOptions.parse(options), stateDecay);
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
    const sgd = createSgd(trained, trainingOptions.parse({ momentum: 0.5, weightDecay: 0.1 }), 0);
    const step = (gradients: Record<string, tf.Tensor | null>) => tf.tidy(() => sgd.update(gradients, tf.scalar(1)));
    step({ [a.name]: tf.scalar(1), [b.name]: null });
    step({ [b.name]: tf.scalar(1) });
    expect([a, b].map((variable) => variable.dataSync()[0])).toEqual(closeTo([1 - 1.1, 2 - 1.2]));
    expect([a, b].map((variable) => sgd.slots.get(variable)?.dataSync()[0])).toEqual(closeTo([1.1, 1.2]));
    sgd.dispose();
  });

  it('leaves no tensor behind', () => {
    expect(tensorsLeftBy(() => void course({}, G))).toBe(0);
  });
});
