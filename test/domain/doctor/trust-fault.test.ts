import { describe, expect, it } from 'vitest';
import type { Orchestrator } from '#shared/domain/doctor/facts.ts';
import { trustFault } from '#shared/domain/doctor/trust-fault.ts';
import { target as values } from '#test/infra/shipped.ts';
import { healthy, liveRole, target } from './healthy.ts';

const facts = healthy();
const orchestrator = (facts.orchestrator as { value: Orchestrator }).value;
const role = liveRole('deploy');
type Trust = { Version: string; Statement: Record<string, unknown>[] };
const changed = (change: (trust: Trust) => void) => {
  const trust = JSON.parse(role.trust) as Trust;
  change(trust);
  return trustFault({ ...role, trust: JSON.stringify(trust) }, facts, orchestrator);
};
const inAll = (text: string, by: string) =>
  trustFault({ ...role, trust: role.trust.replaceAll(text, by) }, facts, orchestrator);

describe('the shipped trust policies let us in', () => {
  it.each(['preview', 'deploy', 'audit'] as const)('%s', (name) => {
    expect(trustFault(liveRole(name), facts, orchestrator)).toBeUndefined();
  });

  it('within an organization, which nobody told us', () => {
    const inOrganization = liveRole('deploy', { ...values, OrganizationId: 'o-drawbridge' });
    expect(inOrganization.trust).toContain('o-drawbridge');
    expect(trustFault(inOrganization, facts, orchestrator)).toBeUndefined();
  });

  it('also where the principal is the role’s unique id', () => {
    expect(inAll('arn:aws:iam::111111111111:role/drawbridge-orchestrator', orchestrator.roleId)).toBeUndefined();
  });
});

describe('what keeps us out', () => {
  const principal = 'arn:aws:iam::111111111111:role/drawbridge-orchestrator';
  it.each<[string, string | undefined, string]>([
    [
      'another principal',
      inAll(principal, 'arn:aws:iam::111111111111:role/other'),
      'sts:AssumeRole: its trust policy names arn:aws:iam::111111111111:role/other instead of the orchestrator role',
    ],
    [
      'a role that was deleted',
      inAll(principal, 'AROADELETEDDELETED001'),
      'sts:AssumeRole: its trust policy names AROADELETEDDELETED001 (a role that was deleted) instead of the orchestrator role',
    ],
    [
      'another ExternalId',
      inAll(target.externalId, 'another'),
      'sts:AssumeRole: its trust policy asks for another sts:ExternalId',
    ],
    [
      'another source identity and a tag we do not send',
      changed(({ Statement }) => {
        Statement[0]!['Condition'] = {
          StringLike: { 'sts:SourceIdentity': 'usr-*', 'aws:RequestTag/team': '?*' },
        };
      }),
      'sts:AssumeRole: its trust policy asks for another sts:SourceIdentity, aws:RequestTag/team',
    ],
    [
      'no statement for session tags',
      changed((trust) => {
        trust.Statement = trust.Statement.filter(({ Action }) => Action !== 'sts:TagSession');
      }),
      'sts:TagSession: no statement of its trust policy allows it',
    ],
    [
      'everyone but us',
      changed(({ Statement }) => {
        Statement[0] = {
          ...Statement[0],
          Principal: '*',
          Condition: { StringEquals: { 'sts:ExternalId': 'another' } },
        };
      }),
      'sts:AssumeRole: its trust policy asks for another sts:ExternalId',
    ],
    [
      'a denial',
      changed(({ Statement }) => {
        Statement.push({ Sid: 'Stop', Effect: 'Deny', Principal: '*', Action: 'sts:*' });
      }),
      'sts:AssumeRole: Stop of the trust policy denies it',
    ],
    [
      'nobody at all',
      changed((trust) => {
        trust.Statement = [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, NotAction: 'iam:*' }];
      }),
      'sts:AssumeRole: its trust policy names lambda.amazonaws.com instead of the orchestrator role',
    ],
  ])('%s', (_, fault, said) => {
    expect(fault).toBe(said);
    expect(fault).not.toContain(target.externalId);
  });

  it('a policy that nobody here can read', () => {
    const odd = changed(({ Statement }) => {
      Statement[0]!['Condition'] = { Moonphase: { a: 'b' } };
    });
    expect(odd).toMatch(/^its trust policy cannot be judged: /);
  });
});
