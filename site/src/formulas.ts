/** Puts the indented lines of a docstring, which are formulas, into blocks of their own, one formula a line: Markdown would run them into the text. */
export function fenceFormulas(text: string): string {
  const out: string[] = [];
  let inside = false;
  let fenced = false;
  for (const line of text.split('\n')) {
    if (/^\s*```/.test(line)) fenced = !fenced;
    const isFormula: boolean = !fenced && /^ {2,}\S/.test(line) && (inside || out.at(-1) === undefined || out.at(-1) === '');
    if (isFormula && !inside) out.push('```text');
    if (!isFormula && inside) out.push('```');
    inside = isFormula;
    out.push(...(isFormula ? formulasIn(line.slice(2)) : [line]));
  }
  return [...out, ...(inside ? ['```'] : [])].join('\n');
}

// --- helpers ---

/** Equations that stand side by side, with a wide gap between them. */
function formulasIn(line: string): string[] {
  const parts = line.trim().split(/ {4,}/);
  return parts.slice(0, 2).every((part) => /[=←]/.test(part)) ? parts : [line];
}
