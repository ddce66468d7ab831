import { installBatchNormalization } from './batch-normalization.ts';
import { installClipping } from './clipping.ts';
import { installConvFilterGradient } from './conv-filter-gradient.ts';
import { installConvInputGradient } from './conv-input-gradient.ts';
import { installDepthwiseFilterGradient } from './depthwise-filter-gradient.ts';
import { installDepthwiseInputGradient } from './depthwise-input-gradient.ts';
import { installIdentities } from './identities.ts';
import { installMatMul } from './mat-mul.ts';
import { installMaxPoolGradient } from './max-pool-gradient.ts';
import { installReductions } from './reductions.ts';
import { refuseWrongKernels } from './refused.ts';
import { installSegmentSum } from './segment-sum.ts';

let installed = false;

/**
 * Gives the WebAssembly backend the gradients that it lacks or computes wrongly, and faster kernels for what a training step runs. Wrong
 * ones that we don't replace throw. To be called once the backend is ready; a second call does nothing.
 */
export function installWasmKernels(): void {
  if (installed) return;
  installed = true;
  installIdentities();
  installMatMul();
  installReductions();
  installClipping();
  installBatchNormalization();
  installConvFilterGradient();
  installConvInputGradient();
  installDepthwiseFilterGradient();
  installDepthwiseInputGradient();
  installMaxPoolGradient();
  installSegmentSum();
  refuseWrongKernels();
}
