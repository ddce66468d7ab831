import type { Command, Option } from 'commander';
import { createProgram } from '../../packages/cli/src/program.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** What can be typed, from the program itself: every command with its options and examples. */
export function commandPage(): string {
  const { program } = createProgram();
  return [
    '# The command',
    '`npx espalier COMMAND --help` says the same on the terminal. Exit codes: 0 all well, 1 some run or check failed, 2 wrong usage.',
    ...program.commands.filter((command) => command.name() !== 'help').flatMap(section),
  ].join('\n\n');
}

// --- helpers ---

const section = (command: Command): string[] => [
  `## ${command.name()}`,
  escapeMarkdown(sentence(command.description() || command.summary())),
  `\`\`\`text\nespalier ${command.name()} ${command.usage()}\n\`\`\``,
  ...(command.options.length ? [table(command.options)] : []),
  ...examples(command),
];

const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

const table = (options: readonly Option[]): string =>
  markdownTable(
    ['Option', 'What it does'],
    options.map(({ flags, description, argChoices, defaultValue }) => {
      const notes = [
        ...(argChoices ? [`one of ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`] : []),
        ...(defaultValue === undefined || typeof defaultValue === 'boolean' ? [] : [`default: \`${defaultValue}\``]),
      ];
      return [`\`${flags}\``, `${escapeMarkdown(description)}${notes.length ? ` (${notes.join('; ')})` : ''}`];
    }),
  );

/** What the help has after the options. */
function examples(command: Command): string[] {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  const after = help.slice(help.indexOf('\nExamples:\n'));
  return help.includes('\nExamples:\n') ? [`\`\`\`text\n${after.trim()}\n\`\`\``] : [];
}
