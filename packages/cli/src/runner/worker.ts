/** A process that carries out one run and ends. A crash here takes no other run with it. */
import { executeRun, type RunProgress } from '@espalier/core';
import { startEngine } from '@espalier/engine';
import { createPluginRegistry } from '../container.ts';
import type { WorkerMessage, WorkerTask } from './messages.ts';
import { requestFromSpec } from './request-from-spec.ts';

const send = (message: WorkerMessage): void => void process.send?.(message);

async function work({ spec, runs, plugins, folder, command, versions }: WorkerTask): Promise<void> {
  try {
    const registry = await createPluginRegistry(plugins, folder);
    const request = requestFromSpec(spec, registry);
    const engine = await startEngine({
      engine: spec.engine.name === 'wasm' ? 'wasm' : 'native',
      threads: spec.engine.threads,
      log: (line) => send({ type: 'log', line }),
    });
    const onProgress = (progress: RunProgress) => send({ type: 'progress', progress });
    const { pluginOf } = registry;
    send({ type: 'result', result: await executeRun(request, { runs, engine, command, versions, onProgress, pluginOf }) });
  } catch (error) {
    const { code } = error as { code?: unknown };
    const message = error instanceof Error ? error.message : String(error);
    send({ type: 'error', code: typeof code === 'string' ? code : 'E_UNEXPECTED', message });
  }
  process.disconnect();
}

process.once('message', (task) => void work(task as WorkerTask));
process.once('disconnect', () => process.exit());
send({ type: 'ready' });
