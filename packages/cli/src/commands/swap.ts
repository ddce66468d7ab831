import type { Study } from '@espalier/core';
import type { Config, SwapConfig } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import type { SwapControl } from '../config/swap-controls.ts';
import { count, typedCommand } from '../output.ts';
import { swap } from '../swap.ts';
import { configFromFlags, type TrainingFlags } from './config-from-flags.ts';
import { printStudy, studyProgress } from './study-output.ts';

export interface SwapFlags extends TrainingFlags {
  readonly pruners?: NonNullable<SwapConfig['pruners']>;
  /** False: none. */
  readonly controls?: readonly SwapControl[] | false;
  readonly name?: string;
}

/** Runs the swap of a configuration, the flags going before it, and shows what came out. Returns the exit code. */
export async function swapCommand({ config: file, json = false, pruners, controls, name, ...flags }: SwapFlags): Promise<number> {
  const began = performance.now();
  const loaded = await loadConfig(file, process.cwd());
  const given = { pruners, controls: controls === false ? [] : controls, name };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const config: Config = { ...configFromFlags(loaded, flags), swap: { ...loaded.config.swap, ...known } };
  const progress = studyProgress(!json, describeSwap());
  const options = { ...progress, folder: loaded.folder, source: loaded.source, command: typedCommand() };
  const result = await swap(config, options).finally(() => progress.stop());
  return printStudy(result, json, began);
}

// --- helpers ---

/** "swap-lenet5-mnist: 4 methods; then 4 budgets × 3 selections, 5 controls", and at the second stage what is due. */
function describeSwap(): (study: Study) => string {
  let stage = 0;
  return ({ name, axes: [budgets], swap: parts }) => {
    const methods = budgets?.values.length ?? 0;
    const { selectionOf = {}, controls = [], leftOut = [] } = parts ?? {};
    const next = `${methods} budgets × ${count(new Set(Object.values(selectionOf)).size, 'selection')}${controls.length ? `, controls ${controls.join(', ')}` : ''}`;
    const without = leftOut.map(({ control, reason }) => `\nwithout ${control}: ${reason}`).join('');
    return stage++ === 0 ? `${name}: ${methods} methods as they are, then ${next}${without}` : `${name}: ${next}`;
  };
}
