import { inspectEngine, prepareNative, renderEngineReport } from '@espalier/engine';
import { EXIT } from '../output.ts';
import { version } from '../version.ts';

export interface DoctorFlags {
  readonly prepare?: boolean;
  readonly json?: boolean;
}

/** Says which engine runs here and what to do if the native one is missing; with `prepare`, installs it first. */
export async function doctorCommand({ prepare = false, json = false }: DoctorFlags): Promise<number> {
  if (prepare) await prepareNative({ log: (line) => process.stderr.write(`${line}\n`), verify: true });
  const report = await inspectEngine();
  process.stdout.write(
    json ? `${JSON.stringify({ espalier: version, ...report }, null, 2)}\n` : `Espalier ${version}\n${renderEngineReport(report)}\n`,
  );
  return EXIT.done;
}
