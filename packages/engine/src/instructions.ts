import { readFileSync } from 'node:fs';

/**
 * The vector instructions that decide how the library rounds: "AVX-512", "AVX2", or the architecture where neither is known. With the same
 * threads, results are the same to the bit on processors where this is the same.
 */
export function instructions(): string {
  const limit = process.env.ONEDNN_MAX_CPU_ISA;
  const found = limit && limit !== 'ALL' && limit !== 'DEFAULT' ? limit : vectorInstructions();
  return process.env.TF_ENABLE_ONEDNN_OPTS === '0' ? `${found}, without oneDNN` : found;
}

/** Whether these are AVX-512 of any kind. */
export const hasAvx512 = (): boolean => /^AVX-?512/.test(instructions());

/** Whether convolutions and matrix products are oneDNN's: `loadNative` switches it on for x86 processors. */
export const usesOneDnn = (): boolean => process.arch === 'x64' && process.env.TF_ENABLE_ONEDNN_OPTS === '1';

// --- helpers ---

/** Of the processor, as the system lists them: read once, which takes milliseconds where there are many processors. */
let flags: string | undefined;

function vectorInstructions(): string {
  if (process.arch !== 'x64' || process.platform !== 'linux') return process.arch;
  flags ??= /^flags\s*:(.*)$/m.exec(cpuInfo())?.[1] ?? '';
  if (/\bavx512f\b/.test(flags)) return /\bavx512_vnni\b/.test(flags) ? 'AVX-512 VNNI' : 'AVX-512';
  return /\bavx2\b/.test(flags) ? 'AVX2' : process.arch;
}

function cpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}
