import { describe, expect, it } from 'vitest';
import { ablation } from '../fixtures.ts';
import { renderFigure } from '../render/figure.ts';
import { pivotHeatmaps } from './pivot-heatmap.ts';

describe('pivotHeatmaps', () => {
  it('has the mean of each point, at each sparsity', () => {
    const { study, results } = ablation({ sparsities: [0.9, 0.98], accuracy: (_, seed) => 0.9 + seed / 100 });
    const figures = pivotHeatmaps(study, results);
    expect(figures.map(({ name }) => name)).toEqual([`${study.name}-grid-90`, `${study.name}-grid-98`]);
    expect(figures[0]?.rows).toHaveLength(6);
    expect(figures[0]?.rows[0]).toMatchObject({ accuracy: expect.closeTo(0.91, 10), seeds: 3, failed: 0, missing: 0 });
    expect(figures[1]?.title).toContain('98 % requested sparsity');
  });

  it('says what is missing, and what is too low for the colours', async () => {
    const { study, results } = ablation({ accuracy: (_, seed) => 0.9 + seed / 100 });
    const gone = study.runs[0]?.at;
    const ids = new Set(study.runs.filter(({ at }) => at === gone || JSON.stringify(at) === JSON.stringify(gone)).map(({ id }) => id));
    const left = results
      .filter(({ id }) => !ids.has(id))
      .map((run, i) => (i < 3 && run.status === 'finished' ? { ...run, accuracy: 0.1 } : run));
    const [figure] = pivotHeatmaps(study, left);
    expect(figure?.rows[0]).toMatchObject({ accuracy: null, seeds: 0, missing: 3 });
    expect(figure?.description).toContain('86.00 % and all below it');
    const { svg } = await renderFigure(figure as NonNullable<typeof figure>);
    for (const text of ['missing', '91.0', '10.0']) expect(svg).toContain(`>${text}<`);
  });

  it('draws nothing of a study that is no grid', () => {
    const { study, results } = ablation({ mode: 'one-at-a-time' });
    expect(pivotHeatmaps(study, results)).toEqual([]);
  });
});
