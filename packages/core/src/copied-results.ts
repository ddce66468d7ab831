import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { copiedInvalid } from './errors.ts';
import { problemsText, problemText } from './problem-text.ts';

const fraction = z.number('must be a number').min(0).max(1, 'must be a fraction in [0, 1]: 0.9 for 90 %');

/** A number of others, as they published it. What they didn't publish is left out. */
export const copiedResultSchema = z.strictObject({
  /** As the source calls it. */
  method: z.string().min(1),
  /** Share of zeros, of what the source counts. */
  sparsity: fraction,
  /** On the test set, of the largest class. */
  accuracy: fraction,
  /** Weights that are left. */
  nonzero: z.int().nonnegative().optional(),
  /** Of one forward pass of one example, with the weights that are left. */
  multiplyAdds: z.number().nonnegative().optional(),
  /** What sets it apart from the others: "first layer dense". */
  note: z.string().min(1).optional(),
});
export type CopiedResult = z.infer<typeof copiedResultSchema>;

/** Numbers of one source: a table of a paper, a README. They are shown beside runs, and never become a part of any statistic. */
export const copiedResultsSchema = z.strictObject({
  format: z.literal(1),
  /** Who published them, and where: "Kusupati et al. 2020, README". */
  source: z.string().min(1),
  url: z.url().optional(),
  /** The network and the data, by their names here where there are any. */
  model: z.string().min(1),
  data: z.string().min(1),
  results: z.array(copiedResultSchema).min(1, 'must have an entry'),
});
export type CopiedResults = z.infer<typeof copiedResultsSchema>;

/** Numbers of others in a JSON file. Throws `E_COPIED`, which names the file and the field. */
export function readCopiedResults(file: string): CopiedResults {
  const parsed = copiedResultsSchema.safeParse(readJson(file), { error: problemText });
  if (parsed.success) return parsed.data;
  throw copiedInvalid(file, problemsText(parsed.error), parsed.error);
}

// --- helpers ---

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw copiedInvalid(file, code === 'ENOENT' ? 'there is no such file' : message, cause);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw copiedInvalid(file, `it is not JSON (${(cause as Error).message})`, cause);
  }
}
