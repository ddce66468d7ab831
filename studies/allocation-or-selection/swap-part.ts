import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runId, toRunSpec } from '@espalier/core';
import { type Config, swap } from 'espalier';
import type { Part } from '../shared/study.ts';

/** A swap as a part of a study; it must have a name. */
export function swapPart(config: Config & { readonly swap: { readonly name: string } }): Part {
  return {
    name: config.swap.name,
    async train({ folder, command, say }) {
      let done = 0;
      let stage = 0;
      await swap(
        { ...config, report: false },
        {
          folder,
          command,
          onPlan(requests, { name }, runs) {
            say(`${name}: ${requests.length} runs`);
            if (stage++ > 0) return;
            // What rests on a run needs its model, which sealed results lack.
            for (const request of requests) {
              const run = path.join(runs, runId(toRunSpec(request)));
              if (!existsSync(path.join(run, 'model'))) rmSync(run, { recursive: true, force: true });
            }
          },
          onDone(_, { id, status }, reused) {
            done++;
            if (!reused) say(`${done}: ${id} ${status}`);
          },
        },
      );
    },
  };
}
