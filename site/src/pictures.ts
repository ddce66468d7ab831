import { type AnyFactory, type Component, estimatorCurve, type Kind, tf, thresholdFunctionCurve } from '@espalier/core';
import { budgetsByLayer, estimatorCurves, type Figure, renderFigure, scheduleCurves, thresholdFunctionCurves } from '@espalier/reports';
import { cost } from 'espalier';
import { createPluginRegistry } from '../../packages/cli/src/container.ts';

/** The pictures of the reference, by file: SVG of every component that can be drawn without options. */
export async function renderPictures(): Promise<ReadonlyMap<string, string>> {
  tf.enableProdMode(); // or TensorFlow.js advertises tfjs-node here
  await tf.setBackend('cpu');
  const registry = await createPluginRegistry([], process.cwd());
  const all = <K extends Kind>(kind: K) =>
    (registry.list(kind) as readonly AnyFactory[])
      .filter(({ definition }) => definition.options.safeParse({}).success)
      .map((factory) => ({ name: factory.definition.name, component: factory({}) as unknown as Component<K> }));
  const figures: Record<string, Figure> = {
    'threshold-functions': thresholdFunctionCurves(
      all('threshold-function').flatMap(({ name, component }) =>
        thresholdFunctionCurve(component).map((point) => ({ function: name, ...point })),
      ),
    ),
    estimators: estimatorCurves(
      all('estimator').flatMap(({ name, component }) => estimatorCurve(component).map((point) => ({ estimator: name, ...point }))),
    ),
    schedules: scheduleCurves(
      all('schedule').flatMap(({ name, component }) =>
        PROGRESS.map((progress) => ({ schedule: name, progress, share: component.at(progress) })),
      ),
    ),
    allocations: await allocations(),
  };
  return new Map(
    await Promise.all(Object.entries(figures).map(async ([name, figure]) => [`${name}.svg`, (await renderFigure(figure)).svg] as const)),
  );
}

// --- helpers ---

const PROGRESS = Array.from({ length: 401 }, (_, i) => i / 400);

/** Those that need no weights: without a training there are none. */
async function allocations(): Promise<Figure> {
  const budgets = await Promise.all(
    ['uniform', 'er', 'erk'].map(async (allocation) => {
      const { layers } = await cost({ model: 'resnet20', allocation, sparsity: 0.9 });
      return layers.map(({ name, sparsity, multiplyAdds, denseMultiplyAdds }) => ({
        budget: allocation,
        layer: name,
        sparsity,
        multiplyAdds,
        denseMultiplyAdds,
      }));
    }),
  );
  const [sparsity] = budgetsByLayer(budgets.flat(), { name: 'allocations', subject: 'ResNet-20 at 90 % sparsity' });
  return sparsity as Figure;
}
