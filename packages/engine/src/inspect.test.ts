import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { type EngineReport, inspectEngine, renderEngineReport } from './inspect.ts';

const MACHINE = { tfjs: '4.22.0', threads: 2, cpu: 'Analytical Engine', platform: 'linux x64', node: 'v20.20.2' };

describe('inspectEngine', () => {
  it('tells what would run, without loading it here', async () => {
    const report = await inspectEngine();
    expect(report).toMatchObject({
      engine: 'native',
      tfjs: '4.22.0',
      libtensorflow: expect.stringMatching(/^2\./),
      operations: true,
      advice: [],
    });
    expect(report.reason).toBeUndefined();
    expect(tf.findBackendFactory('tensorflow')).toBeFalsy();
  });
});

describe('renderEngineReport', () => {
  it('aligns the values', () => {
    const report: EngineReport = {
      ...MACHINE,
      engine: 'native',
      libtensorflow: '2.15.1',
      library: '/cache/lib/libtensorflow_cc.so.2',
      operations: true,
      tfjsNode: '/project/node_modules/@tensorflow/tfjs-node',
      advice: [],
    };
    expect(renderEngineReport(report)).toMatchInlineSnapshot(`
      "Engine         native (TensorFlow)
      TensorFlow.js  4.22.0
      TensorFlow     2.15.1
      Library        /cache/lib/libtensorflow_cc.so.2
      Operations     compiled
      tfjs-node      /project/node_modules/@tensorflow/tfjs-node
      Threads        2 available
      CPU            Analytical Engine
      Platform       linux x64
      Node.js        v20.20.2"
    `);
  });

  it('tells that our own operations are missing', () => {
    const report: EngineReport = { ...MACHINE, engine: 'native', operations: false, advice: ['npx espalier doctor --prepare'] };
    expect(renderEngineReport(report)).toMatchInlineSnapshot(`
      "Engine         native (TensorFlow)
      TensorFlow.js  4.22.0
      Operations     TensorFlow's alone, slower: ours are not compiled
      Threads        2 available
      CPU            Analytical Engine
      Platform       linux x64
      Node.js        v20.20.2
      To install it  npx espalier doctor --prepare"
    `);
  });

  it('tells why the native engine is missing and how to get it', () => {
    const advice = ['npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0', 'npx espalier doctor --prepare'];
    const report: EngineReport = { ...MACHINE, engine: 'wasm', reason: '@tensorflow/tfjs-node is not installed', advice };
    expect(renderEngineReport(report)).toMatchInlineSnapshot(`
      "Engine         WebAssembly (slower)
      TensorFlow.js  4.22.0
      Threads        2 available
      CPU            Analytical Engine
      Platform       linux x64
      Node.js        v20.20.2
      Native engine  @tensorflow/tfjs-node is not installed
      To install it  npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0
                     npx espalier doctor --prepare"
    `);
  });
});
