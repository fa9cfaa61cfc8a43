import { InvokeCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { requestPromotion } from '#shared/aws/admission.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aPromotion, monday } from '#test/builders.ts';
import { awsError, fakeAws, lambda } from './fake-aws.ts';

fakeAws();
const request = {
  request: { release: digestOf('release') },
  actor: 'alice',
  idempotencyKey: 'key-1',
  trigger: { kind: 'api' as const },
  at: monday,
};
const ask = () => requestPromotion('drawbridge-admission', request);
const answers = (payload: unknown, more: object = {}) =>
  lambda.on(InvokeCommand).resolves({ Payload: new TextEncoder().encode(JSON.stringify(payload)) as never, ...more });

describe('asking the admission function', () => {
  it('hands the request over and waits for the answer', async () => {
    const accepted = { kind: 'accepted', promotion: aPromotion(), replayed: false };
    lambda.on(InvokeCommand).resolves({ Payload: { transformToString: () => JSON.stringify(accepted) } as never });
    expect(await ask()).toEqual(accepted);
    expect(lambda).toHaveReceivedCommandExactlyOnceWith(InvokeCommand, {
      FunctionName: 'drawbridge-admission',
      Payload: JSON.stringify(request),
    });
  });

  it.each<[string, unknown, string]>([
    ['the message', { errorMessage: 'The table is throttling', trace: ['at secret.ts:1'] }, 'The table is throttling'],
    ['that there is none', null, 'it gave no reason'],
  ])('that breaks says %s, and shows no stack trace', async (_, payload, said) => {
    lambda
      .on(InvokeCommand)
      .resolves({ FunctionError: 'Unhandled', Payload: { transformToString: () => JSON.stringify(payload) } as never });
    const error = await ask().catch((found: Error) => found);
    expect(error).toMatchObject({ name: 'AWS_REFUSED', message: expect.stringContaining(said) });
    expect((error as Error).message).not.toContain('secret.ts');
  });

  it('that answers nothing broke too', async () => {
    answers(null, { FunctionError: 'Unhandled', Payload: undefined });
    await expect(ask()).rejects.toMatchObject({ name: 'AWS_REFUSED' });
  });

  it('that cannot be called is reported', async () => {
    lambda.on(InvokeCommand).rejects(awsError('TooManyRequestsException', 'Rate exceeded', 429));
    await expect(ask()).rejects.toMatchObject({ name: 'THROTTLED' });
  });
});
