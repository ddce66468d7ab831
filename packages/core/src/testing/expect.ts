/** Throws an error that says what was expected and what came, unless it holds. */
export function expect(holds: boolean, expected: string, came: unknown): void {
  if (!holds) throw new Error(`Expected ${expected}; came ${typeof came === 'string' ? came : JSON.stringify(came)}.`);
}

/** Equal as JSON. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  expect(a === b, `${what}: ${b}`, a);
}
