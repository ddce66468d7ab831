import { readComponent, readComponents, readValues } from '@espalier/core/notation';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type ParsedAxis, parseAxis } from './ablation/parse-axis.ts';
import { SWAP_CONTROLS } from './config/swap-controls.ts';
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

  const compare = program
    .command('compare', { isDefault: false })
    .summary('train pruning methods side by side and report')
    .description(
      'Trains every pruner at every sparsity with every seed, then prints the table and writes the report. Finished runs are not trained again; an interrupted one goes on where it was. Flags go before the configuration file.',
    )
    .option(
      '-p, --pruners <pruners>',
      'comma-separated: str,gmp(allocation=erk); "espalier plugins" lists them (default: dense,str,dnw,gmp,global-magnitude)',
      readValues,
    )
    .addHelpText('after', COMPARE_EXAMPLES)
    .action((flags: Record<string, unknown>) =>
      run(async () => (await import('./commands/compare.ts')).compareCommand)(withReport(flags) as never),
    );
  addTrainingOptions(compare);

  const ablate = program
    .command('ablate')
    .summary('vary options of one pruner, one at a time or as a grid, and report')
    .description(
      'Trains one pruner with some of its options varied, at every sparsity with every seed, and writes the tables and figures. Runs are shared with "compare": what is finished is not trained again. Flags go before the configuration file.',
    )
    .option(
      '-a, --axis <axis>',
      'an option of the pruner, the kind of component that it takes, training.<option> or "pruner"; name=value,value,... for some of its values, else all; can be repeated',
      (text, before: readonly ParsedAxis[] = []) => [...before, parseAxis(text)],
    )
    .addOption(new Option('--mode <mode>', 'how axes go together (default: one-at-a-time)').choices(['one-at-a-time', 'grid']))
    .option('-p, --pruner <pruner>', 'what is varied, and compared with: str, or str(granularity=filter) (default: str)', readComponent)
    .option('-n, --name <name>', 'of the study, kebab-case (default: made of pruner, axes, model and data)')
    .addHelpText('after', ABLATE_EXAMPLES)
    .action((flags: Record<string, unknown>) =>
      run(async () => (await import('./commands/ablate.ts')).ablateCommand)(withReport(flags) as never),
    );
  addTrainingOptions(ablate);

  const swap = program
    .command('swap')
    .summary('the budgets of methods under the selections of others, and controls: which of the two makes a method win')
    .description(
      'Trains every method as it is, then every method on the budget of every other, and controls of their masks, at every sparsity with every seed; writes the matrix, what budgets and selections contribute, and the report. Runs are shared with "compare": what is finished is not trained again. Flags go before the configuration file.',
    )
    .option(
      '-p, --pruners <pruners>',
      'comma-separated: str,gmp(every=50); each takes a sparsity and an allocation (default: str,gmp,gmp(allocation=erk),global-magnitude)',
      readValues,
    )
    .option('--controls <names>', `comma-separated, of ${SWAP_CONTROLS.join(', ')} (default: all)`, controls)
    .option('--no-controls', 'the matrix alone')
    .option('-n, --name <name>', 'of the study, kebab-case (default: made of model and data)')
    .addHelpText('after', SWAP_EXAMPLES)
    .action((flags: Record<string, unknown>) =>
      run(async () => (await import('./commands/swap.ts')).swapCommand)(withReport(withControls(flags)) as never),
    );
  addTrainingOptions(swap, { budgets: false });

  const plan = program
    .command('plan')
    .summary('what a comparison would do, before anything is trained')
    .description(
      'Takes what "compare" takes and trains nothing: prints when each method decides what it leaves, how much of which layer, what training and result cost, about how long it takes and how much memory, and warns of what looks like a mistake. Ends with 2 if something can\'t be carried out.',
    )
    .option('-p, --pruners <pruners>', 'comma-separated, as for "compare"', readValues)
    .option('--no-measure', 'time no steps: no estimate of time and memory')
    .option('--calendar', 'every update, not only the first, the last and some between')
    .addHelpText('after', PLAN_EXAMPLES)
    .action((flags: Record<string, unknown>) =>
      run(async () => (await import('./commands/plan.ts')).planCommand)(withReport(flags) as never),
    );
  addTrainingOptions(plan, { report: false });

  program
    .command('report [runs...]')
    .summary('tables and figures of finished runs')
    .description(
      'Prints the table of the runs in a folder or an archive (default: runs), or writes the whole report into a folder with --out. Every number comes from the results that the runs left behind.',
    )
    .addOption(
      new Option('-f, --format <format>', 'format of the table')
        .choices(['terminal', 'markdown', 'csv', 'latex', 'html', 'json'])
        .default('terminal'),
    )
    .option('-o, --out <folder>', 'write tables, figures and index.html here')
    .option('--study <name>', 'the tables of this study, which show what is missing')
    .option('--reference <name>', 'what the others are compared with: a method, or a value of an axis (default: dense, or the base)')
    .option(
      '--copied <file>',
      'numbers that others published, shown beside the runs and marked; can be repeated',
      (file: string, before: readonly string[] = []) => [...before, file],
    )
    .option('--archive <file>', 'write results and studies into one sealed file, compressed if it ends with .gz; reports can be made of it')
    .addHelpText('after', REPORT_EXAMPLES)
    .action((runs: string[], flags) => run(async () => (await import('./commands/report.ts')).reportCommand)(runs, flags));

  program
    .command('cost')
    .summary('what a network costs at a budget, layer by layer')
    .description(
      'Counts weights, multiply-adds and bytes on the shapes of a network; nothing is trained. A budget comes from a file or a finished run, or from an allocation and a sparsity; without one, the network is dense.',
    )
    .requiredOption(
      '-m, --model <model>',
      'resnet50, or mobilenet-v1(width=0.5); "espalier plugins --kind model" lists them',
      readComponent,
    )
    .option('-b, --budget <file>', 'CSV file "layer,sparsity" with fractions, or the folder of a finished run')
    .option('-a, --allocation <allocation>', 'erk, or erk(power=0.5); shares out --sparsity (default: uniform)', readComponent)
    .option('-s, --sparsity <fraction>', 'in [0, 1), of the layers that are pruned', fraction)
    .option('-x, --exclude <layers>', 'comma-separated layers to leave dense; "*" stands for any characters', names)
    .addOption(
      new Option('--convention <name>', 'paper: multiply-adds, as STR; rigl: additions and multiplications, as RigL')
        .choices(['paper', 'rigl'])
        .default('paper'),
    )
    .option('--input <shape>', 'of one example, such as 224x224x3 (default: what the model is known for)', shape)
    .option('--classes <number>', 'default: what the model is known for', positive)
    .option('-c, --config <file>', 'configuration whose plugins can be named')
    .option('--json', 'print JSON, with every digit')
    .addHelpText('after', COST_EXAMPLES)
    .action((flags) => run(async () => (await import('./commands/cost.ts')).costCommand)(flags));

  program
    .command('plugins')
    .summary('every component that can be used, with its options')
    .option('-c, --config <file>', 'configuration whose plugins are listed too')
    .addOption(new Option('-k, --kind <kind>', 'only this kind').choices(KINDS))
    .option('--installed', 'packages with the keyword espalier-plugin that are installed here, listed or not; imports none of them')
    .option('--json', 'print JSON')
    .action((flags) => run(async () => (await import('./commands/plugins.ts')).pluginsCommand)(flags));

  program
    .command('check-threshold-function')
    .argument('<name>', 'sigmoid, or arctan(k=2)', readComponent)
    .summary("whether a threshold function meets the STR paper's conditions, with a plot")
    .description(
      "Measures the four conditions of the STR paper's appendix A.1 on a threshold function g: positive, limits, slope, and slope where training starts. Prints them with g and its slope. Ends with 1 if one fails.",
    )
    .option('-c, --config <file>', 'configuration whose plugins are known too')
    .option('--s-init <number>', 'where training starts (default: the s of a threshold of 0.001, as on an exact budget)', finite)
    .option('--json', 'print conditions and curve as JSON and nothing else')
    .option('-o, --out <file>', 'draw the figure too: a name that ends with .svg or .png')
    .addHelpText('after', CHECK_EXAMPLES)
    .action((g, flags) =>
      run(async () => (await import('./commands/check-threshold-function.ts')).checkThresholdFunctionCommand)(g, flags),
    );

  program
    .command('new')
    .summary('make a package with a component of your own')
    .description(
      'Makes a package with one component, a small one that works, with its contract as a test, types, a build and a configuration that compares it with others. To be changed into what you have in mind.',
    )
    .addArgument(new Argument('<kind>', 'what the component is').choices(KINDS))
    .argument('<name>', 'of the component, kebab-case; the package is called espalier-plugin-<name>')
    .option('-o, --out <folder>', 'of the package (default: the name)')
    .addHelpText('after', NEW_EXAMPLES)
    .action((kind, name, flags) => run(async () => (await import('./commands/new.ts')).newCommand)(kind, name, flags));

  program
    .command('test-plugin <plugins...>')
    .summary('run the contract of its kind on every component of a plugin')
    .description(
      'Loads a plugin (a file, an installed package, or a built-in one such as @espalier/str) and runs on each of its components what every component of its kind must do. Prints what was expected and what came. Ends with 1 if a check fails.',
    )
    .option('--component <names>', 'only these, comma-separated', names)
    .option(
      '--options <components>',
      'what components are made with, comma-separated: l1(lambda=0.1) (default: their defaults)',
      readComponents,
    )
    .option(
      '--on <components>',
      'what components are tried on, comma-separated: my-model(inputShape=[32, 32, 3], classes=100)',
      readComponents,
    )
    .addOption(
      new Option('--engine <name>', 'what computes and trains; an engine also compares compiled steps with eager ones')
        .choices(['cpu', 'native', 'wasm'])
        .default('cpu'),
    )
    .option('-v, --verbose', 'print the checks that pass too')
    .option('--json', 'print JSON and nothing else')
    .addHelpText('after', TEST_PLUGIN_EXAMPLES)
    .action((plugins: string[], flags) =>
      run(async () => (await import('./commands/test-plugin.ts')).testPluginCommand)(plugins, flags as never),
    );

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

