import { describe, expect, it } from 'vitest';
import {
  artifactsBucket,
  artifactUrl,
  changeSetName,
  operationToken,
  partitionOf,
  roleArn,
} from '#shared/domain/names.ts';
import { type Purpose, sessionRequest } from '#shared/domain/trust/purpose.ts';
import { isSessionOf } from '#shared/domain/trust/role-request.ts';
import { sessionPolicy } from '#shared/domain/trust/session-policy.ts';

const target = { name: 'production', account: '333333333333', region: 'eu-west-1', externalId: 'x-1' };
const purpose: Purpose = {
  target,
  role: 'deploy',
  promotion: 'prm-0123456789abcdef',
  environment: 'production',
  step: 'execute',
  kind: 'execute',
  stacks: ['orders-api'],
};

describe('what STS is asked for a purpose', () => {
  it('is the target’s own role, for the shortest time, with everything the trust policy requires', () => {
    expect(sessionRequest(purpose)).toEqual({
      roleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-deploy',
      sessionName: 'prm-0123456789abcdef-execute',
      durationSeconds: 900,
      externalId: 'x-1',
      sourceIdentity: 'prm-0123456789abcdef',
      tags: { 'drawbridge:promotion': 'prm-0123456789abcdef', 'drawbridge:environment': 'production' },
      policy: sessionPolicy('execute', purpose).text,
      widenedTo: [],
    });
  });

  it('lasts longer only where the target says so', () => {
    expect(sessionRequest({ ...purpose, target: { ...target, sessionSeconds: 1800 } }).durationSeconds).toBe(1800);
  });
});

describe('the guard', () => {
  const arn = 'arn:aws:sts::333333333333:assumed-role/drawbridge-deploy/prm-0123456789abcdef-execute';
  it.each([
    ['the session that was asked for', { account: '333333333333', arn }, true],
    ['another account', { account: '222222222222', arn: arn.replace('333333333333', '222222222222') }, false],
    ['an account that does not match its own ARN', { account: '222222222222', arn }, false],
    ['another role', { account: '333333333333', arn: arn.replace('-deploy/', '-preview/') }, false],
    ['another session', { account: '333333333333', arn: `${arn}-2` }, false],
  ])('with %s', (_, identity, expected) => {
    expect(isSessionOf(sessionRequest(purpose), identity)).toBe(expected);
  });
});

describe('derived names', () => {
  it.each([
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ])('%s is in partition %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition);
    expect(roleArn({ account: '333333333333', region }, 'execution')).toBe(
      `arn:${partition}:iam::333333333333:role/drawbridge/drawbridge-execution`,
    );
  });

  it('are within what CloudFormation accepts', () => {
    expect(changeSetName('prm-0123456789abcdef', 1)).toMatch(/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/);
    const token = operationToken('prm-0123456789abcdef', {
      environment: 'e'.repeat(63),
      stack: 's'.repeat(63),
      attempt: 1,
    });
    expect(token).toMatch(/^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$/);
    expect(operationToken('prm-0123456789abcdef', { environment: 'production', stack: 'api', attempt: 1 })).toBe(
      'prm-0123456789abcdef-production-api-1',
    );
  });

  it('point CloudFormation to the artifacts of its own region', () => {
    const bucket = artifactsBucket('drawbridge-artifacts-111111111111', 'eu-west-1');
    expect(artifactUrl(bucket, 'templates/1', 'eu-west-1')).toBe(
      'https://drawbridge-artifacts-111111111111-eu-west-1.s3.eu-west-1.amazonaws.com/templates/1',
    );
    expect(artifactUrl('b', 'k', 'cn-north-1')).toBe('https://b.s3.cn-north-1.amazonaws.com.cn/k');
  });
});
