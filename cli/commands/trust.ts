/** `drawbridge trust check`: who can assume which role, why, and what is wrong with it. Contacts nothing. */
import { Argument } from 'commander';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { lintDocument } from '#shared/domain/trust/lint-document.ts';
import type { CliCommand, Outcome } from '../command.ts';
import { readText } from '../read-text.ts';
import { trustReport } from '../trust-report.ts';

export const trust: CliCommand = {
  name: 'trust',
  declare: (command) =>
    command
      .summary('check who can assume a role')
      .description(
        'Says who can assume each role and why, and what is wrong with it. FILE is a trust policy, a CloudFormation template, or the output of `aws iam get-role`. Exit code 3 when a finding is an error.',
      )
      .addArgument(new Argument('<action>', 'what to do').choices(['check']))
      .argument('<file>', 'JSON or YAML file')
      .option('--orchestrator <arn>', 'the one role that may be trusted; otherwise any called drawbridge-orchestrator')
      .option('--parameter <key=value...>', 'value of a template parameter')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge trust check accounts/account.yml\n  aws iam get-role --role-name drawbridge-deploy > role.json && drawbridge trust check role.json',
      ),
  run: async ({ args: [, file = ''], options }) => {
    const given = parametersIn((options['parameter'] ?? []) as string[]);
    if (given.kind === 'invalid') return { kind: 'problems', problems: [given.problem] };
    const read = await readText(file);
    if (read.kind === 'unreadable') return { kind: 'problems', problems: [read.problem] };
    const orchestrator = options['orchestrator'] as string | undefined;
    const { parameters } = given;
    return checked(file, read.text, { parameters, ...(orchestrator === undefined ? {} : { orchestrator }) });
  },
};

type Given =
  | { readonly kind: 'given'; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'invalid'; readonly problem: Problem };

function parametersIn(words: readonly string[]): Given {
  const wrong = words.find((word) => word.indexOf('=') < 1);
  if (wrong === undefined) {
    const pairs = words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
    return { kind: 'given', parameters: Object.fromEntries(pairs) };
  }
  const hint = 'Write it as --parameter OrchestratorRoleArn=arn:aws:iam::111111111111:role/drawbridge-orchestrator.';
  return { kind: 'invalid', problem: problem('USAGE', { detail: `${wrong} is not KEY=VALUE.`, hint }) };
}

function checked(file: string, text: string, options: Parameters<typeof lintDocument>[1]): Outcome {
  const linted = lintDocument(text, options);
  if (linted.kind === 'unusable') {
    return { kind: 'problems', problems: [{ ...linted.problem, place: { file, ...linted.problem.place } }] };
  }
  return trustReport(file, linted.roles);
}
