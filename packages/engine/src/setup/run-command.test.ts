import { describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

const node = (script: string, timeout?: number) => runCommand(process.execPath, ['-e', script], timeout ? { timeout } : {});

describe('runCommand', () => {
  it('collects output and error', async () => {
    expect(await node('console.log("a"); console.error("b")')).toEqual({ ok: true, output: 'a\nb\n' });
  });

  it('gives ok: false for a command that fails or does not exist', async () => {
    expect(await node('process.exit(3)')).toEqual({ ok: false, output: '' });
    expect((await runCommand('no-such-command-here', [])).ok).toBe(false);
  });

  it('ends a command and its children after the time limit', async () => {
    const start = performance.now();
    const { ok, output } = await node('require("child_process").execSync("sleep 30", { stdio: "inherit" })', 300);
    expect(ok).toBe(false);
    expect(output).toContain('no answer');
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
