import { definePruner, type Kind } from '@espalier/core';
import { type Check, prunerChecks } from '@espalier/core/testing';
import { startEngine } from '@espalier/engine';
import * as z from 'zod';
import { FAULTS, type Fault } from '../../packages/core/src/testing/faults/index.ts';

const FROZEN = 'computes with a JavaScript number that changes later on';

/** What the check for a fault says of it. */
export interface Found {
  readonly kind: Kind;
  readonly fault: string;
  readonly check: string;
  readonly message: string;
  readonly hint: string;
}

/** A fault that the contracts are tested with, in a component of a kind. */
export interface Injected {
  readonly kind: Kind;
  readonly fault: string;
  /** Runs the check that is meant for it. Throws unless there is one such check, and it fails with what was expected and what came. */
  find(): Promise<Found>;
}

/** The last one starts an engine, after which nothing runs in plain JavaScript any more. */
export const INJECTED: readonly Injected[] = [
  ...(Object.entries(FAULTS) as [Kind, readonly Fault[]][]).flatMap(([kind, faults]) =>
    faults.map((own) => ({ kind, fault: own.fault, find: () => find(kind, own) })),
  ),
  { kind: 'pruner', fault: FROZEN, find: async () => find('pruner', await frozenNumber()) },
];

/** The page that shows them all. */
export function renderPage(found: readonly Found[]): string {
  const kinds = [...new Set(found.map(({ kind }) => kind))];
  const sections = kinds.map((kind) => {
    const rows = found
      .filter((one) => one.kind === kind)
      .map(({ fault, check, message, hint }) => `| ${fault} | ${check} | ${cell(message)} | ${cell(hint)} |`);
    return [`## A ${kind} that ...`, '', '| fault | check | what it says | hint |', '|---|---|---|---|', ...rows].join('\n');
  });
  return `${[HEAD(found.length), ...sections].join('\n\n')}\n`;
}

// --- helpers ---

async function find(kind: Kind, { fault, check, checks }: Fault): Promise<Found> {
  const meant = checks().filter(({ name }) => check.test(name));
  const [one] = meant;
  if (!one || meant.length > 1) throw new Error(`${kind}, ${fault}: ${meant.length} checks match ${check}`);
  const message = await messageOf(one);
  if (!/Expected .+; came .+/s.test(message)) throw new Error(`${kind}, ${fault}: "${one.name}" says ${message || 'nothing'}`);
  return { kind, fault, check: one.name, message, hint: one.hint };
}

const HEAD = (count: number) => `# What the checks find

\`espalier test-plugin\` and the contracts in \`@espalier/core/testing\` run the same checks. These are tested with components that are broken on purpose: ${count} faults, each of which the check that is meant for it must find. Below is what it says, as \`npx -y pnpm@12 faults\` prints it; a test fails when this page is another.`;

/** One line, in a cell of a Markdown table. Lists of numbers are left out: some are drawn anew each time. */
const cell = (text: string): string => {
  const line = text
    .replace(/\[[^\]]*\d\.\d[^\]]*\]/g, '[…]')
    .replace(/\s+/g, ' ')
    .replace(/\|/g, '\\|');
  return line.length > 300 ? `${line.slice(0, 140)} ... ${line.slice(-140)}` : line;
};

const messageOf = (check: Check): Promise<string> =>
  check.run().then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

/** It needs an engine that compiles. */
async function frozenNumber(): Promise<Fault> {
  const engine = await startEngine({ engine: 'native', threads: 1 });
  const frozen = definePruner({
    name: 'reference',
    summary: 'For these tests',
    options: z.strictObject({}),
    create: () => {
      let factor = 1;
      return {
        init: () => ({}),
        // What changes in the first two steps is seen by their recordings, and the step stays eager.
        beforeStep: (_, { step }) => {
          factor = step < 4 ? 1 : 0.5;
        },
        reparameterize: (weight) => weight.mul(factor),
      };
    },
  });
  return {
    fault: FROZEN,
    check: /compiled/,
    checks: () => prunerChecks(() => frozen(), { engine }),
  };
}
