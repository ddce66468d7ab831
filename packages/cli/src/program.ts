import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { KINDS } from './kinds.ts';
import { version } from './version.ts';

const USAGE = 2;

/** The command line: what can be typed, with help that teaches. Nothing heavy is loaded before a command needs it. */
export function createProgram(): { readonly program: Command; run(args: readonly string[]): Promise<number> } {
  let exitCode = 0;
  /** Loads a command only when it is called. */
  const run =
    <Args extends unknown[]>(load: () => Promise<(...args: Args) => Promise<number>>) =>
    async (...args: Args) => {
      exitCode = await (await load())(...args);
    };

  const program = new Command('espalier')
    .description('Compare neural-network pruning methods: one command trains them side by side and writes the tables and figures.')
    .version(version)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => {} }) // run() shows every error in one way
    .addHelpText('after', EXAMPLES);

  program
    .command('compare', { isDefault: false })
    .summary('train pruning methods side by side and report')
    .description(
      'Trains every pruner at every sparsity with every seed, then prints the table and writes the report. Finished runs are not trained again; an interrupted one goes on where it was. Flags go before the configuration file.',
    )
    .option('-c, --config <file>', 'configuration; default: espalier.config.{ts,js,mjs,json,yaml} or "espalier" in package.json')
    .option('-p, --pruners <names>', 'comma-separated; "espalier plugins" lists them (default: dense,str,dnw,gmp,global-magnitude)', names)
    .option('-s, --sparsity <fractions>', 'comma-separated, each in [0, 1) (default: 0.9)', fractions)
    .option('--seeds <numbers>', 'comma-separated (default: 0)', integers)
    .option('-m, --model <name>', 'model (default: lenet5)')
    .option('-d, --data <name>', 'data set (default: mnist)')
    .option('-e, --epochs <number>', 'epochs (default: 3)', positive)
    .addOption(new Option('--engine <name>', 'engine (default: auto)').choices(['auto', 'native', 'wasm']))
    .option('--threads <number>', 'engine threads of one run; part of its identity (default: 1)', positive)
    .option('-w, --workers <number>', 'runs at once (default: cores / threads)', positive)
    .option('--runs <folder>', 'where runs are kept (default: runs)')
    .option('-r, --report <folder>', 'where the report goes (default: report)')
    .option('--no-report', 'write no report')
    .option('--json', 'print the results as JSON and nothing else')
    .addHelpText('after', COMPARE_EXAMPLES)
    .action((flags: Record<string, unknown>) =>
      run(async () => (await import('./commands/compare.ts')).compareCommand)({
        ...flags,
        ...(flags.report === true ? { report: undefined } : {}),
      } as never),
    );

  program
    .command('report [runs...]')
    .summary('tables and figures of finished runs')
    .description('Prints the table of the runs in a folder (default: runs), or writes the whole report into one with --out.')
    .addOption(
      new Option('-f, --format <format>', 'format of the table')
        .choices(['terminal', 'markdown', 'csv', 'html', 'json'])
        .default('terminal'),
    )
    .option('-o, --out <folder>', 'write tables, figures and index.html here')
    .action((runs: string[], flags) => run(async () => (await import('./commands/report.ts')).reportCommand)(runs, flags));

  program
    .command('plugins')
    .summary('every component that can be used, with its options')
    .option('-c, --config <file>', 'configuration whose plugins are listed too')
    .addOption(new Option('-k, --kind <kind>', 'only this kind').choices(KINDS))
    .option('--json', 'print JSON')
    .action((flags) => run(async () => (await import('./commands/plugins.ts')).pluginsCommand)(flags));

  program
    .command('doctor')
    .summary('which engine runs here, and what to do if the fast one is missing')
    .option('--prepare', 'install the native engine first')
    .option('--json', 'print JSON')
    .action((flags) => run(async () => (await import('./commands/doctor.ts')).doctorCommand)(flags));

  return {
    program,
    async run(args) {
      try {
        await program.parseAsync([...args], { from: 'user' });
        return exitCode;
      } catch (error) {
        if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')) return error.exitCode && USAGE;
        const { reportError } = await import('./output.ts');
        reportError(error instanceof CommanderError ? await describeUsage(error, program, args) : error);
        return USAGE;
      }
    },
  };
}

// --- helpers ---

const EXAMPLES = `
Examples:
  $ espalier compare                                   five methods on MNIST at 90 % sparsity
  $ espalier compare -p str,gmp -s 0.9,0.98 --seeds 0,1,2
  $ espalier report runs --format markdown
  $ espalier plugins --kind pruner
`;

const COMPARE_EXAMPLES = `
Examples:
  $ espalier compare --pruners dense,str --sparsity 0.95
  $ espalier compare --config ablation.config.ts --json > results.json

A configuration (espalier.config.ts):
  import { defineConfig } from 'espalier';
  export default defineConfig({
    plugins: ['./my-pruner.ts'],
    pruners: ['dense', 'my-pruner', { use: 'gmp', allocation: 'erk' }],
    sparsity: [0.9, 0.95],
    training: { epochs: 5 },
  });
`;

/** What commander says, with a code and what could be typed instead. */
async function describeUsage(error: CommanderError, program: Command, args: readonly string[]): Promise<Error> {
  const { usageInvalid } = await import('./errors.ts');
  const problem = error.message.replace(/^error: /, '');
  if (error.code === 'commander.invalidArgument') return usageInvalid(problem);
  const command = program.commands.find((one) => one.name() === args[0]);
  const allowed = command
    ? `Options of ${command.name()}: ${command.options.map((option) => option.long).join(', ')}`
    : `Commands: ${program.commands.map((one) => one.name()).join(', ')}`;
  return usageInvalid(problem, allowed);
}

const names = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

const numbers = (text: string, check: (n: number) => boolean, what: string): number[] =>
  names(text).map((part) => {
    const n = Number(part);
    if (!Number.isFinite(n) || !check(n)) throw new InvalidArgumentError(`"${part}" is not ${what}.`);
    return n;
  });

const fractions = (text: string) => numbers(text, (n) => n >= 0 && n < 1, 'a fraction in [0, 1): write 0.9 for 90 %');
const integers = (text: string) => numbers(text, Number.isInteger, 'a whole number');
const positive = (text: string) => numbers(text, (n) => Number.isInteger(n) && n > 0, 'a whole number from 1 on')[0] as number;
