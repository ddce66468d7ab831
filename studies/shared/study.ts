import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Study } from '@espalier/core';
import type { Sources } from '@espalier/reports';

/** A study that is kept in this repository: what it trains, its sealed results, and the page made of them. */
export interface KeptStudy {
  /** Holds page.md, the runs and the archives; the page is docs/studies/<its name>.md. */
  readonly folder: string;
  /** What is typed to call it. */
  readonly command: string;
  /** Sealed files, by name. The studies in them have names that begin so. */
  readonly archives: readonly string[];
  /** What is trained, the short runs first. Runs that two parts share are trained once. */
  readonly parts: readonly Part[];
  /** What `{{NAME STUDY}}` becomes in page.md, besides `tables` and `grid`. */
  readonly marks?: Readonly<Record<string, (study: Study, sealed: Sources) => string>>;
}

export interface Part {
  /** That of the study it leaves behind. */
  readonly name: string;
  train(where: Where): Promise<void>;
}

/** Where a part's runs go, and whom it tells. */
export interface Where {
  readonly folder: string;
  readonly command: string;
  say(line: string): void;
}

/** Where runs are kept: what is finished is not trained again. */
export const runsOf = ({ folder }: Pick<KeptStudy, 'folder'>): string => path.join(folder, 'runs');

/** One sealed file that is committed. */
export const archiveOf = ({ folder }: KeptStudy, archive: string): string => path.join(folder, `${archive}.jsonl`);

export const sealedFiles = (study: KeptStudy): string[] => study.archives.map((archive) => archiveOf(study, archive)).filter(existsSync);
