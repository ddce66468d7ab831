import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SCRIPT = `
  const { startEngine } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
  const tf = await import('@tensorflow/tfjs');
  await startEngine({ engine: 'native', threads: 1 });
  const [a, b] = [tf.ones([128, 300]), tf.ones([300, 100])];
  for (let i = 0; i < 3000; i++) tf.matMul(a, b).dispose();
  console.log('done');
`;

it('survives the signals of a profiler while small products run operation by operation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-profile-'));
  try {
    const profile = ['--cpu-prof', '--cpu-prof-dir', folder, '--cpu-prof-interval', '200'];
    const options = { cwd: new URL('.', import.meta.url), encoding: 'utf8' } as const;
    const { stdout, stderr, signal } = spawnSync(
      process.execPath,
      [...profile, '--import', 'tsx', '--input-type=module', '-e', SCRIPT],
      options,
    );
    expect({ stdout, signal, stderr }).toMatchObject({ stdout: 'done\n', signal: null });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
