import type { CopiedResult, CopiedResults } from '@espalier/core/results';
import { markOf } from './notes.ts';
import { groupBy, type RunGroup } from './run-groups.ts';
import type { Footnote, Row } from './table.ts';

/** What stands behind the name of a method of others wherever its numbers stand, so that nobody takes them for runs. */
export const COPIED = ' (copied)';

export const copiedLabel = ({ method }: CopiedResult): string => method + COPIED;

/** Whether numbers of others are of the network and the data that these runs have. */
export const isOfSameTask = ({ model, data }: CopiedResults, { finished, failed }: RunGroup): boolean => {
  const spec = [...finished, ...failed][0]?.spec;
  return spec?.model.use === model && spec.data.use === data;
};

/** Rows of a comparison for numbers of others, with a marked footnote for each source: where they come from, and what they are of. */
export function copiedRows(
  copied: readonly CopiedResults[],
  groups: readonly RunGroup[],
  firstMark: number,
): { readonly rows: Row[]; readonly notes: Footnote[] } {
  const rows = copied.flatMap(({ results }, index) =>
    results.map((result): Row => {
      const mark = markOf(firstMark + index);
      const cell = (value: number | null = null) => ({ value, runs: [] });
      return {
        cells: {
          method: { value: copiedLabel(result), mark, runs: [] },
          requestedSparsity: cell(),
          sparsity: cell(result.sparsity),
          wholeSparsity: cell(),
          accuracy: cell(result.accuracy),
          accuracyDelta: cell(),
          nonzero: cell(result.nonzero),
          size: cell(),
          parameters: cell(),
          multiplyAdds: cell(result.multiplyAdds),
          multiplyAddsFraction: cell(),
          seeds: { ...cell(), text: 'copied' },
          failed: cell(),
        },
      };
    }),
  );
  const notes = copied.map((source, index) => ({ mark: markOf(firstMark + index), text: noteOf(source, groups) }));
  return { rows, notes };
}

// --- helpers ---

function noteOf(copied: CopiedResults, groups: readonly RunGroup[]): string {
  const { source, url, model, data, results } = copied;
  const other =
    groups.length && !groups.some((group) => isOfSameTask(copied, group)) ? ', not the network and the data of the runs here' : '';
  const noted = groupBy(
    results.filter(({ note }) => note),
    ({ note }) => note as string,
  );
  const notes = [...noted].map(([note, those]) => `${[...new Set(those.map(({ method }) => method))].join(', ')}: ${note}`);
  return [
    `Copied from ${source}${url ? ` (${url})` : ''}: ${model} on ${data}${other}. Not trained here; in no mean, difference or interval`,
    ...notes,
  ].join('. ');
}
