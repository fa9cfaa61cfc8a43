import { AssumeRoleCommand, DecodeAuthorizationMessageCommand } from '@aws-sdk/client-sts';
import { describe, expect, it, vi } from 'vitest';
import { decodeMessages } from '#shared/aws/authorization-messages.ts';
import type { FoundMessage } from '#shared/domain/broker/decoded-messages.ts';
import { monday } from '#test/builders.ts';
import { awsError, fakeAws, sts } from './fake-aws.ts';

fakeAws();
const place = { account: '333333333333', region: 'eu-west-1' };
const open = vi.fn(async () => ({ accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C', expiresAt: monday }));
const decode = (...messages: FoundMessage[]) => decodeMessages(messages, place, open);
const message = (encoded = 'aB-9_z'): FoundMessage => ({ where: 'Vpc', found: { kind: 'message', encoded } });
const decoded = JSON.stringify({
  explicitDeny: false,
  context: { principal: { arn: 'arn:x' }, action: 'ec2:CreateVpc', resource: 'arn:y' },
});

describe('authorization messages', () => {
  it('are decoded as they stand, with one session for all', async () => {
    open.mockClear();
    sts.on(DecodeAuthorizationMessageCommand, { EncodedMessage: 'aB-9_z' }).resolves({ DecodedMessage: decoded });
    sts.on(DecodeAuthorizationMessageCommand, { EncodedMessage: 'other' }).resolves({ DecodedMessage: decoded });
    expect(await decode(message(), message('other'))).toMatchObject([
      {
        ...{ where: 'Vpc', kind: 'denial' },
        denial: { explicit: false, principal: 'arn:x', action: 'ec2:CreateVpc', resource: 'arn:y', conditions: {} },
      },
      { kind: 'denial' },
    ]);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('that are none, or visibly not whole, are asked of nobody', async () => {
    open.mockClear();
    expect(await decode({ where: 'a', found: { kind: 'none' } }, { where: 'b', found: { kind: 'cut' } })).toMatchObject(
      [
        { where: 'a', kind: 'none', code: 'MESSAGE_ABSENT' },
        { where: 'b', kind: 'cut', code: 'MESSAGE_CUT' },
      ],
    );
    expect(open).not.toHaveBeenCalled();
    expect(sts).not.toHaveReceivedCommand(AssumeRoleCommand);
  });

  it.each<[string, () => void]>([
    ['AWS does not take them', () => void sts.onAnyCommand().rejects(awsError('InvalidAuthorizationMessageException'))],
    ['AWS answers what is no decision', () => void sts.onAnyCommand().resolves({ DecodedMessage: '{}' })],
    ['AWS answers nothing', () => void sts.onAnyCommand().resolves({})],
  ])('cannot be decoded when %s', async (_, answers) => {
    answers();
    expect(await decode(message())).toMatchObject([
      { kind: 'undecodable', code: 'MESSAGE_UNDECODABLE', cause: expect.stringContaining('333333333333') },
    ]);
  });

  it.each([
    ['AccessDenied', 403, 'ACCESS_DENIED'],
    ['ExpiredTokenException', 400, 'EXPIRED_CREDENTIALS'],
    ['InternalFailure', 500, 'AWS_UNREACHABLE'],
  ])('that meet %s fail as every call does', async (code, status, expected) => {
    sts.onAnyCommand().rejects(awsError(code, 'no', status));
    await expect(decode(message())).rejects.toMatchObject({ name: expected });
  });
});
