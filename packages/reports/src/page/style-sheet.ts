import { darkColors } from '../figures/styles.ts';

/** Figures are drawn for white paper; on a dark page their colours are replaced one by one. */
const darkFigures = [...darkColors()]
  .map(([paper, dark]) => `  figure svg [fill="${paper}"] { fill: ${dark}; }\n  figure svg [stroke="${paper}"] { stroke: ${dark}; }\n`)
  .join('');

export const STYLE_SHEET = `:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1a1a1a; --quiet: #5c5f66; --line: #d9dbdf; --tint: #f5f6f8; --link: #0059a8;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #15171a; --ink: #e6e6e6; --quiet: #a3a7ae; --line: #34373c; --tint: #1d2024; --link: #7db9f0; }
${darkFigures}}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 76rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif;
}
header { border-bottom: 1px solid var(--line); padding-bottom: 1rem; }
h1 { font-size: clamp(1.5rem, 4vw, 2rem); line-height: 1.2; margin: 0; }
header p { margin: 0.4rem 0 0; color: var(--quiet); }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; }
a { color: var(--link); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; border-top: 2px solid; border-bottom: 2px solid; }
caption { text-align: left; color: var(--quiet); padding-bottom: 0.5rem; }
th, td { padding: 0.3rem 0.7rem; text-align: left; font-weight: inherit; vertical-align: top; white-space: nowrap; }
thead th { border-bottom: 1px solid; vertical-align: bottom; font-weight: 600; white-space: normal; min-width: 4.5rem; }
tr { background: var(--paper); }
tbody tr:nth-child(even) { background: var(--tint); }
th:first-child { position: sticky; left: 0; background: inherit; }
.number { text-align: right; }
.notes { margin: 0.75rem 0 0; padding: 0; list-style: none; font-size: 0.8125rem; color: var(--quiet); max-width: 48rem; }
sup { line-height: 0; }
.provenance { overflow-wrap: anywhere; }
.study .scroll { margin-top: 1.5rem; }
.files { margin: 0.4rem 0 0; font-size: 0.8125rem; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20.5rem), 1fr)); gap: 2rem; align-items: start; }
figure { margin: 0; min-width: 0; }
figure svg { display: block; width: 100%; max-width: 30rem; height: auto; }
.wide { grid-column: 1 / -1; }
.wide svg { min-width: 40rem; max-width: 60rem; }
figcaption { margin-top: 0.5rem; font-size: 0.8125rem; color: var(--quiet); max-width: 48rem; }
figcaption strong { color: var(--ink); }
details { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
summary { cursor: pointer; font-weight: 600; }
pre { background: var(--tint); padding: 0.75rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.8125rem; }
.ids { white-space: normal; overflow-wrap: anywhere; }
@media print { body { max-width: none; padding: 0; } }
`;
