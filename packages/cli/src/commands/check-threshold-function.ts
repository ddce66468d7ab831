import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Spec, type ThresholdFunctionCondition, tf, thresholdFunctionConditions, thresholdFunctionCurve } from '@espalier/core';
import { beside, renderFigure, renderTerminalPlot, thresholdFunctionCurves } from '@espalier/reports';
import pc from 'picocolors';
import { checkWritable } from '../check-writable.ts';
import { loadConfig } from '../config/load-config.ts';
import { createPluginRegistry } from '../container.ts';
import { usageInvalid } from '../errors.ts';
import { EXIT, terminalOptions } from '../output.ts';

export interface CheckThresholdFunctionFlags {
  readonly config?: string;
  readonly sInit?: number;
  readonly json?: boolean;
  readonly out?: string;
}

/** Measures the paper's conditions on a threshold function and shows it. Returns the exit code: 1 if a condition fails. */
export async function checkThresholdFunctionCommand(
  given: Spec,
  { config: file, sInit, json = false, out }: CheckThresholdFunctionFlags,
): Promise<number> {
  if (out !== undefined && !/\.(svg|png)$/.test(out)) throw usageInvalid(`--out "${out}" is no picture`, 'A name ends with .svg or .png');
  if (out !== undefined) checkWritable('file', out);
  const { config, folder } = await loadConfig(file, process.cwd());
  const registry = await createPluginRegistry(config.plugins ?? [], folder);
  const g = registry.build('threshold-function', given);

  tf.enableProdMode(); // or TensorFlow.js advertises tfjs-node here
  await tf.setBackend('cpu');
  const conditions = thresholdFunctionConditions(g, sInit === undefined ? {} : { sInit });
  const start = conditions.find((condition) => condition.name === 'start')?.measured.sInit as number;
  const curve = thresholdFunctionCurve(g, { sInit: start });

  if (out !== undefined) {
    const label = labelOf(g.spec);
    const figure = thresholdFunctionCurves(
      curve.map((point) => ({ function: label, ...point })),
      { sInit: start },
    );
    const rendered = await renderFigure(figure);
    mkdirSync(path.dirname(path.resolve(out)), { recursive: true });
    writeFileSync(out, out.endsWith('.png') ? rendered.png : rendered.svg);
  }
  if (json) {
    process.stdout.write(`${JSON.stringify({ thresholdFunction: g.spec, conditions, curve }, null, 2)}\n`);
  } else {
    const summary = registry.get('threshold-function', g.spec.use).definition.summary;
    process.stdout.write(`${pc.bold(labelOf(g.spec))}  ${summary}\n\n${conditions.map(conditionLine).join('\n')}\n\n`);
    process.stdout.write(`${plots(curve, start).replace(/ +$/gm, '')}\n\n${conclusion(conditions)}\n`);
    if (out !== undefined) process.stdout.write(`Figure: ${out}\n`);
  }
  return conditions.some(({ verdict }) => verdict === 'fail') ? EXIT.runFailed : EXIT.done;
}

// --- helpers ---

const VERDICTS = {
  pass: pc.green('pass   '),
  partial: pc.yellow('in part'),
  fail: pc.red('fail   '),
};

const conditionLine = ({ name, asks, verdict, found }: ThresholdFunctionCondition): string =>
  `  ${VERDICTS[verdict]}  ${name.padEnd(8)}  ${asks.padEnd(19)}  ${found}`;

function conclusion(conditions: readonly ThresholdFunctionCondition[]): string {
  const named = (verdict: ThresholdFunctionCondition['verdict']) =>
    conditions.filter((condition) => condition.verdict === verdict).map(({ name }) => name);
  const [failed, partial] = [named('fail'), named('partial')];
  if (failed.length) return `It fails ${failed.join(', ')}${partial.length ? ` and holds ${partial.join(', ')} in part` : ''}.`;
  return `It meets the conditions of the STR paper (appendix A.1)${partial.length ? `, ${partial.join(' and ')} in part` : ''}.`;
}

/** `sigmoid (k=2)` */
function labelOf({ use, ...options }: { readonly use: string }): string {
  const given = Object.entries(options).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return given.length ? `${use} (${given.join(', ')})` : use;
}

const GAP = 3;
const WIDEST = 110;
const NARROWEST_PAIR = 76;

/** g and its slope, side by side where there is room. */
function plots(curve: ReturnType<typeof thresholdFunctionCurve>, sInit: number): string {
  const room = Math.min(terminalOptions().width, WIDEST);
  const pair = room >= NARROWEST_PAIR;
  const width = pair ? Math.floor((room - GAP) / 2) : room;
  const at = curve.findIndex(({ s }) => s >= sInit && sInit >= (curve[0]?.s ?? sInit));
  const drawn = (['value', 'derivative'] as const).map((which) => {
    const points = curve.map((point) => [point.s, point[which]] as const);
    const mark = points[at];
    const title = `${which === 'value' ? 'g(s)' : "g'(s)"}${mark ? '   ● start' : ''}`;
    return renderTerminalPlot({ title, xLabel: 's', points, ...(mark && { mark }) }, { width });
  });
  return pair ? beside(drawn, GAP) : drawn.join('\n\n');
}
