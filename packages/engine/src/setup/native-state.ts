import { findTfjsNode, installedLibrary, TFJS_NODE, TFJS_NODE_VERSION, type TfjsNode } from './find-tfjs-node.ts';

export interface NativeReady {
  ready: true;
  tfjsNode: TfjsNode;
  library: string;
}

export interface NativeMissing {
  ready: false;
  tfjsNode?: TfjsNode;
  reason: string;
  /** Commands that install it. */
  advice: readonly string[];
  cause?: unknown;
}

/** Whether the native engine is there, judged by files alone. */
export function nativeState(tfjsNode = findTfjsNode()): NativeReady | NativeMissing {
  if (!tfjsNode) return { ready: false, reason: NOT_INSTALLED, advice: INSTALL };
  const library = installedLibrary(tfjsNode.root);
  if (library) return { ready: true, tfjsNode, library };
  return { ready: false, tfjsNode, reason: 'the TensorFlow library is not prepared', advice: PREPARE };
}

/** It is there, but doesn't load. */
export function unloadable(tfjsNode: TfjsNode, cause: unknown): NativeMissing {
  const message = cause instanceof Error ? cause.message : String(cause);
  return { ready: false, tfjsNode, reason: `the TensorFlow library can't be loaded (${message.split('\n')[0]})`, advice: PREPARE, cause };
}

export const NOT_INSTALLED = `${TFJS_NODE} is not installed`;

export const PREPARE = ['npx espalier doctor --prepare'];

// --- helpers ---

const INSTALL = [`npm install --ignore-scripts ${TFJS_NODE}@${TFJS_NODE_VERSION}`, ...PREPARE];
