import { tf } from './tf.ts';

/** The values of what `make` computes; whatever it made on the way is gone. (`tf.tidy` would search a returned array for tensors.) */
export function readFloats(make: () => tf.Tensor): Float32Array {
  let values = new Float32Array();
  tf.tidy(() => {
    values = make().dataSync() as Float32Array<ArrayBuffer>;
  });
  return values;
}