/**
 * What every command that trains takes. Budgets in other units than sparsity are left out where there is no place for them; where no report
 * is written, its options are taken all the same, as a command for `compare` has them, and not shown.
 */
function addTrainingOptions(command: Command, { budgets = true, report = true } = {}): void {
  command
    .option('-c, --config <file>', 'configuration; default: espalier.config.{ts,js,mjs,json,yaml} or "espalier" in package.json')
    .option('-s, --sparsity <fractions>', 'comma-separated, each in [0, 1) (default: 0.9)', fractions);
  if (budgets)
    command
      .option(
        '--multiply-adds <fractions>',
        'instead: share of the dense multiply-adds that may be left, comma-separated, in (0, 1]',
        shares,
      )
      .option('--bytes <fractions>', 'or of the dense bytes: 4 for each weight left, and a bit mask', shares);
  command
    .option('--seeds <numbers>', 'comma-separated (default: 0)', integers)
    .option('-m, --model <model>', 'resnet20, or mlp(units=[300, 100]) (default: lenet5)', readComponent)
    .option('-d, --data <data>', 'data set, as fashion-mnist(folder=data/fashion) (default: mnist)', readComponent)
    .option('-e, --epochs <number>', 'epochs (default: 3)', positive)
    .addOption(new Option('--engine <name>', 'engine (default: auto)').choices(['auto', 'native', 'wasm']))
    .option('--threads <number>', 'engine threads of one run; part of its identity (default: 1)', positive)
    .option('-w, --workers <number>', 'runs at once (default: cores / threads)', positive)
    .option('--runs <folder>', 'where runs are kept (default: runs)')
    .addOption(new Option('-r, --report <folder>', 'where the report goes (default: report)').hideHelp(!report))
    .addOption(new Option('--no-report', 'write no report').hideHelp(!report))
    .option('--json', 'print the results as JSON and nothing else');
}

