import type { Figure } from '../figures/figure.ts';
import { csv } from './csv.ts';
import { FONT, fontFile, textWidth } from './font.ts';
import { escapeHtml } from './html.ts';

export interface RenderedFigure {
  readonly svg: string;
  /** Two pixels per unit of the SVG. */
  readonly png: Uint8Array;
  readonly csv: string;
  /** The Vega-Lite spec. */
  readonly json: string;
}

/** Draws a figure. The same figure gives the same bytes on every machine: the font comes with this package. */
export async function renderFigure(figure: Figure): Promise<RenderedFigure> {
  const svg = await renderSvg(figure);
  return { svg, png: await renderPng(svg), csv: rowsCsv(figure), json: `${JSON.stringify(figure.spec, null, 2)}\n` };
}

/** An SVG that may stand beside others in one page: its ids carry the figure's name. */
export async function renderSvg({ name, title, description, spec }: Figure): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  measureWith(vega);
  vega.resetSVGDefIds();
  const warnings: string[] = [];
  const view = new vega.View(vega.parse(vegaLite.compile(spec, { logger: collector(warnings) }).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  if (warnings.length) throw new Error(`${name}: ${warnings.join('; ')}`);
  const words = `<title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>`;
  return svg
    .replace(/ id="([^"]+)"/g, ` id="${name}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${name}-$1)`)
    .replace(/<svg ([^>]*)>/, `<svg $1 role="img" aria-label="${escapeHtml(title)}">${words}`);
}

export async function renderPng(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const font = { fontFiles: [fontFile], loadSystemFonts: false, defaultFontFamily: FONT, sansSerifFamily: FONT };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 2 }, background: '#ffffff' }).render().asPng();
}

export function rowsCsv({ rows }: Figure): string {
  const keys = Object.keys(rows[0] ?? {});
  return csv([keys, ...rows.map((row) => keys.map((key) => row[key]))]);
}

// --- helpers ---

/** Vega has no canvas here and would guess at 0.8 em a character; its types don't know the hook that it offers for that. */
function measureWith(vega: object): void {
  const { textMetrics } = vega as { textMetrics: { width(item: TextItem, text: unknown): number } };
  textMetrics.width = (item, text) => textWidth(String(text ?? ''), item.fontSize ?? 11);
}

interface TextItem {
  readonly fontSize?: number;
}

function collector(warnings: string[]) {
  const logger = {
    level: () => logger,
    error: (...words: readonly unknown[]) => keep(words),
    warn: (...words: readonly unknown[]) => keep(words),
    info: () => logger,
    debug: () => logger,
  };
  const keep = (words: readonly unknown[]) => {
    warnings.push(words.join(' '));
    return logger;
  };
  return logger;
}
