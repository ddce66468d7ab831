/** Numbers as they were printed, in the words of their sources: "2.49M" says more than 2,490,000. */

/** [RAIVNLab/STR](https://github.com/RAIVNLab/STR), README.md: "Pretrained Models". */
export interface PrintedModel {
  readonly parameters: string;
  readonly multiplyAdds: string;
  readonly accuracy: string;
}

export interface PrintedBudget {
  /** `budgets/STR_Budgets_ResNet50.csv`, rows "Overall" and "Backbone" (all but fc), in percent. */
  readonly overall: string;
  readonly backbone: string;
  readonly readme?: PrintedModel;
}

export const STR_RESNET50: readonly PrintedBudget[] = [
  { overall: '79.55', backbone: '82.07' },
  { overall: '81.27', backbone: '83.79', readme: { parameters: '4.47M', multiplyAdds: '705M', accuracy: '76.12' } },
  { overall: '87.70', backbone: '90.08' },
  { overall: '90.23', backbone: '92.47', readme: { parameters: '2.49M', multiplyAdds: '343M', accuracy: '74.31' } },
  { overall: '90.55', backbone: '92.77' },
  { overall: '94.80', backbone: '96.51' },
  { overall: '95.03', backbone: '96.71' },
  { overall: '95.15', backbone: '96.84', readme: { parameters: '1.24M', multiplyAdds: '162M', accuracy: '70.23' } },
  { overall: '96.11', backbone: '97.64' },
  { overall: '96.53', backbone: '97.92', readme: { parameters: '0.88M', multiplyAdds: '117M', accuracy: '67.22' } },
  { overall: '97.78', backbone: '98.82' },
  { overall: '98.05', backbone: '98.99', readme: { parameters: '0.50M', multiplyAdds: '73M', accuracy: '61.46' } },
  { overall: '98.22', backbone: '99.11' },
  { overall: '98.79', backbone: '99.46' },
  { overall: '98.98', backbone: '99.58', readme: { parameters: '0.26M', multiplyAdds: '47M', accuracy: '51.82' } },
  { overall: '99.10', backbone: '99.64' },
];

/** The budgets of ResNet-50 at 90 % that the paper on STR compares, by the file in `budgets/`. */
export const AT_90 = [
  { name: 'STR', file: 'resnet50-str-90.23' },
  { name: 'uniform', file: 'resnet50-uniform-90' },
  { name: 'ERK', file: 'resnet50-erk-90' },
  { name: 'SNFS', file: 'resnet50-snfs-90' },
  { name: 'VD', file: 'resnet50-vd-90' },
  { name: 'global', file: 'resnet50-global-90' },
] as const;

export interface PrintedNetwork {
  readonly model: string;
  /** Weights of convolutional and dense layers. */
  readonly parameters?: string;
  readonly multiplyAdds: string;
  readonly source: string;
}

export const NETWORKS: readonly PrintedNetwork[] = [
  { model: 'resnet50', parameters: '25502912', multiplyAdds: '4089284608', source: 'STR, budgets file' },
  { model: 'mobilenet-v1', parameters: '4.21M', multiplyAdds: '569M', source: 'STR, README' },
  { model: 'resnet18', multiplyAdds: '1.81G', source: 'torchvision, documentation' },
  { model: 'mobilenet-v2', multiplyAdds: '0.30G', source: 'torchvision, documentation' },
];

/**
 * Budgets of MobileNetV1: gradual pruning as Zhu and Gupta did it, the same sparsity in the pointwise layers and the classifier, first layer
 * and depthwise layers dense; and two of STR, of which [RAIVNLab/STR](https://github.com/RAIVNLab/STR), README.md, has the totals.
 */
export const GMP_MOBILENET = [0.75, 0.9] as const;
export const STR_MOBILENET = [
  { overall: '75.28', parameters: '1.04M', multiplyAdds: '101M' },
  { overall: '89.01', parameters: '0.46M', multiplyAdds: '42M' },
] as const;

export interface PrintedRigl {
  readonly model: 'resnet50' | 'mobilenet-v1';
  readonly distribution: 'dense' | 'ERK' | 'uniform';
  readonly sparsity: number;
  /** Layers that are left dense and out of the sparsity. */
  readonly exclude: readonly string[];
  /** 10⁶ bytes. */
  readonly size: string;
  /** All of them ("334.134M"), or as a share of the dense network's ("0.24x"). */
  readonly operations: string;
}

const README = (
  distribution: 'ERK' | 'uniform',
  sparsity: number,
  size: string,
  operations: string,
  exclude: readonly string[] = distribution === 'uniform' ? ['conv1'] : [],
): PrintedRigl => ({ model: 'resnet50', distribution, sparsity, exclude, size, operations });
const NOTEBOOK = (distribution: 'ERK' | 'uniform', sparsity: number, size: string, operations: string): PrintedRigl => ({
  ...{ model: 'mobilenet-v1', distribution, sparsity, size, operations },
  exclude: distribution === 'uniform' ? ['conv1', 'dw*'] : ['dw*'],
});

/**
 * [google-research/rigl](https://github.com/google-research/rigl): README.md for ResNet-50, the outputs of
 * `rigl/imagenet_resnet/colabs/MobileNet_Counting.ipynb` for MobileNetV1. Uniform leaves conv1 dense, both leave depthwise layers dense.
 */
export const RIGL: readonly PrintedRigl[] = [
  { model: 'resnet50', distribution: 'dense', sparsity: 0, exclude: [], size: '102.122', operations: '8.2G' },
  README('ERK', 0.8, '23.683', '0.42x'),
  README('uniform', 0.8, '23.685', '0.23x'),
  README('ERK', 0.9, '13.499', '0.24x'),
  README('uniform', 0.9, '13.532', '0.13x'),
  README('ERK', 0.95, '8.399', '0.12x'),
  README('uniform', 0.95, '8.433', '0.08x'),
  README('ERK', 0.965, '6.904', '0.09x'),
  README('uniform', 0.965, '6.904', '0.07x'),
  README('ERK', 0.99, '4.354', '0.05x', ['conv1']),
  { model: 'mobilenet-v1', distribution: 'dense', sparsity: 0, exclude: [], size: '16.864', operations: '1141.544M' },
  NOTEBOOK('ERK', 0.75, '4.888', '599.144M'),
  NOTEBOOK('uniform', 0.75, '4.894', '330.769M'),
  NOTEBOOK('ERK', 0.85, '3.224', '439.152M'),
  NOTEBOOK('uniform', 0.85, '3.229', '222.666M'),
  NOTEBOOK('ERK', 0.9, '2.392', '334.134M'),
  NOTEBOOK('uniform', 0.9, '2.396', '168.614M'),
  NOTEBOOK('ERK', 0.95, '1.560', '205.281M'),
  NOTEBOOK('uniform', 0.95, '1.563', '114.563M'),
];

/**
 * Pixels a side of the outputs that RigL's code takes some layers to have: it counts a layer that is padded by a layer of its own as if the
 * padded input were padded once more.
 */
export const RIGL_PADDED: Readonly<Record<PrintedRigl['model'], Readonly<Record<string, readonly [counted: number, real: number]>>>> = {
  resnet50: { conv1: [115, 112] },
  'mobilenet-v1': { conv1: [113, 112], dw2: [57, 56], dw4: [29, 28], dw6: [15, 14], dw12: [8, 7] },
};