/** `--no-report` makes commander give the option a value that nobody typed. */
const withReport = (flags: Record<string, unknown>) => ({ ...flags, ...(flags.report === true ? { report: undefined } : {}) });

const withControls = (flags: Record<string, unknown>) => ({ ...flags, ...(flags.controls === true ? { controls: undefined } : {}) });

const EXAMPLES = `
Examples:
  $ espalier compare                                   five methods on MNIST at 90 % sparsity
  $ espalier compare -p str,gmp -s 0.9,0.98 --seeds 0,1,2
  $ espalier ablate --axis threshold-function --axis estimator --mode grid
  $ espalier swap -p 'str,gmp,gmp(allocation=erk)' -s 0.95 --seeds 0,1,2
  $ espalier report runs --format markdown
  $ espalier plugins --kind pruner
`;

const COST_EXAMPLES = `
Examples:
  $ espalier cost --model resnet50 --allocation erk --sparsity 0.9
  $ espalier cost --model mobilenet-v1 --sparsity 0.9 --exclude "conv1,dw*" --convention rigl
  $ espalier cost --model resnet50 --budget budget.csv --json
`;

const COMPARE_EXAMPLES = `
Examples:
  $ espalier compare --pruners dense,str --sparsity 0.95
  $ espalier compare --pruners 'str(g=arctan, estimator=leaky(alpha=0.5)),gmp(allocation=erk)' --seeds 0,1,2
  $ espalier compare --pruners str,gmp --multiply-adds 0.1,0.05
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

const REPORT_EXAMPLES = `
Examples:
  $ espalier report runs --format latex > table.tex
  $ espalier report runs --study str-estimator-lenet5-mnist --out report
  $ espalier report runs --study str-estimator-lenet5-mnist --archive study.jsonl.gz
  $ espalier report study.jsonl.gz --reference straight-through
  $ espalier report runs --copied published.json --out report      numbers of others beside the runs
