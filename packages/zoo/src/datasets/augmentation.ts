import { type RandomStream, tf } from '@espalier/core';

/**
 * The usual augmentation of small images: each is padded on all sides, cut back to its size at a random place, and mirrored left to right
 * with probability 1/2. The same cut for all channels; exact, since pixels are moved and not mixed.
 *
 * Draws two numbers in [0, 2·pad] and one of two for each example, in this order.
 *
 * @param inputs [batch, height, width, channels]
 * @param pad    Pixels on each side.
 * @param fill   Value of the padding, by channel: what a black pixel is after the normalization.
 */
export function cropAndFlip(inputs: tf.Tensor, random: RandomStream, pad: number, fill: readonly number[]): tf.Tensor {
  const [batch, height, width, channels] = inputs.shape as [number, number, number, number];
  const padding = batch * height * width; // the row of the padding, behind those of all pixels
  const rows = new Int32Array(padding);
  let row = 0;
  for (let example = 0; example < batch; example++) {
    const down = random.int(2 * pad + 1) - pad;
    const right = random.int(2 * pad + 1) - pad;
    const mirrored = random.int(2) === 1;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const fromY = y + down;
        const fromX = (mirrored ? width - 1 - x : x) + right;
        const inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
        rows[row++] = inside ? (example * height + fromY) * width + fromX : padding;
      }
    }
  }
  const pixels = tf.concat([inputs.reshape([padding, channels]), tf.tensor2d([...fill], [1, channels])]);
  return pixels.gather(tf.tensor1d(rows, 'int32')).reshape(inputs.shape);
}
