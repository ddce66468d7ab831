import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The one font of all figures: the same on every machine, and wider than what a browser puts in its place. */
export const FONT = 'DejaVu Sans';
/** For browsers that don't have it. */
export const FONTS = `${FONT}, Verdana, sans-serif`;
export const fontFile: string = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');

let advances: ((codePoint: number) => number) | undefined;

/** Width of a line of text in pixels, kerning aside. */
export function textWidth(text: string, fontSize: number): number {
  advances ??= readAdvances(readFileSync(fontFile));
  let width = 0;
  for (const character of text) width += advances(character.codePointAt(0) as number);
  return width * fontSize;
}

// --- helpers ---

/** Advance widths in em by code point, from the tables `head`, `hhea`, `hmtx` and `cmap` (format 4) of a TrueType file. */
function readAdvances(file: Buffer): (codePoint: number) => number {
  const tables = new Map<string, number>();
  for (let index = 0; index < file.readUInt16BE(4); index++) {
    const entry = 12 + index * 16;
    tables.set(file.toString('latin1', entry, entry + 4), file.readUInt32BE(entry + 8));
  }
  const table = (name: string) => tables.get(name) as number;
  const unitsPerEm = file.readUInt16BE(table('head') + 18);
  const metrics = file.readUInt16BE(table('hhea') + 34);
  const glyphOf = glyphLookup(file, table('cmap'));
  return (codePoint) => file.readUInt16BE(table('hmtx') + 4 * Math.min(glyphOf(codePoint), metrics - 1)) / unitsPerEm;
}

/** Code point to glyph, for the basic plane; 0 is the glyph for what is missing. */
function glyphLookup(file: Buffer, cmap: number): (codePoint: number) => number {
  const subtables = Array.from({ length: file.readUInt16BE(cmap + 2) }, (_, index) => cmap + file.readUInt32BE(cmap + 8 + index * 8));
  const start = subtables.find((offset) => file.readUInt16BE(offset) === 4) as number;
  const segments = file.readUInt16BE(start + 6) / 2;
  const at = (array: number, segment: number) => start + 14 + (array * segments + segment) * 2 + (array > 0 ? 2 : 0);
  return (codePoint) => {
    for (let segment = 0; segment < segments; segment++) {
      if (codePoint > file.readUInt16BE(at(0, segment))) continue;
      const first = file.readUInt16BE(at(1, segment));
      if (codePoint < first) return 0;
      const delta = file.readUInt16BE(at(2, segment));
      const rangeOffset = file.readUInt16BE(at(3, segment));
      if (rangeOffset === 0) return (codePoint + delta) & 0xffff;
      const glyph = file.readUInt16BE(at(3, segment) + rangeOffset + 2 * (codePoint - first));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}
