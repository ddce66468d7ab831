import { readFileSync } from 'node:fs';
import { convertIndexedToRgb, decode as decodePng } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';
import { imageUndecodable } from '../errors.ts';

/** An image as red, green and blue bytes, [height, width, 3]. */
export interface RgbImage {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/**
 * Reads a PNG or a JPEG file. Grey becomes three equal colours; transparency is left out; of 16 bits a colour, the upper 8 are kept.
 *
 * @throws {EspalierError} `E_IMAGE` if the file is neither, or broken.
 */
export function readImage(file: string): RgbImage {
  const bytes = readFileSync(file);
  try {
    if (bytes[0] === 0x89 && bytes[1] === 0x50) return fromPng(bytes);
    if (bytes[0] === 0xff && bytes[1] === 0xd8) {
      const { height, width, data } = decodeJpeg(bytes, { useTArray: true, formatAsRGBA: false });
      return { height, width, data };
    }
  } catch (cause) {
    throw imageUndecodable(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
  throw imageUndecodable(file, 'it begins like neither');
}

// --- helpers ---

function fromPng(bytes: Uint8Array): RgbImage {
  const png = decodePng(bytes);
  const { height, width, palette, depth } = png;
  if (!palette && depth < 8) throw new Error(`its grey has ${depth} bits instead of 8 or 16`);
  const data = palette ? convertIndexedToRgb(png) : png.data;
  const channels = data.length / (height * width);
  const shift = depth === 16 ? 8 : 0;
  const rgb = new Uint8Array(height * width * 3);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let color = 0; color < 3; color++) {
      rgb[pixel * 3 + color] = (data[pixel * channels + (channels < 3 ? 0 : color)] as number) >> shift;
    }
  }
  return { height, width, data: rgb };
}
