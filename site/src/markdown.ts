/** Text that isn't Markdown, to be shown as it is. */
export const escapeMarkdown = (text: string): string => text.replace(/[\\*_<|]/g, '\\$&').replaceAll('{', '&#123;');

/** A table. Cells are Markdown; only their bars are escaped. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => ':---')), ...rows.map(line)].join('\n');
}
