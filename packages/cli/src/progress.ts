import type { RunProgress, RunRequest, RunResult } from '@espalier/core';
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { CompareOptions } from './compare.ts';
import { count } from './output.ts';

type Reporter = Pick<CompareOptions, 'onPlan' | 'onStart' | 'onProgress' | 'onDone' | 'onLog'> & { stop(): void };

/** "str 0.9 seed 0", or with another name for the pruner. */
export const runLabel = ({ pruner, seed }: RunRequest, name: string = pruner.spec.use): string =>
  [name, targetText(pruner), `seed ${seed}`].filter((part) => part !== '').join(' ');

const targetText = ({ sparsity, multiplyAdds, bytes }: RunRequest['pruner']): string | number => {
  if (multiplyAdds !== undefined) return `${multiplyAdds} of multiply-adds`;
  return bytes === undefined ? (sparsity ?? '') : `${bytes} of bytes`;
};

type Label = (request: RunRequest) => string;

/** On standard error: bars, if they are wanted and it is a terminal, else plain lines. `label` names a run. */
export const showProgress = (bars: boolean, label: Label = (request) => runLabel(request)): Reporter =>
  bars && process.stderr.isTTY ? progressBars(process.stderr, label) : progressLines((line) => process.stderr.write(`${line}\n`), label);

// --- helpers ---

/** A bar for every run that is under way; for a terminal. */
function progressBars(stream: NodeJS.WriteStream, labelOf: Label): Reporter {
  const bars = new MultiBar(
    {
      stream,
      format: '{label} {bar} {percentage}% epoch {epoch}, loss {loss}, {eta_formatted} left',
      hideCursor: true,
      clearOnComplete: false,
    },
    Presets.shades_classic,
  );
  const active = new Map<RunRequest, SingleBar>();
  let width = 0;
  return {
    onPlan: (requests) => {
      width = Math.max(...requests.map((request) => labelOf(request).length));
      stream.write(`${count(requests.length, 'run')}\n`);
    },
    onStart: (request) => {
      active.set(request, bars.create(100, 0, { label: labelOf(request).padEnd(width), epoch: '–', loss: '–' }));
    },
    onProgress(request, progress) {
      active.get(request)?.update((100 * progress.step) / progress.totalSteps, describeProgress(progress));
    },
    onDone(request, result, reused) {
      const bar = active.get(request);
      if (bar) bar.stop();
      if (bar) bars.remove(bar);
      active.delete(request);
      bars.log(`${describeDone(labelOf(request), result, reused, width)}\n`);
    },
    onLog: (line) => bars.log(`${line}\n`),
    stop: () => bars.stop(),
  };
}

/** A line for every epoch; for files and pipes. */
function progressLines(write: (line: string) => void, labelOf: Label): Reporter {
  return {
    onPlan: (requests) => write(count(requests.length, 'run')),
    onStart: (request) => write(`${labelOf(request)}: started`),
    onProgress(request, progress) {
      if (!Number.isInteger(progress.epoch)) return;
      write(`${labelOf(request)}: epoch ${progress.epoch} of ${progress.epochs}, loss ${progress.loss.toFixed(4)}`);
    },
    onDone: (request, result, reused) => write(describeDone(labelOf(request), result, reused, 0)),
    onLog: write,
    stop: () => {},
  };
}

const describeProgress = ({ epoch, epochs, loss }: RunProgress) => ({ epoch: `${epoch.toFixed(1)}/${epochs}`, loss: loss.toFixed(4) });

function describeDone(name: string, result: RunResult, reused: boolean, width: number): string {
  const label = `${name}:`.padEnd(width + 1);
  if (result.status === 'failed') return `${label} failed: ${result.failure.message}`;
  return `${label} test accuracy ${(100 * result.accuracy).toFixed(2)} %${reused ? ' (finished before)' : ''}`;
}
