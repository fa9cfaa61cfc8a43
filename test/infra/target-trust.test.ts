/** Who may assume the roles of a target account, decided by the policy evaluator from the very documents that are shipped. */
import { describe, expect, it } from 'vitest';
import { evaluateAssumeRole } from '#shared/domain/iam/assume-role.ts';
import { evaluate } from '#shared/domain/iam/evaluate.ts';
import type { Requester } from '#shared/domain/iam/principal.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { resolveProperties } from './intrinsics.ts';
import { orchestratorRole, target } from './shipped.ts';
import {
  account,
  administrator,
  anything,
  executionRole,
  orchestrator,
  parsed,
  policiesIn,
  sessionOf,
  targetAccount,
} from './target-policies.ts';

describe('the trust of preview, deploy and audit', () => {
  const asked: Record<string, string | readonly string[]> = {
    'sts:ExternalId': 'f3b1c0de',
    'sts:SourceIdentity': 'prm-1',
    'aws:RequestTag/drawbridge:promotion': 'prm-1',
    'aws:RequestTag/drawbridge:environment': 'production',
    'aws:TagKeys': ['drawbridge:promotion', 'drawbridge:environment'],
  };
  const without = (...keys: string[]) =>
    Object.fromEntries(Object.entries(asked).filter(([key]) => !keys.includes(key)));

  function assume(role: string, context: RequestContext, requester: Requester = orchestrator) {
    const [trust] = policiesIn(role, 'trust');
    const request = {
      requester,
      resource: `arn:aws:iam::${targetAccount}:role/x`,
      resourceAccount: targetAccount,
      context,
    };
    const decisions = evaluateAssumeRole(request, { identity: anything, trust: trust! });
    return decisions.every(({ decision }) => decision.kind === 'allowed') ? 'allowed' : 'denied';
  }

  describe.each(['PreviewRole', 'DeployRole', 'AuditRole'])('%s', (role) => {
    it('admits the orchestrator role with external id, source identity and both tags', () => {
      expect(assume(role, asked)).toBe('allowed');
    });

    it.each<[string, RequestContext]>([
      ['no external id', without('sts:ExternalId')],
      ['another external id', { ...asked, 'sts:ExternalId': 'other' }],
      ['a wildcard for an external id', { ...asked, 'sts:ExternalId': '*' }],
      ['no source identity', without('sts:SourceIdentity')],
      ['a source identity that is no promotion', { ...asked, 'sts:SourceIdentity': 'someone' }],
      [
        'no tags',
        without('aws:RequestTag/drawbridge:promotion', 'aws:RequestTag/drawbridge:environment', 'aws:TagKeys'),
      ],
      ['no promotion tag', without('aws:RequestTag/drawbridge:promotion')],
      ['no environment tag', without('aws:RequestTag/drawbridge:environment')],
      ['an empty tag', { ...asked, 'aws:RequestTag/drawbridge:promotion': '' }],
      ['a third tag', { ...asked, 'aws:TagKeys': ['drawbridge:promotion', 'drawbridge:environment', 'team'] }],
    ])('refuses %s', (_, context) => {
      expect(assume(role, context)).toBe('denied');
    });

    it.each([
      ['another role of the orchestrator account', 'arn:aws:iam::111111111111:role/drawbridge-api'],
      ['the same role under a path', 'arn:aws:iam::111111111111:role/drawbridge/drawbridge-orchestrator'],
      ['a role of that name in another account', 'arn:aws:iam::444444444444:role/drawbridge-orchestrator'],
      ['an administrator of the target account itself', administrator],
      ['the execution role', executionRole],
    ])('refuses %s', (_, roleArn) => {
      expect(assume(role, asked, sessionOf(roleArn))).toBe('denied');
    });

    it('names one principal in three statements, and lasts an hour at most', () => {
      const { AssumeRolePolicyDocument, MaxSessionDuration } = resolveProperties(account, role, target) as never;
      const { Statement } = AssumeRolePolicyDocument as { Statement: { Action: string; Principal: unknown }[] };
      expect(Statement.map(({ Action }) => Action)).toEqual([
        'sts:AssumeRole',
        'sts:SetSourceIdentity',
        'sts:TagSession',
      ]);
      for (const { Principal } of Statement) expect(Principal).toEqual({ AWS: orchestratorRole });
      expect(MaxSessionDuration).toBe(3600);
    });
  });

  it.each([
    ['PreviewRole', 'denied'],
    ['DeployRole', 'denied'],
    ['AuditRole', 'allowed'],
  ])('%s: a person as source identity is %s', (role, expected) => {
    expect(assume(role, { ...asked, 'sts:SourceIdentity': 'usr-alice' })).toBe(expected);
  });

  it.each([
    ['the right organization', { 'aws:PrincipalOrgID': 'o-drawbridge' }, 'allowed'],
    ['another organization', { 'aws:PrincipalOrgID': 'o-other00000' }, 'denied'],
    ['no organization', {}, 'denied'],
  ])('with an organization given, a caller in %s is judged by it', (_, membership, expected) => {
    const properties = resolveProperties(account, 'PreviewRole', { ...target, OrganizationId: 'o-drawbridge' });
    const trust = parsed('trust', properties['AssumeRolePolicyDocument'], 'trust');
    const request = {
      requester: orchestrator,
      action: 'sts:AssumeRole',
      resource: `arn:aws:iam::${targetAccount}:role/drawbridge/drawbridge-preview`,
      resourceAccount: targetAccount,
      context: { ...asked, ...membership },
    };
    const decision = evaluate(request, { identity: anything, trust });
    expect(decision).toMatchObject({ kind: expected });
  });
});