`;

const PLAN_EXAMPLES = `
Examples:
  $ espalier plan                                             of the configuration here
  $ espalier plan --pruners 'str,gmp(allocation=erk)' --sparsity 0.9,0.99 --seeds 0,1,2
  $ espalier plan --pruners gmp --epochs 1 --calendar --no-measure
`;

const ABLATE_EXAMPLES = `
Examples:
  $ espalier ablate --axis estimator                          every estimator, with all else as in str
  $ espalier ablate --axis threshold-function --axis estimator --mode grid --seeds 0,1,2
  $ espalier ablate --axis 'estimator=subgradient,straight-through' --axis granularity --sparsity 0.9,0.95
  $ espalier ablate --pruner 'gmp(every=50)' --axis allocation --axis 'schedule=cubic,linear(end=0.7)'
  $ espalier ablate --axis training.learningRate=0.02,0.05,0.1

In a configuration (espalier.config.ts):
  export default defineConfig({
    sparsity: [0.9, 0.95],
    seeds: [0, 1, 2],
    ablation: { pruner: 'str', axes: { g: 'all', estimator: ['subgradient', 'straight-through'] }, mode: 'grid' },
  });
`;

const SWAP_EXAMPLES = `
Examples:
  $ espalier swap --sparsity 0.95 --seeds 0,1,2
  $ espalier swap --pruners 'str,gmp,gmp(allocation=erk),global-magnitude' --controls rewound,layer-shuffled
  $ espalier swap --pruners 'str,dnw,random' --no-controls --name which-budget

In a configuration (espalier.config.ts):
  export default defineConfig({
    sparsity: 0.95,
    seeds: [0, 1, 2],
    swap: { pruners: ['str', 'gmp', { use: 'gmp', allocation: 'erk' }], controls: ['rewound', 'layer-shuffled'] },
  });
`;

const CHECK_EXAMPLES = `
Examples:
  $ espalier check-threshold-function sigmoid
  $ espalier check-threshold-function 'arctan(k=2)' --s-init -3200 --out arctan.svg
`;

const NEW_EXAMPLES = `
Examples:
  $ espalier new pruner my-pruner
  $ espalier new threshold-function my-g --out plugins/my-g
`;

const TEST_PLUGIN_EXAMPLES = `
Examples:
  $ espalier test-plugin ./my-pruner.ts
  $ espalier test-plugin espalier-plugin-acme --component acme-score --verbose
  $ espalier test-plugin @espalier/str --engine native
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

function controls(text: string): string[] {
  const given = names(text);
  const unknown = given.find((name) => !SWAP_CONTROLS.some((control) => control === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no control "${unknown}". Controls: ${SWAP_CONTROLS.join(', ')}.`);
  return given;
}

const numbers = (text: string, check: (n: number) => boolean, what: string): number[] =>
  names(text).map((part) => {
    const n = Number(part);
    if (!Number.isFinite(n) || !check(n)) throw new InvalidArgumentError(`"${part}" is not ${what}.`);
    return n;
  });

const FRACTION = 'a fraction in [0, 1): write 0.9 for 90 %';
const isFraction = (n: number) => n >= 0 && n < 1;
const fractions = (text: string) => numbers(text, isFraction, FRACTION);
const shares = (text: string) => numbers(text, (n) => n > 0 && n <= 1, 'a fraction in (0, 1]: write 0.1 for 10 %');
/** Reads the one number that an option takes, where another takes a list of them. */
const one =
  (check: (n: number) => boolean, what: string) =>
  (text: string): number => {
    const [first, ...more] = numbers(text, check, what);
    if (first === undefined || more.length) throw new InvalidArgumentError(`"${text}" is not ${what}.`);
    return first;
  };
const fraction = one(isFraction, FRACTION);
const shape = (text: string): number[] => {
  if (!/^\d+(x\d+)*$/.test(text) || /(^|x)0/.test(text)) throw new InvalidArgumentError(`"${text}" is not a shape: write 224x224x3.`);
  return text.split('x').map(Number);
};
const integers = (text: string) => numbers(text, Number.isInteger, 'a whole number');
const positive = one((n) => Number.isInteger(n) && n > 0, 'a whole number from 1 on');
const finite = one(() => true, 'a number');
