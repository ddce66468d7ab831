import { ablate, type Config } from 'espalier';
import type { Part } from './study.ts';

/** An ablation as a part of a study; it must have a name. */
export function ablationPart(config: Config & { readonly ablation: { readonly name: string } }): Part {
  return {
    name: config.ablation.name,
    async train({ folder, command, say }) {
      let done = 0;
      await ablate(
        { ...config, report: false },
        {
          folder,
          command,
          onPlan: (requests, { name }) => say(`${name}: ${requests.length} runs`),
          onDone(_, { id, status }, reused) {
            done++;
            if (!reused) say(`${done}: ${id} ${status}`);
          },
        },
      );
    },
  };
}
