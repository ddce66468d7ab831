import path from 'node:path';
import { TARGET_UNITS } from '@espalier/core';
import type { Config } from '../config/config.ts';
import type { LoadedConfig } from '../config/load-config.ts';

/** What every command that trains takes. */
export interface TrainingFlags {
  readonly config?: string;
  readonly sparsity?: readonly number[];
  readonly multiplyAdds?: readonly number[];
  readonly bytes?: readonly number[];
  readonly seeds?: readonly number[];
  readonly model?: string;
  readonly data?: string;
  readonly epochs?: number;
  readonly engine?: NonNullable<Config['engine']>;
  readonly threads?: number;
  readonly workers?: number;
  readonly runs?: string;
  readonly report?: string | false;
  readonly json?: boolean;
}

/** The configuration with the flags going before it; folders absolute, since those of flags start elsewhere than those of the file. */
export function configFromFlags({ config, folder }: LoadedConfig, { epochs, ...flags }: Omit<TrainingFlags, 'config' | 'json'>): Config {
  const here = process.cwd();
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as Config;
  const training = epochs === undefined ? {} : { training: { ...config.training, epochs } };
  const { runs, report } = given;
  return {
    ...(TARGET_UNITS.some((unit) => given[unit] !== undefined) ? withoutTargets(config) : config),
    ...given,
    ...training,
    runs: runs === undefined ? path.resolve(folder, config.runs ?? 'runs') : path.resolve(here, runs),
    report: report === undefined ? reportOf(config, folder) : report && path.resolve(here, report),
  };
}

// --- helpers ---

/** A target on the command line takes the place of all in the configuration. */
const withoutTargets = ({ sparsity, multiplyAdds, bytes, ...rest }: Config): Config => rest;

const reportOf = ({ report = 'report' }: Config, folder: string): string | false => report && path.resolve(folder, report);
