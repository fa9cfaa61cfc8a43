import { describe, expect, it } from 'vitest';
import {
  decodingReason,
  decodingSession,
  MessageWish,
  messageInText,
  messagesOfPromotion,
  undecoded,
} from '#shared/domain/broker/decoded-messages.ts';
import { aDeployment, aRollout, promotionId } from '#test/builders.ts';

const text = (encoded: string) => `Vpc CREATE_FAILED: Encoded authorization failure message: ${encoded} (Service: Ec2)`;
const message = (where: string, encoded: string) => ({ where, found: { kind: 'message', encoded } });

describe('the messages of a promotion in a target', () => {
  const failed = (target: string, encoded: string, resource = 'Vpc') =>
    aDeployment({ target, reason: { code: 'STACK_FAILED', text: text(encoded), resource, target } });
  const found = (facts: Partial<Parameters<typeof messagesOfPromotion>[0]>) =>
    messagesOfPromotion({ rollouts: [], deployments: [], ...facts }, promotionId, 'production');

  it('are those of its own deployments, each once', () => {
    const deployments = [failed('production', 'one'), failed('other', 'two'), failed('production', 'three', 'Subnet')];
    const rollouts = [aRollout({ reasons: deployments.flatMap(({ reason }) => (reason ? [reason] : [])) })];
    expect(found({ deployments, rollouts })).toEqual([message('Vpc', 'one'), message('Subnet', 'three')]);
  });

  it('may be those of a reason that names no target and no resource', () => {
    const rollouts = [aRollout({ reasons: [{ code: 'ACCESS_DENIED', text: text('one') }] })];
    expect(found({ rollouts, deployments: [aDeployment()] })).toEqual([message('ACCESS_DENIED', 'one')]);
  });

  it('may have been cut', () => {
    const rollouts = [aRollout({ reasons: [{ code: 'STACK_FAILED', text: 'x. Encoded authorization fail' }] })];
    expect(found({ rollouts })).toEqual([{ where: 'STACK_FAILED', found: { kind: 'cut' } }]);
  });

  it('are none where it did not fail for them', () => {
    const rollouts = [aRollout({ reasons: [{ code: 'STACK_FAILED', text: 'Name is taken' }] })];
    const none = [{ where: `${promotionId} for production`, found: { kind: 'none' } }];
    expect(found({ rollouts })).toEqual(none);
    expect(found({})).toEqual(none);
  });
});

it('a text somebody gives may be the message alone', () => {
  expect(messageInText('m'.repeat(64))).toEqual([message('the text', 'm'.repeat(64))]);
});

it.each([
  ['none', 'MESSAGE_ABSENT', /no encoded authorization message in Vpc/, /most services|whole error/i],
  ['cut', 'MESSAGE_CUT', /in Vpc is not whole/, /--promotion.*CloudTrail/],
  ['undecodable', 'MESSAGE_UNDECODABLE', /in Vpc in account 333333333333/, /another account/],
] as const)('a message that is %s is told with what to do', (kind, code, cause, next) => {
  expect(undecoded('Vpc', kind, '333333333333')).toEqual({
    ...{ where: 'Vpc', kind, code },
    ...{ cause: expect.stringMatching(cause), next: expect.stringMatching(next) },
  });
});

describe('asking', () => {
  it.each<[object, boolean]>([
    [{ promotion: promotionId }, true],
    [{ text: 'x' }, true],
    [{ text: '' }, false],
    [{ promotion: promotionId, text: 'x' }, false],
    [{ promotion: 'prm-1' }, false],
    [{}, false],
  ])('with %j is understood: %s', (wish, understood) => {
    expect(MessageWish.safeParse(wish).success).toBe(understood);
  });

  it('is recorded without anything of the message', () => {
    expect(decodingReason({ promotion: promotionId })).toBe(`authorization message of ${promotionId}`);
    expect(decodingReason({ text: 'CANARY' })).not.toContain('CANARY');
  });

  it('opens the audit role in the name of the person, to decode and for nothing else', () => {
    const target = { name: 'production', account: '333333333333', region: 'eu-west-1', externalId: 'x-1' };
    const { policy, ...request } = decodingSession(target, 'alice');
    expect(request).toEqual({
      roleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
      sessionName: 'usr-alice',
      sourceIdentity: 'usr-alice',
      durationSeconds: 900,
      externalId: 'x-1',
      tags: { 'drawbridge:promotion': 'none', 'drawbridge:environment': 'production' },
    });
    expect(JSON.parse(`${policy}`).Statement).toEqual([
      { Effect: 'Allow', Action: 'sts:DecodeAuthorizationMessage', Resource: '*' },
    ]);
  });
});
