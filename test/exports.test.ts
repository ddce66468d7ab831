import { expect, it } from 'vitest';

const names = (module: object) => Object.keys(module).sort();

it('@espalier/core exports its contracts, masks, models, runs and training', async () => {
  expect(names(await import('@espalier/core'))).toMatchInlineSnapshot(`
    [
      "API_VERSION",
      "EspalierError",
      "allocateCounts",
      "attach",
      "component",
      "componentKind",
      "corePlugin",
      "createRegistry",
      "createTrainer",
      "crossEntropy",
      "cubic",
      "defineAllocation",
      "defineDataset",
      "defineEstimator",
      "defineModel",
      "defineOperator",
      "definePlugin",
      "definePruner",
      "defineSchedule",
      "defineScore",
      "defineThresholdFunction",
      "erk",
      "executeRun",
      "failedResult",
      "failedResultSchema",
      "finishedResultSchema",
      "global",
      "hard",
      "keepCount",
      "keepCounts",
      "kthLargestScore",
      "layerResultSchema",
      "learningRateAt",
      "linear",
      "loadModel",
      "magnitude",
      "masked",
      "maskedStraightThrough",
      "oneShot",
      "openRunFolder",
      "parseOptions",
      "prunableKernels",
      "prunableOptions",
      "randomStream",
      "readFloats",
      "readLog",
      "readRecord",
      "readResult",
      "readResults",
      "resultSchema",
      "runId",
      "runSpecSchema",
      "saveModel",
      "settledResult",
      "soft",
      "sparsityOption",
      "specSchema",
      "sumToShape",
      "tf",
      "thresholded",
      "toRunSpec",
      "topK",
      "topKMask",
      "trainingOptions",
      "uniform",
      "updateMasks",
      "withoutDefaults",
    ]
  `);
});

it('@espalier/core/results exports how to read runs', async () => {
  expect(names(await import('@espalier/core/results'))).toMatchInlineSnapshot(`
    [
      "failedResultSchema",
      "finishedResultSchema",
      "layerResultSchema",
      "readLog",
      "readRecord",
      "readResult",
      "readResults",
      "resultSchema",
      "runSpecSchema",
      "specSchema",
    ]
  `);
});

it('@espalier/engine exports how to start it', async () => {
  expect(names(await import('@espalier/engine'))).toMatchInlineSnapshot(`
    [
      "EngineError",
      "availableEngine",
      "inspectEngine",
      "prepareNative",
      "renderEngineReport",
      "startEngine",
    ]
  `);
});

it('@espalier/str exports the method and its parts', async () => {
  expect(names(await import('@espalier/str'))).toMatchInlineSnapshot(`
    [
      "exp",
      "makeExact",
      "scaleToSparsity",
      "sigmoid",
      "str",
      "strPlugin",
      "straightThrough",
      "subgradient",
    ]
  `);
});

it('@espalier/baselines exports the methods', async () => {
  expect(names(await import('@espalier/baselines'))).toMatchInlineSnapshot(`
    [
      "baselinesPlugin",
      "dense",
      "dnw",
      "globalMagnitude",
      "gmp",
    ]
  `);
});

it('@espalier/zoo exports models and data sets', async () => {
  expect(names(await import('@espalier/zoo'))).toMatchInlineSnapshot(`
    [
      "idx",
      "lenet300",
      "lenet5",
      "mnist",
      "readIdx",
      "resnet20",
      "zooPlugin",
    ]
  `);
});

it('@espalier/reports exports tables and figures', async () => {
  expect(names(await import('@espalier/reports'))).toMatchInlineSnapshot(`
    [
      "accuracyVsSparsity",
      "comparisonTable",
      "layerBudget",
      "layerTable",
      "methodStyles",
      "renderCsv",
      "renderFigure",
      "renderHtml",
      "renderJson",
      "renderMarkdown",
      "renderTerminal",
      "runsOf",
      "sparsityOverTime",
      "thresholdOverTime",
      "writeReport",
    ]
  `);
});

it('espalier exports the command as a function', async () => {
  expect(names(await import('espalier'))).toMatchInlineSnapshot(`
    [
      "compare",
      "defineConfig",
    ]
  `);
});
