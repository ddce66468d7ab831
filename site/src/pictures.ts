import {
  type AnyFactory,
  type Component,
  estimatorCurve,
  type Kind,
  readFloats,
  type ThresholdFunction,
  tf,
  thresholdFunctionCurve,
} from '@espalier/core';
import {
  budgetsByLayer,
  estimatorCurves,
  type Figure,
  renderFigure,
  scheduleCurves,
  type ThresholdFunctionRow,
  thresholdFunctionCurves,
} from '@espalier/reports';
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
  const functions = all('threshold-function');
  const figures: Record<string, Figure> = {
    'threshold-functions': thresholdFunctionCurves(functions.flatMap(({ name, component }) => sideBySide(name, component))),
    ...Object.fromEntries(
      functions.map(({ name, component }) => [
        `threshold-function-${name}`,
        thresholdFunctionCurves(thresholdFunctionCurve(component).map((point) => ({ function: name, ...point }))),
      ]),
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

/** A function where all of them have something to show; what grows beyond ends where it leaves the picture. */
function sideBySide(name: string, g: ThresholdFunction): ThresholdFunctionRow[] {
  const at = Array.from({ length: 321 }, (_, i) => (i - 160) / 20);
  const [values, derivatives] = [readFloats(() => g.value(tf.tensor1d(at))), readFloats(() => g.derivative(tf.tensor1d(at)))];
  const rows = at.map((s, i) => ({ function: name, s, value: values[i] as number, derivative: derivatives[i] as number }));
  return rows.filter(({ value, derivative }) => value >= -0.5 && value <= 1.5 && derivative <= 1.5);
}

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
