import { availableParallelism, cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { addonVersion } from './setup/addon.ts';
import { type NativeMissing, type NativeReady, nativeState, PREPARE, unloadable } from './setup/native-state.ts';
import { findOperations, takesOperations } from './setup/operations-addon.ts';

/** What `espalier doctor` shows of the engine. */
export interface EngineReport {
  /** What `auto` would start. */
  engine: 'native' | 'wasm';
  tfjs: string;
  /** Of the TensorFlow library, if it loads. */
  libtensorflow?: string;
  /** Path of the TensorFlow library, if it is there. */
  library?: string;
  /** Whether the operations of our own were compiled for the library. Without them the same bits take longer. */
  operations?: boolean;
  /** Folder of @tensorflow/tfjs-node, if it is installed. */
  tfjsNode?: string;
  /** Threads that the machine gives to this process. */
  threads: number;
  cpu: string;
  platform: string;
  node: string;
  /** Why the native engine can't be used. */
  reason?: string;
  /** Commands that install what is missing. */
  advice: readonly string[];
}

/** Looks at the engine without starting it in this process: the library is loaded in a child, which takes about 0.3 s. */
export async function inspectEngine(): Promise<EngineReport> {
  return { ...(await inspectNative(nativeState())), ...machine(), tfjs: tf.version.tfjs };
}

/** The report as aligned lines, without a line break at the end. */
export function renderEngineReport(report: EngineReport): string {
  const native = report.engine === 'native';
  const rows: (readonly [string, string | undefined])[] = [
    ['Engine', native ? 'native (TensorFlow)' : 'WebAssembly (slower)'],
    ['TensorFlow.js', report.tfjs],
    ['TensorFlow', report.libtensorflow],
    ['Library', report.library],
    [
      'Operations',
      report.operations === undefined ? undefined : report.operations ? 'compiled' : "TensorFlow's alone, slower: ours are not compiled",
    ],
    ['tfjs-node', report.tfjsNode],
    ['Threads', `${report.threads} available`],
    ['CPU', report.cpu],
    ['Platform', report.platform],
    ['Node.js', report.node],
    ['Native engine', report.reason],
    ...report.advice.map((command, i) => [i === 0 ? 'To install it' : '', command] as const),
  ];
  const present = rows.filter(([, value]) => value !== undefined);
  const width = Math.max(...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

// --- helpers ---

type NativePart = Pick<EngineReport, 'engine' | 'libtensorflow' | 'library' | 'operations' | 'tfjsNode' | 'reason' | 'advice'>;

async function inspectNative(state: NativeReady | NativeMissing): Promise<NativePart> {
  const place = state.tfjsNode ? { tfjsNode: state.tfjsNode.root } : {};
  if (!state.ready) return { ...place, engine: 'wasm', reason: state.reason, advice: state.advice };
  const found = { ...place, library: state.library };
  try {
    const operations = findOperations(state.library) !== undefined;
    const advice = operations || !takesOperations(state.library) ? [] : PREPARE;
    return { ...found, engine: 'native', libtensorflow: await addonVersion(state.tfjsNode), operations, advice };
  } catch (cause) {
    const { reason, advice } = unloadable(state.tfjsNode, cause);
    return { ...found, engine: 'wasm', reason, advice };
  }
}

const machine = () => ({
  threads: availableParallelism(),
  cpu: cpus()[0]?.model.trim() || 'unknown',
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
});
