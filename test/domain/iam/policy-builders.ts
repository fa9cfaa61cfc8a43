import type { AccessRequest } from '#shared/domain/iam/evaluate.ts';
import { parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import type { NamedPolicy } from '#shared/domain/iam/policy.ts';
import type { Requester } from '#shared/domain/iam/principal.ts';

export interface StatementDocument {
  readonly [element: string]: unknown;
}

export const document = (...statements: StatementDocument[]) => ({ Version: '2012-10-17', Statement: statements });

/** A policy that must be within the supported language. */
export function policy(name: string, ...statements: StatementDocument[]): NamedPolicy {
  const parsed = parsePolicy(document(...statements));
  if (parsed.kind === 'unsupported') throw new Error(JSON.stringify(parsed.problems));
  return { name, policy: parsed.policy };
}

export const allow = (action: string, resource = '*', more: StatementDocument = {}): StatementDocument => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...more,
});
export const deny = (action: string, resource = '*', more: StatementDocument = {}): StatementDocument => ({
  ...allow(action, resource, more),
  Effect: 'Deny',
});

export const roleId = 'AROAORCHESTRATOR23456';
export const orchestratorArn = 'arn:aws:iam::111111111111:role/drawbridge-orchestrator';
export const sessionArn = 'arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/prm-7';

export const orchestrator: Extract<Requester, { kind: 'session' }> = {
  kind: 'session',
  account: '111111111111',
  roleArn: orchestratorArn,
  roleId,
  sessionArn,
  sessionName: 'prm-7',
};

/** A request of the orchestrator for an object in its own account. */
export const request = (changes: Partial<AccessRequest> = {}): AccessRequest => ({
  requester: orchestrator,
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::artifacts/key',
  resourceAccount: '111111111111',
  context: {},
  ...changes,
});
