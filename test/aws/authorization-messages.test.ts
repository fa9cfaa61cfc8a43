import { DecodeAuthorizationMessageCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { decodeAuthorizationMessage } from '#shared/aws/authorization-messages.ts';
import { awsError, fakeAws, sts } from './fake-aws.ts';

fakeAws();
const client = new STSClient({ region: 'eu-west-1' });
const text =
  'You are not authorized to perform this operation. Encoded authorization failure message: aB-9_z (Service: Ec2)';
const decoded = JSON.stringify({
  explicitDeny: false,
  context: { principal: { arn: 'arn:x' }, action: 'ec2:CreateVpc', resource: 'arn:y' },
});

describe('an authorization message', () => {
  it('is decoded as it stands in the text', async () => {
    sts.on(DecodeAuthorizationMessageCommand, { EncodedMessage: 'aB-9_z' }).resolves({ DecodedMessage: decoded });
    expect(await decodeAuthorizationMessage(client, text)).toEqual({
      kind: 'denial',
      denial: {
        explicit: false,
        principal: 'arn:x',
        action: 'ec2:CreateVpc',
        resource: 'arn:y',
        statements: [],
        conditions: {},
      },
    });
  });

  it.each(['', 'no message', 'Encoded authorization failure message: aB...'])(
    'asks AWS nothing about %j',
    async (other) => {
      expect((await decodeAuthorizationMessage(client, other)).kind).toMatch(/^(none|cut)$/);
      expect(sts.calls()).toEqual([]);
    },
  );

  it.each<[string, () => void]>([
    ['AWS does not take it', () => void sts.onAnyCommand().rejects(awsError('InvalidAuthorizationMessageException'))],
    ['AWS answers what is no decision', () => void sts.onAnyCommand().resolves({ DecodedMessage: '{}' })],
    ['AWS answers nothing', () => void sts.onAnyCommand().resolves({})],
  ])('cannot be decoded when %s', async (_, answers) => {
    answers();
    expect(await decodeAuthorizationMessage(client, text)).toEqual({ kind: 'undecodable' });
  });

  it.each([
    ['AccessDenied', 403, 'ACCESS_DENIED'],
    ['ExpiredTokenException', 400, 'EXPIRED_CREDENTIALS'],
    ['InternalFailure', 500, 'AWS_UNREACHABLE'],
  ])('that meets %s fails as every call does', async (code, status, expected) => {
    sts.onAnyCommand().rejects(awsError(code, 'no', status));
    await expect(decodeAuthorizationMessage(client, text)).rejects.toMatchObject({ name: expected });
  });
});
