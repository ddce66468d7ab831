import { spawn } from 'node:child_process';

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds until the command and its children are ended. */
  timeout?: number;
  /** Ends the command and its children when aborted. */
  signal?: AbortSignal;
}

export interface CommandResult {
  ok: boolean;
  /** Standard output and error together. */
  output: string;
}

/** Runs a command silently. It never throws: a command that fails, is missing or takes too long gives `ok: false`. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { cwd, env = process.env, timeout = 600_000, signal } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, detached: GROUPED, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const end = () => endGroup(child.pid);
    const timer = setTimeout(() => {
      output += `\nno answer within ${Math.round(timeout / 1000)} s`;
      end();
    }, timeout);
    const stopListening = onExit(end);
    signal?.addEventListener('abort', end, { once: true });
    const finish = (ok: boolean) => {
      clearTimeout(timer);
      stopListening();
      signal?.removeEventListener('abort', end);
      resolve({ ok, output });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.on('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}

// --- helpers ---

/** A process group of its own, so that the children of the command end with it. */
const GROUPED = process.platform !== 'win32';
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(GROUPED ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** A process group of its own doesn't hear Ctrl-C. */
function onExit(end: () => void): () => void {
  const onSignal = (name: NodeJS.Signals): void => {
    end();
    stop();
    if (process.listenerCount(name) === 0) process.kill(process.pid, name);
  };
  const stop = (): void => {
    process.off('exit', end);
    for (const name of SIGNALS) process.off(name, onSignal);
  };
  process.once('exit', end);
  for (const name of SIGNALS) process.on(name, onSignal);
  return stop;
}
