/** Runs one command line: parses it, calls the command, prints its outcome, answers the exit code. */
import { Command, CommanderError, Option } from 'commander';
import { DrawbridgeError, failure, problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import type { CliCommand, Outcome, OutputFormat, Terminal } from './command.ts';
import { commands } from './commands.ts';
import { defaultPerson, optionWords } from './connection.ts';
import { printOutcome } from './print-outcome.ts';
import { withCommands } from './printed-command.ts';

/** `args` without the program's own name. Never throws and never ends the process. */
export async function runCli(
  args: readonly string[],
  terminal: Terminal,
  available: readonly CliCommand[] = commands,
): Promise<number> {
  let exit = 0;
  // By which other commands work in the same place; none is known before the words are understood.
  let place = '';
  const finish = (outcome: Outcome, format: OutputFormat) => {
    exit = printOutcome(runnable(outcome, place), format, terminal);
  };
  const program = programOf(terminal);
  for (const command of available) {
    attach(program, command).action(async () => {
      const parsed = program.commands.find((candidate) => candidate.name() === command.name) as Command;
      const options = parsed.optsWithGlobals();
      place = optionWords(command.sandboxed ? { ...options, sandbox: true, as: defaultPerson } : options);
      checkFormat(command, options['output']);
      finish(await command.run({ args: parsed.processedArgs, options, terminal }), options['output']);
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError && error.exitCode === 0)) {
      finish({ kind: 'problems', problems: [problemOf(error, commandIn(args, available))] }, wantedFormat(args));
    }
  }
  return exit;
}

function programOf(terminal: Terminal): Command {
  return new Command('drawbridge')
    .description('Promotes CloudFormation releases from account to account.')
    .addOption(outputOption())
    .addHelpText('after', '\nHere drawbridge stands for `npm run -s drawbridge --`.')
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.progress(text.trimEnd()),
      // Usage errors are printed like every other problem.
      outputError: () => undefined,
    })
    .exitOverride();
}

function outputOption(): Option {
  return new Option('--output <format>', 'how to print the result; markdown and html for plans only')
    .choices(['text', 'json', 'markdown', 'html'])
    .default('text');
}

/** Throws USAGE for a form that the command does not have. */
function checkFormat({ name, formats = [] }: CliCommand, format: OutputFormat): void {
  const known = ['text', 'json', ...formats];
  if (known.includes(format)) return;
  throw failure('USAGE', { detail: `${name} has no output ${format}.`, hint: `Choose one of ${known.join(', ')}.` });
}

// Commands made by `command()` inherit the output and exit settings of the program.
function attach(program: Command, command: CliCommand): Command {
  return command.declare(program.command(command.name)).allowExcessArguments(false);
}

/** Problems as somebody can act on them: the commands they name can be run as they are printed. */
function runnable(outcome: Outcome, place: string): Outcome {
  if (outcome.kind !== 'problems') return outcome;
  const problems = outcome.problems.map((one) => ({ ...one, next: withCommands(one.next, place) }));
  return { kind: 'problems', problems };
}

/** Which command was meant, as far as the words say so. */
function commandIn(args: readonly string[], available: readonly CliCommand[]): string | undefined {
  return args.find((word) => available.some(({ name }) => name === word));
}

function problemOf(error: unknown, command: string | undefined): Problem {
  if (error instanceof DrawbridgeError) return error.problem;
  if (error instanceof CommanderError) return usageProblem(error, command);
  return problem('UNEXPECTED', { detail: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

/** Commander writes `error: unknown command 'x'` and, on a second line, `(Did you mean y?)`. */
function usageProblem(error: CommanderError, command: string | undefined): Problem {
  if (error.code === 'commander.help') {
    return problem('USAGE', { detail: 'No command is given.', hint: 'Name one of the commands above.' });
  }
  const [first = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const detail = `${first.charAt(0).toUpperCase()}${first.slice(1)}.`;
  const help = `See \`drawbridge ${command === undefined ? '' : `${command} `}--help\`.`;
  return problem('USAGE', { detail, hint: [hint.replace(/^\((.*)\)$/, '$1'), help].filter(Boolean).join(' ') });
}

/** Read from the raw words, since the parser gave up on them. */
function wantedFormat(args: readonly string[]): OutputFormat {
  const json = args.some(
    (word, index) => word === '--output=json' || (word === 'json' && args[index - 1] === '--output'),
  );
  return json ? 'json' : 'text';
}
