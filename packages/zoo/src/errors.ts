import { EspalierError } from '@espalier/core';

// --- one function per message, sorted by code ---

export const cifarInvalid = (file: string, found: string) =>
  new EspalierError(
    'E_CIFAR',
    `${file} is not a binary file of CIFAR: ${found}. Unpack the archive again; it may be another version, or cut off.`,
  );

export const cifarMissing = (file: string, beside: readonly string[] | undefined, archive: string, unpacked: string) =>
  new EspalierError(
    'E_DATA_MISSING',
    `There is no ${file}; ${besides(beside)}. Download ${archive}, unpack it (tar -xzf), and set "folder" to the folder ${unpacked} that is in it.`,
  );

export const dataMissing = (file: string, beside: readonly string[] | undefined) => {
  return new EspalierError(
    'E_DATA_MISSING',
    `There is no ${file}, nor ${file}.gz; ${besides(beside)}. Put the file there, or set "folder" and "files" to where it is.`,
  );
};

export const fashionMnistMissing = (folder: string, missing: readonly string[]) =>
  new EspalierError(
    'E_DATA_MISSING',
    `fashion-mnist: ${folder} has no ${missing.join(', ')} (.gz or not). The four files are in data/fashion of https://github.com/zalandoresearch/fashion-mnist: put them there, or set "folder" to where they are. On Debian and Ubuntu: apt-get install dataset-fashion-mnist.`,
  );

export const idxInvalid = (file: string, expected: string, found: string, advice: string, cause?: unknown) =>
  new EspalierError('E_IDX', `${file} is not the IDX file that was expected: expected ${expected}, found ${found}. ${advice}`, { cause });

export const imageFolderEmpty = (folder: string, problem: string) =>
  new EspalierError(
    'E_DATA_MISSING',
    `image-folder: ${folder} ${problem}. It must have a folder for each class, with PNG or JPEG files in it: train/<class>/*.jpg and test/<class>/*.jpg, the same classes in both.`,
  );

export const imageUndecodable = (file: string, problem: string, cause?: unknown) =>
  new EspalierError('E_IMAGE', `${file} can't be read as PNG or JPEG: ${problem}. Convert it, or take it out of the folder.`, { cause });

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

// --- helpers ---

const besides = (names: readonly string[] | undefined): string =>
  names ? `its folder has: ${names.slice(0, 10).join(', ') || 'nothing'}${names.length > 10 ? ', ...' : ''}` : 'its folder does not exist';
