import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packArrays } from './pack-arrays.ts';
import { pythonOf, startTorchPeer } from './torch-peer.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program of Node.js in Python's place. */
function python(name: string, program: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!${process.execPath}\n${program}`);
  chmodSync(file, 0o755);
  return file;
}

describe('startTorchPeer', () => {
  it('says in one line what is missing and how to get it', async () => {
    const broken = python('broken.cjs', 'console.error("No module named \'torch\'"); process.exit(1);');
    for (const [interpreter, reason] of [
      [join(folder, 'nowhere'), 'nowhere'],
      [broken, "No module named 'torch'"],
    ] as const) {
      const lines: string[] = [];
      expect(await startTorchPeer(2, (line) => lines.push(line), interpreter)).toBeUndefined();
      expect(lines).toEqual([expect.stringContaining('bench setup')]);
      expect(lines[0]).toContain(reason);
    }
  });

  it('asks one thing after the other, and throws what the peer reports', async () => {
    const echo = python(
      'echo.cjs',
      `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
         const { op, threads } = JSON.parse(line);
         console.log(JSON.stringify(op === 'fail' ? { error: 'no' } : { torch: '2', python: '3', threads, op }));
       });`,
    );
    const peer = await startTorchPeer(2, () => {}, echo);
    expect(peer?.versions).toEqual({ PyTorch: '2', Python: '3' });
    expect(await peer?.ask('train', { steps: 3 })).toMatchObject({ op: 'train' });
    await expect(peer?.ask('fail')).rejects.toThrow("PyTorch can't fail: no");
    await peer?.close();
  });
});

it('takes the interpreter of the environment first', () => {
  expect(pythonOf({ ESPALIER_BENCH_PYTHON: '/somewhere/python' })).toBe('/somewhere/python');
  expect(pythonOf({})).toMatch(/bench[/\\]\.venv[/\\]bin[/\\]python$/);
});

describe('packArrays', () => {
  it('writes the values one after the other, views included', () => {
    const values = new Float32Array([9, 1, 2]).subarray(1);
    const { file, entries } = packArrays(join(folder, 'packed'), [
      { name: 'a/kernel', shape: [2, 1], values },
      { name: 'labels', shape: [1], values: Int32Array.of(7) },
    ]);
    const bytes = readFileSync(file);
    expect([0, 4].map((at) => bytes.readFloatLE(at))).toEqual([1, 2]);
    expect(bytes.readInt32LE(entries[1]?.offset)).toBe(7);
    expect(entries.map(({ dtype, offset }) => [dtype, offset])).toEqual([
      ['float32', 0],
      ['int32', 8],
    ]);
  });

  it('refuses a shape that does not fit', () => {
    expect(() => packArrays(join(folder, 'wrong'), [{ name: 'a', shape: [3], values: new Float32Array(2) }])).toThrow(RangeError);
  });
});
