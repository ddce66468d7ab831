import { inspect, isDeepStrictEqual } from 'node:util';
import type { Component, Kind, Plugin } from '../component.ts';
import type { Engine } from '../engine.ts';
import { corePlugin } from '../plugin.ts';
import { createRegistry } from '../registry.ts';
import type { Spec } from '../results.ts';
import { tf } from '../tf.ts';
import { expect } from './expect.ts';
import { HINTS } from './hints.ts';
import type { Check } from './pruner-contract.ts';

export interface ContractOptions {
  /** Plugins that hold the component and those in its options. Without them its spec can't be tried. */
  readonly plugins?: readonly Plugin[];
  /** The checks run on this engine, whose backend must be active. Default: the `cpu` backend, which they set. */
  readonly engine?: Engine;
}

type Checks = Readonly<Record<string, () => void | Promise<void>>>;

/** Checks that run on the backend of an engine, or on `cpu`: each of them sets it. */
export function checksOn(engine: Engine | undefined, checks: Checks): readonly Check[] {
  const backend = engine ? tf.getBackend() : 'cpu';
  return Object.entries(checks).map(([name, check]) => ({
    name,
    hint: HINTS[name] ?? '',
    async run() {
      tf.enableProdMode(); // or TensorFlow.js advertises tfjs-node here
      await tf.setBackend(backend);
      await check();
    },
  }));
}

/** What a component of any kind must do with its options, where its plugin is known. */
export function specChecks<K extends Kind>(component: Component<K>, { plugins = [] }: ContractOptions): Record<string, () => void> {
  if (!plugins.length) return {};
  const registry = () => createRegistry([corePlugin, ...plugins.filter((plugin) => plugin !== corePlugin)]);
  const { kind, spec } = component;
  return {
    'is built again from its spec as JSON': () => {
      const again = registry().build(kind, JSON.parse(JSON.stringify(spec)) as Spec);
      expectSame(again.spec, spec, `the same spec from the ${kind} that was built from it`);
      expectSame(plainMembers(again), plainMembers(component), `the same plain members of that ${kind}`);
    },
    'refuses an option that it does not know': () => {
      let code: unknown;
      try {
        registry().build(kind, { ...spec, 'no such option': 1 });
      } catch (error) {
        code = (error as { code?: unknown }).code;
      }
      expect(code === 'E_OPTIONS', 'E_OPTIONS for an unknown option', String(code));
    },
  };
}

/** Not as JSON, in which infinity, NaN and undefined are the same. */
function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [came, wanted] = [actual, expected].map((value) => inspect(value, { depth: null, breakLength: Number.POSITIVE_INFINITY }));
  expect(isDeepStrictEqual(actual, expected), `${what}: ${wanted}`, came);
}

/** What a component says of itself without being asked anything: a promised sparsity, a range. */
const plainMembers = (component: object): readonly (readonly [string, unknown])[] =>
  Object.entries(component).filter(([, value]) => typeof value !== 'function');

/** That an action leaves no tensor behind. */
export function expectNoLeak(what: string, action: () => void): void {
  const before = tf.memory().numTensors;
  tf.tidy(action);
  const { numTensors } = tf.memory();
  expect(numTensors === before, `${before} tensors after ${what}, as before`, numTensors);
}

/** The values of a tensor, which is disposed of. */
export function readTensor(make: () => tf.Tensor): Float32Array {
  const tensor = tf.tidy(() => make().clone());
  const values = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
}

/** Tells −0 from 0, and one NaN from another. */
export function sameBits(a: Float32Array | Int32Array, b: Float32Array | Int32Array): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array) => Buffer.from(buffer, byteOffset, byteLength);
  return bytes(a).equals(bytes(b));
}
