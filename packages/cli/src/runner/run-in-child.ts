import path from 'node:path';
import { EspalierError, failedResult, openRunFolder, type RunRequest, type RunResult, runId, settledResult } from '@espalier/core';
import { runCrashed } from '../errors.ts';
import { forkScript } from './fork-script.ts';
import type { WorkerMessage, WorkerTask } from './messages.ts';
import type { RunEvents } from './runner.ts';

/** Carries out a run in a process of its own. A process that dies gives a failed result, which a later start tries again. */
export function runInChild(request: RunRequest, task: WorkerTask, events: RunEvents): Promise<RunResult> {
  const child = forkScript(new URL('./worker', import.meta.url));
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2000);
  });
  return new Promise((resolve) => {
    let outcome: RunResult | undefined;
    let failure: unknown;
    child.on('message', (message: WorkerMessage) => {
      if (message.type === 'ready') child.send(task);
      else if (message.type === 'progress') events.onProgress?.(request, message.progress);
      else if (message.type === 'log') events.onLog?.(message.line);
      else if (message.type === 'result') outcome = message.result;
      else failure = new EspalierError(message.code, message.message.replace(` [${message.code}]`, ''));
    });
    child.on('close', (code, signal) => {
      const crash = () =>
        runCrashed(`${signal ? `by ${signal}` : `with exit code ${code}`}${errors ? `: ${errors.trim().split('\n').at(-1)}` : ''}`);
      resolve(outcome ?? recordFailure(request, task.runs, failure ?? crash()));
    });
  });
}

// --- helpers ---

/** What the process itself could not write any more, unless it did. The checkpoint stays. Nothing is written where another one trains. */
function recordFailure(request: RunRequest, runs: string, error: unknown): RunResult {
  const result = failedResult(request, error);
  const id = runId(result.spec);
  const settled = settledResult(runs, id);
  if (settled) return settled;
  if (result.status === 'failed' && result.failure.code === 'E_RUN_BUSY') return result;
  openRunFolder(path.join(runs, id)).writeResult(result);
  return result;
}
