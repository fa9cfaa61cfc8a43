/** The gate as a test writes it. */
import type { GateContext, GateFinding, GateSource } from '#shared/domain/gate/finding.ts';
import { gateTemplate } from '#shared/domain/gate/gate-template.ts';
import { readSource } from '#shared/domain/template/source.ts';
import { isObject, type JsonObject } from '#shared/domain/template/template.ts';

export const own = (resource: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${resource}` });
export const boundary = own('policy/drawbridge/drawbridge-boundary');
const lambdaTrust = {
  Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
};

/** A role that the gate has nothing against, but for the properties that are given. */
export function role(properties: object = {}) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: { PermissionsBoundary: boundary, AssumeRolePolicyDocument: lambdaTrust, ...properties },
  };
}

export function findingsOf(
  template: object,
  context: Partial<GateContext> = {},
  nested?: GateSource['nested'],
): GateFinding[] {
  const source = { template: template as JsonObject, ...(nested && { nested }) };
  return gateTemplate(source, { transforms: [], ...context });
}

/** `CODE resource`, sorted by nothing: the order of the template. */
export function namesOf(...parts: Parameters<typeof findingsOf>): string[] {
  return findingsOf(...parts).map(({ code, resource }) => `${code} ${resource ?? '-'}`);
}

/** What is said about a template with one resource called `It`. */
export function saidOf(resource: unknown, context: Partial<GateContext> = {}, others: object = {}): string[] {
  return findingsOf({ Resources: { It: resource, ...others } }, context).map(({ what }) => what);
}

export function sourceOf(text: string): GateSource {
  const source = readSource(text);
  if (source.kind === 'malformed' || !isObject(source.data)) throw new Error('not a template');
  return { template: source.data, positionOf: source.positionOf };
}
