import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type NamedArray, type PackedArrays, packArrays } from './pack-arrays.ts';

/** PyTorch in a process of its own. While nobody asks, it waits for input and uses no processor. */
export interface TorchPeer {
  readonly versions: Readonly<Record<string, string>>;
  /** Sends one request (see peers/torch_peer.py) and waits for its answer. One at a time. Throws what the peer reports. */
  ask<Answer = object>(op: string, request?: object): Promise<Answer>;
  /** Milliseconds of processor time it has taken. */
  cpuTime(): Promise<number>;
  /** Writes arrays where the peer can read them; each file replaces the one before. */
  share(arrays: readonly NamedArray[]): PackedArrays;
  close(): Promise<void>;
}

/** The interpreter with PyTorch: the one of `ESPALIER_BENCH_PYTHON`, else that of bench/setup. */
export const pythonOf = (env: NodeJS.ProcessEnv = process.env): string =>
  env.ESPALIER_BENCH_PYTHON || fileURLToPath(new URL('.venv/bin/python', import.meta.url));

/** Starts PyTorch with so many threads. Where it can't, says so in one line and gives undefined. */
export async function startTorchPeer(
  threads: number,
  log: (line: string) => void,
  python: string = pythonOf(),
): Promise<TorchPeer | undefined> {
  const missing = (reason: string) => log(`No PyTorch (${reason}), so the times are ours alone. To install it: npx -y pnpm@12 bench setup`);
  if (!existsSync(python)) {
    missing(`there is no ${python}`);
    return undefined;
  }
  const peer = startPython(python);
  try {
    const hello = await peer.ask<{ torch: string; python: string; threads: number }>('hello', { threads });
    if (hello.threads !== threads) throw new Error(`it runs on ${hello.threads} threads instead of ${threads}`);
    return { ...peer, versions: { PyTorch: hello.torch, Python: hello.python } };
  } catch (error) {
    await peer.close();
    missing((error as Error).message);
    return undefined;
  }
}

// --- helpers ---

const SCRIPT = fileURLToPath(new URL('peers/torch_peer.py', import.meta.url));

function startPython(python: string): Omit<TorchPeer, 'versions'> {
  const child = spawn(python, ['-W', 'ignore', '-B', SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-'));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  child.stdin.on('error', () => {}); // it has ended; the answer that is missing tells
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      complaints += error.message;
      resolve();
    });
    child.once('close', () => resolve());
  });
  const ask = async <Answer>(op: string, request: object = {}): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify({ op, ...request })}\n`);
    const { value: line, done } = await answers.next();
    if (done) {
      await ended;
      throw new Error(complaints.trim().split('\n').at(-1) || 'it ended without an answer');
    }
    const answer = JSON.parse(line) as Answer & { error?: string };
    if (answer.error !== undefined) throw new Error(`PyTorch can't ${op}: ${answer.error}`);
    return answer;
  };
  return {
    ask,
    cpuTime: async () => (await ask<{ ms: number }>('cpu')).ms,
    share: (arrays) => packArrays(join(folder, 'arrays'), arrays),
    async close() {
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
