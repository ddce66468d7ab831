import type * as tf from '@tensorflow/tfjs';
import { difference, isRecording, type Recording, record, runEagerly } from './recording.ts';
import { openSession, type Session } from './session.ts';
import type { CompiledStep, Step, Tensors } from './types.ts';

export interface CompilerOptions {
  /** Told once per structure why a step stays eager. Default: nobody. */
  readonly log?: (message: string) => void;
}

export type Compile = (step: Step, variables: () => readonly tf.Variable[]) => CompiledStep;

/** After so many recordings of which no two in a row agree, a step stays eager. */
const MAX_RECORDINGS = 4;

/** More shapes than this are not recorded: a step with ever new shapes would fill the memory. */
const MAX_SHAPES = 32;

/** One structure with one set of shapes. */
interface Entry {
  variables: readonly tf.Variable[];
  /** Since there was a session. */
  recordings: number;
  last?: Recording;
  session?: Session;
}

/**
 * Makes a function that compiles steps: records them while they run eagerly, then replays them as one TensorFlow graph.
 *
 * The first call for a structure and its shapes is recorded, and so is the second. If both gave the same graph on the same inputs, later
 * calls replay it; the second recording is what finds values that change behind the step's back (a learning rate that is a JavaScript
 * number, slots that an optimizer makes in its first step). Both are real steps. Results are bit-identical to eager ones at the same number
 * of threads.
 *
 * A step stays eager, with one reason to the log, if it reads a value, draws random numbers in JavaScript, has side effects, or never gives
 * the same graph twice.
 */
export function createCompiler({ log = () => {} }: CompilerOptions = {}): Compile {
  return (step, variables) => {
    const entries = new Map<string, Entry>();
    const eager = new Set<string>();

    const stayEager = (structure: string, reason: string): void => {
      eager.add(structure);
      for (const key of [...entries.keys()].filter((key) => key.startsWith(`${structure}\n`))) forget(key);
      log(`The step${structure === '' ? '' : ` "${structure}"`} runs operation by operation, which is slower: ${reason}.`);
    };

    const forget = (key: string): void => {
      entries.get(key)?.session?.dispose();
      entries.delete(key);
    };

    const recordInto = (entry: Entry, feeds: Tensors, structure: string, listed: readonly tf.Variable[]): Tensors => {
      const { results, recording } = record(step, feeds, structure, listed);
      const obstacle = typeof recording === 'string' ? recording : adopt(entry, recording, listed);
      if (obstacle !== undefined) stayEager(structure, obstacle);
      return results;
    };

    return {
      run(feeds, structure = '') {
        if (isRecording() || eager.has(structure)) return runEagerly(step, feeds, structure);
        const listed = variables();
        const key = keyOf(feeds, structure);
        const entry = entries.get(key) ?? { variables: listed, recordings: 0 };
        if (!entries.has(key) && entries.size === MAX_SHAPES) return runEagerly(step, feeds, structure);
        entries.set(key, entry);
        if (!isCurrent(entry, listed)) close(entry);
        if (entry.session === undefined) return recordInto(entry, feeds, structure, listed);
        try {
          return entry.session.run(feeds);
        } catch (error) {
          stayEager(structure, `the library refuses its graph: ${(error as Error).message}`);
          return runEagerly(step, feeds, structure);
        }
      },
      dispose() {
        for (const key of [...entries.keys()]) forget(key);
      },
    };
  };
}

// --- helpers ---

/** Opens a session if the recording agrees with the one before; returns the reason why there will never be one, if so. */
function adopt(entry: Entry, recording: Recording, listed: readonly tf.Variable[]): string | undefined {
  const change = entry.last === undefined ? 'it has been recorded only once' : difference(entry.last, recording);
  entry.variables = [...listed];
  entry.last = recording;
  entry.recordings += 1;
  if (change !== undefined) return entry.recordings < MAX_RECORDINGS ? undefined : change;
  try {
    entry.session = openSession(recording);
    entry.recordings = 0;
    delete entry.last;
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function close(entry: Entry): void {
  entry.session?.dispose();
  delete entry.session;
}

const isCurrent = ({ variables, session }: Entry, listed: readonly tf.Variable[]): boolean =>
  session === undefined || (session.isAlive() && same(variables, listed));

const keyOf = (feeds: Tensors, structure: string): string => {
  let key = `${structure}\n`;
  for (const name in feeds) key += `${name}:${feeds[name]?.dtype}[${feeds[name]?.shape}] `;
  return key;
};

const same = (a: readonly tf.Variable[], b: readonly tf.Variable[]): boolean =>
  a.length === b.length && a.every((variable, i) => variable === b[i]);
