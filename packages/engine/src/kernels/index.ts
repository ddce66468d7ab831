import { installActivations } from './activations.ts';
import { installBatchNormalization } from './batch-normalization.ts';
import { installGather } from './gather.ts';
import { installIdentities } from './identities.ts';
import { installReductions } from './reductions.ts';
import { installRelu6Layer } from './relu6-layer.ts';
import { installSoftmax } from './softmax.ts';
import { installSoftmaxCrossEntropy } from './softmax-cross-entropy.ts';

let installed = false;

/**
 * Gives TensorFlow.js native twins of what it composes of many small operations: gradients of activation functions, batch normalization in
 * training, softmax cross-entropy, sums for biases. To be called once the backend of tfjs-node is ready; a second call does nothing.
 */
export function installKernels(): void {
  if (installed) return;
  installed = true;
  installActivations();
  installReductions();
  installIdentities();
  installSoftmax();
  installGather();
  installSoftmaxCrossEntropy();
  installBatchNormalization();
  installRelu6Layer();
}
