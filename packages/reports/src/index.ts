export { type AxesOptions, axesTables } from './axes-table.ts';
export { type ComparisonOptions, comparisonTable } from './comparison-table.ts';
export { type CostReport, type Costs, costTable } from './cost-table.ts';
export { accuracyVsMultiplyAdds } from './figures/accuracy-vs-multiply-adds.ts';
export { accuracyVsSparsity } from './figures/accuracy-vs-sparsity.ts';
export { accuracyVsWeights } from './figures/accuracy-vs-weights.ts';
export { type BudgetRow, type BudgetsByLayerOptions, budgetsByLayer } from './figures/budgets-by-layer.ts';
export { type EstimatorRow, estimatorCurves } from './figures/estimator-curves.ts';
export type { Figure, FigureRow } from './figures/figure.ts';
export { forcesOverTime } from './figures/forces-over-time.ts';
export { layerBudget } from './figures/layer-budget.ts';
export { layerHeatmap } from './figures/layer-heatmap.ts';
export { masksOverTime } from './figures/masks-over-time.ts';
export { pivotHeatmaps } from './figures/pivot-heatmap.ts';
export { type ScheduleRow, scheduleCurves } from './figures/schedule-curves.ts';
export { sparsityOverTime } from './figures/sparsity-over-time.ts';
export { type MethodStyle, type MethodStyles, methodStyles } from './figures/styles.ts';
export {
  type ThresholdFunctionFigureOptions,
  type ThresholdFunctionRow,
  thresholdFunctionCurves,
} from './figures/threshold-function-curves.ts';
export { thresholdOverTime } from './figures/threshold-over-time.ts';
export type { Logs } from './figures/time-series.ts';
export { layerTable } from './layer-table.ts';
export { archivedRuns, readSources, type Sources } from './page/sources.ts';
export { type Report, type ReportFormat, type ReportOptions, writeReport } from './page/write-report.ts';
export { type PivotOptions, pivotTables } from './pivot-table.ts';
export { calendarTable, type PlanReport, planLayersTable, planTable } from './plan-table.ts';
export { pointsTables } from './points-table.ts';
export { type Origins, withProvenance } from './provenance.ts';
export { renderCsv } from './render/csv.ts';
export { type RenderedFigure, renderFigure } from './render/figure.ts';
export { renderHtml } from './render/html.ts';
export { renderJson } from './render/json.ts';
export { type LatexOptions, renderLatex } from './render/latex.ts';
export { renderMarkdown } from './render/markdown.ts';
export { renderTerminal, type TerminalOptions } from './render/terminal.ts';
export { beside, renderTerminalPlot, type TerminalPlot, type TerminalPlotOptions } from './render/terminal-plot.ts';
export { specLabel } from './run-groups.ts';
export { resultsOfStudy } from './study-points.ts';
export { overviewTables, type StudyTable, studyTables } from './study-tables.ts';
export { withoutSwapped } from './swap-matrix.ts';
export { type Cell, type Column, type Footnote, type Format, type Provenance, type Row, runsOf, type Table } from './table.ts';
