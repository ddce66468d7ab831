/** What is imported, and the file that it comes from. */
export const ENTRY_POINTS: Readonly<Record<string, string>> = {
  '@espalier/core': 'packages/core/src/index.ts',
  '@espalier/core/notation': 'packages/core/src/notation.ts',
  '@espalier/core/results': 'packages/core/src/results.ts',
  '@espalier/core/testing': 'packages/core/src/testing/index.ts',
  '@espalier/str': 'packages/str/src/index.ts',
  '@espalier/baselines': 'packages/baselines/src/index.ts',
  '@espalier/zoo': 'packages/zoo/src/index.ts',
  '@espalier/engine': 'packages/engine/src/index.ts',
  '@espalier/reports': 'packages/reports/src/index.ts',
  espalier: 'packages/cli/src/index.ts',
};

/** The page of an entry point in the API reference, without its ending. */
export const apiPage = (entryPoint: string): string => entryPoint.replaceAll('/', '.');
