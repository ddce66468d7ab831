import type { Check } from './pruner-contract.ts';

/** Names of the checks that fail: for the tests of the kit itself. */
export async function failures(checks: readonly Check[]): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of checks) await run().catch(() => failed.push(name));
  return failed;
}
