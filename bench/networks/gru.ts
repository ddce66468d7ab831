import { type ModelContext, tf } from '@espalier/core';

/** A GRU of 100 units over the rows of the image, and a dense layer. The reset gate acts before the matrix product (Cho et al., 2014). */
export function gru({ inputShape, classes, seed }: ModelContext): tf.LayersModel {
  const { glorotUniform, leCunNormal } = tf.initializers;
  return tf.sequential({
    name: 'gru',
    layers: [
      tf.layers.inputLayer({ inputShape: [...inputShape], name: 'input' }),
      tf.layers.gru({
        units: 100,
        recurrentActivation: 'sigmoid',
        kernelInitializer: glorotUniform({ seed: seed('gru') }),
        recurrentInitializer: glorotUniform({ seed: seed('gru recurrent') }),
        name: 'gru',
      }),
      tf.layers.dense({ units: classes, kernelInitializer: leCunNormal({ seed: seed('fc') }), name: 'fc' }),
    ],
  });
}
