/** GitHub's own sample payloads (@octokit/webhooks-examples), each signed and delivered: none of them asks for a promotion, and none breaks anything. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import examples from '@octokit/webhooks-examples';
import { expect, it } from 'vitest';
import { applyWebhook } from '#shared/aws/ledger/webhooks.ts';
import { aPromotion, monday } from '#test/builders.ts';
import { aWebhook, gitHubSecret, gitHubSignature, releaseDigest } from '#test/domain/webhook/webhook-builders.ts';
import { awsError, lambda, secretsManager } from '../aws/fake-aws.ts';
import { deliver } from './delivery-call.ts';
import { deployment } from './deployment.ts';

interface Payload {
  readonly repository?: { readonly id: number; readonly full_name: string };
  readonly deployment?: object;
}
const { ledger } = deployment();
const published = examples as unknown as readonly { readonly name: string; readonly examples: readonly Payload[] }[];
const secret = 'drawbridge/webhooks/orders-ci';

/** The webhook is for the repository, the branch and the events of the very payload. */
async function delivered(event: string, payload: Payload, seen = 0) {
  const { id = 1, full_name: fullName = 'octo-org/octo-repo' } = payload.repository ?? {};
  const webhook = aWebhook({ repository: { id, fullName }, refs: ['refs/heads/main', 'refs/heads/master'] });
  await applyWebhook(ledger, { name: 'orders-ci', webhook, seen, by: 'carol', at: monday });
  const on = (VersionStage: string) => secretsManager.on(GetSecretValueCommand, { SecretId: secret, VersionStage });
  on('AWSCURRENT').resolves({ SecretString: gitHubSecret, CreatedDate: new Date(0) });
  on('AWSPREVIOUS').rejects(awsError('ResourceNotFoundException'));
  const answer = { kind: 'accepted', promotion: aPromotion(), replayed: false };
  lambda.on(InvokeCommand).resolves({ Payload: { transformToString: () => JSON.stringify(answer) } as never });
  const body = JSON.stringify(payload);
  const headers = { 'x-github-event': event, 'x-github-delivery': 'd-1', 'x-hub-signature-256': gitHubSignature(body) };
  return deliver({ body, headers: { 'content-type': 'application/json', ...headers } });
}

it('are those of every event', () => {
  expect(published.length).toBeGreaterThan(50);
  expect(published.flatMap((event) => event.examples).length).toBeGreaterThan(300);
});

it.each(published.map(({ name, examples: payloads }) => [name, payloads] as const))(
  '%s: samples name no release and are ignored',
  async (name, payloads) => {
    for (const [seen, payload] of payloads.entries()) {
      const answer = await delivered(name, payload, seen);
      expect(answer).toMatchObject({ status: 200, body: { code: 'IGNORED', reason: expect.any(String) } });
    }
    expect(lambda.commandCalls(InvokeCommand)).toEqual([]);
  },
);

it('a published deployment whose payload names a release asks for it', async () => {
  const [payload] = published.find(({ name }) => name === 'deployment')?.examples ?? [];
  const deployment = { ...payload?.deployment, ref: 'refs/heads/master', payload: { release: releaseDigest } };
  const asking = { ...payload, deployment } as Payload;
  expect(await delivered('deployment', asking)).toMatchObject({ status: 202 });
  expect(lambda.commandCalls(InvokeCommand)).toHaveLength(1);
});
