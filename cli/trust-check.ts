/** `drawbridge trust check`: the trust linter on a file, or on the roles of a target as they are. */
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { lintDocument } from '#shared/domain/trust/lint-document.ts';
import { readTargetTrust } from './client/trust.ts';
import type { Invocation, Outcome } from './command.ts';
import { connect } from './connection.ts';
import { readText } from './read-text.ts';
import { trustReport } from './trust-report.ts';

/** Checks a file. Contacts nothing. */
export async function checkFile(file: string, options: Invocation['options']): Promise<Outcome> {
  const given = parametersIn((options['parameter'] ?? []) as string[]);
  if (given.kind === 'invalid') return { kind: 'problems', problems: [given.problem] };
  const read = await readText(file);
  if (read.kind === 'unreadable') return { kind: 'problems', problems: [read.problem] };
  const orchestrator = options['orchestrator'] as string | undefined;
  const { parameters } = given;
  return checked(file, read.text, { parameters, ...(orchestrator === undefined ? {} : { orchestrator }) });
}

/** Lets the orchestrator check the live roles of a target. */
export async function checkTarget(name: string, options: Invocation['options']): Promise<Outcome> {
  const connection = await connect(options);
  try {
    const { roles, ...about } = await readTargetTrust(connection.api, name);
    const title = `${about.target} ${about.account}/${about.region}, trusted may be ${about.orchestrator}`;
    return trustReport({ title, json: { simulated: connection.simulated, ...about } }, roles);
  } finally {
    await connection.close();
  }
}

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
  const located = linted.roles.map((role) => ({
    ...role,
    findings: role.findings.map((finding) => ({ ...finding, place: { file, ...finding.place } })),
  }));
  return trustReport({ json: { file } }, located);
}
