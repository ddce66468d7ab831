import { type CostConventionName, costConventions } from '@espalier/core';
import { costTable, renderTerminal } from '@espalier/reports';
import { loadConfig } from '../config/load-config.ts';
import { type CostOptions, cost } from '../cost.ts';
import { EXIT, terminalOptions } from '../output.ts';

export interface CostFlags {
  readonly config?: string;
  readonly model: CostOptions['model'];
  readonly budget?: string;
  readonly allocation?: NonNullable<CostOptions['allocation']>;
  readonly sparsity?: number;
  readonly exclude?: readonly string[];
  readonly convention: CostConventionName;
  readonly input?: readonly number[];
  readonly classes?: number;
  readonly json?: boolean;
}

/** Shows what a model costs with a budget, layer by layer. Returns the exit code. */
export async function costCommand({ config: file, exclude = [], input, json = false, ...given }: CostFlags): Promise<number> {
  const { config, folder } = await loadConfig(file, process.cwd());
  const { inputShape, classes, convention, ...counted } = await cost({
    ...given,
    ...(input ? { inputShape: input } : {}),
    prunable: { exclude: [...exclude] },
    plugins: config.plugins ?? [],
    folder,
  });
  const { unit, summary } = costConventions[convention];
  if (json) {
    process.stdout.write(`${JSON.stringify({ convention, unit, inputShape, classes, ...counted }, null, 2)}\n`);
  } else {
    const report = { ...counted, unit, counted: summary, input: `${inputShape.join('x')}, ${classes} classes` };
    process.stdout.write(`${renderTerminal(costTable(report), terminalOptions())}\n`);
  }
  return EXIT.done;
}
