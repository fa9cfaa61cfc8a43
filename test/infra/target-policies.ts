/** The documents of accounts/account.yml, ready for the policy evaluator. */
import { parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import type { PolicyUse } from '#shared/domain/iam/parse-statement.ts';
import type { NamedPolicy } from '#shared/domain/iam/policy.ts';
import type { Requester } from '#shared/domain/iam/principal.ts';
import type { Json } from '#shared/domain/template/template.ts';
import { orchestratorRole, policiesOf, read, target } from './shipped.ts';

export const account = read('accounts/account.yml');
export const targetAccount = '222222222222';
export const executionRole = `arn:aws:iam::${targetAccount}:role/drawbridge/drawbridge-execution`;
export const administrator = `arn:aws:iam::${targetAccount}:role/Administrator`;

export function parsed(name: string, document: Json | undefined, use: PolicyUse): NamedPolicy {
  const policy = parsePolicy(document, use);
  if (policy.kind === 'unsupported') throw new Error(`${name}: ${JSON.stringify(policy.problems)}`);
  return { name, policy: policy.policy };
}

export function policiesIn(logicalId: string, use: 'trust' | 'identity'): NamedPolicy[] {
  return policiesOf(account, target)
    .filter((policy) => policy.logicalId === logicalId && policy.use === use)
    .map(({ name, document }) => parsed(name, document, use));
}

export const anything = [
  parsed(
    'anything',
    { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    'identity',
  ),
];

export function sessionOf(roleArn: string): Requester {
  const sessionName = 'prm-1-plan';
  const [, , , , roleAccount = ''] = roleArn.split(':');
  const sessionArn = `arn:aws:sts::${roleAccount}:assumed-role/${roleArn.split('/').at(-1)}/${sessionName}`;
  return { kind: 'session', account: roleAccount, roleArn, roleId: 'AROAEXAMPLEEXAMPLE001', sessionArn, sessionName };
}

export const orchestrator = sessionOf(orchestratorRole);
