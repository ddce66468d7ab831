import { tf } from '@espalier/core';
import type { RgbImage } from './decode-image.ts';

/**
 * The middle of an image as a square of `size` pixels, [size, size, 3]: scaled so that its shorter side has that size, by bilinear
 * interpolation (corners of pixels aligned, no filter before it), and cut on the longer side.
 */
export function fitImage({ height, width, data }: RgbImage, size: number): Uint8Array {
  const scale = size / Math.min(height, width);
  const scaled: [number, number] = [Math.max(size, Math.round(height * scale)), Math.max(size, Math.round(width * scale))];
  const [top, left] = scaled.map((length) => Math.floor((length - size) / 2)) as [number, number];
  const fitted = new Uint8Array(size * size * 3);
  tf.tidy(() => {
    const image = tf.tensor3d(Float32Array.from(data), [height, width, 3]);
    const resized = scaled[0] === height && scaled[1] === width ? image : tf.image.resizeBilinear(image, scaled, false, true);
    const values = resized.slice([top, left, 0], [size, size, 3]).dataSync();
    for (let i = 0; i < fitted.length; i++) fitted[i] = Math.round(values[i] as number);
  });
  return fitted;
}
