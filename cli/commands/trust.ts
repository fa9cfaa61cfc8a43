/** `drawbridge trust`: who can assume which role and why, and what AWS denied. */
import { Argument } from 'commander';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { CliCommand, Invocation, Outcome } from '../command.ts';
import { withConnection } from '../connection.ts';
import { checkFile, checkTarget } from '../trust-check.ts';
import { decode } from '../trust-decode.ts';

export const trust: CliCommand = {
  name: 'trust',
  declare: (command) =>
    withConnection(command)
      .summary('check who can assume a role, or decode what AWS denied')
      .description(
        'check says who can assume each role and why, and what is wrong with it: of a trust policy, a CloudFormation template or the output of ' +
          '`aws iam get-role` without contacting anything, or with --target of the roles of a target as they are now. Exit code 3 when a finding is an error. ' +
          'decode says who was denied what by an encoded authorization message. The answer is shown to you alone; that you asked is recorded.',
      )
      .addArgument(new Argument('<action>', 'what to do').choices(['check', 'decode']))
      .argument(
        '[subject]',
        'check: a JSON or YAML file; decode: the message or the error around it, - for standard input',
      )
      .option('--target <name>', 'check: the roles of this target; decode: where the call was denied')
      .option('--promotion <id>', 'decode: the message for which this promotion failed in the target')
      .option('--orchestrator <arn>', 'the one role that may be trusted; otherwise any called drawbridge-orchestrator')
      .option('--parameter <key=value...>', 'value of a template parameter')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge trust check accounts/account.yml\n' +
          '  aws iam get-role --role-name drawbridge-deploy > role.json && drawbridge trust check role.json\n' +
          '  drawbridge trust check --target production --sandbox\n' +
          '  drawbridge trust decode --target production --promotion prm-0123456789abcdef\n' +
          '  cat error.txt | drawbridge trust decode --target production -',
      ),
  run: async ({ args: [action, subject], options }) => (action === 'check' ? check : decoding)(subject, options),
};

async function check(file: string | undefined, options: Invocation['options']): Promise<Outcome> {
  refuse(options, ['promotion']);
  const target = options['target'] as string | undefined;
  if ((file === undefined) === (target === undefined)) {
    const detail = file === undefined ? 'Nothing to check is named.' : 'A file and a target are two things.';
    throw failure('USAGE', { detail, hint: 'Give either a file or --target.' });
  }
  if (target === undefined) return checkFile(`${file}`, options);
  refuse(options, ['orchestrator', 'parameter']);
  return checkTarget(target, options);
}

async function decoding(message: string | undefined, options: Invocation['options']): Promise<Outcome> {
  refuse(options, ['orchestrator', 'parameter']);
  const { target, promotion } = options as { target?: string; promotion?: string };
  if (target === undefined)
    throw failure('USAGE', {
      detail: 'Where the call was denied is not known.',
      hint: 'Name the target with --target.',
    });
  return decode({ target, promotion, message }, options);
}

/** What has no meaning here is refused, not ignored. */
function refuse(options: Invocation['options'], names: readonly string[]): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw failure('USAGE', { detail: `--${given} does not go with this.`, hint: 'See `drawbridge trust --help`.' });
}
