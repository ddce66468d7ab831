import type * as z from 'zod';

/**
 * What is wrong with an input, in words that fit behind the option's name: `must be above 0`. To be given to a parse as its `error`; where
 * a schema has a message of its own, that one stands.
 */
export const problemText: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${NOUNS[issue.expected] ?? `a ${issue.expected}`}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return bound(issue.origin, Number(issue.minimum), issue.inclusive ? 'at least' : 'above');
    case 'too_big':
      return bound(issue.origin, Number(issue.maximum), issue.inclusive ? 'at most' : 'below');
    case 'invalid_union':
      return oneOf(issue.errors.map((problems) => problems.map(({ message }) => message).join(' and ')));
    default:
      return undefined;
  }
};

/** All that is wrong with what was read from a file, on one line: `"layers.0.size": must be a number; "name": is missing`. */
export const problemsText = ({ issues }: z.ZodError): string =>
  issues
    .map(({ path, message }) => {
      const field = path.map(String).join('.');
      return field ? `"${field}": ${message}` : message;
    })
    .join('; ');

// --- helpers ---

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

function bound(origin: string, limit: number, relation: string): string {
  if (origin === 'number' || origin === 'int') return `must be ${relation} ${limit}`;
  if (relation === 'at least' && limit === 1) return 'must not be empty';
  return `must have ${relation} ${limit} ${origin === 'string' ? 'characters' : 'entries'}`;
}

const oneOf = (problems: readonly string[]): string => [...new Set(problems)].join(' or ').replaceAll(' or must be ', ' or ');
