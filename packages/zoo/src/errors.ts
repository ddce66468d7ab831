import { EspalierError } from '@espalier/core';

// --- one function per message, sorted by code ---

export const dataMissing = (file: string, beside: readonly string[] | undefined) => {
  const found = beside
    ? `its folder has: ${beside.slice(0, 10).join(', ') || 'nothing'}${beside.length > 10 ? ', ...' : ''}`
    : 'its folder does not exist';
  return new EspalierError(
    'E_DATA_MISSING',
    `There is no ${file}, nor ${file}.gz; ${found}. Put the file there, or set "folder" and "files" to where it is.`,
  );
};

export const idxInvalid = (file: string, expected: string, found: string, advice: string, cause?: unknown) =>
  new EspalierError('E_IDX', `${file} is not the IDX file that was expected: expected ${expected}, found ${found}. ${advice}`, { cause });

export const inputShapeInvalid = (model: string, given: readonly number[], smallest: number) =>
  new EspalierError(
    'E_INPUT_SHAPE',
    `${model}: the examples have shape [${given.join(', ')}], but must be images [height, width, channels] of at least ${smallest}x${smallest} pixels. Choose another data set, or a model that takes any shape (lenet-300-100).`,
  );

export const labelCountMismatch = (images: string, imageCount: number, labels: string, labelCount: number) =>
  new EspalierError(
    'E_LABEL_COUNT',
    `${images} has ${imageCount} images, but ${labels} has ${labelCount} labels. The two files must belong together: download both again.`,
  );

export const splitTooLarge = (option: string, asked: number, available: number, file: string) =>
  new EspalierError('E_SPLIT', `"${option}" is ${asked}, but ${file} leaves only ${available} examples for it. Ask for fewer.`);
