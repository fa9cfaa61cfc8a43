/** No secret leaves the places that must know it, in a rehearsal that goes well, one that fails and one that is interrupted. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { packageRelease } from '#cli/package-release.ts';
import { heldWebhookSecrets, holdWebhooks } from '#cli/rehearsal/set-up-webhooks.ts';
import type { Fault } from '#sandbox/fault.ts';
import { samlAssertion, samlIdentityProvider } from '#sandbox/sts/saml/identity-provider.ts';
import { gitHubToken } from '#sandbox/sts/web-identity/github-token.ts';
import { expectPlanted, knownTo, type Leak, leaksIn as leaksInSandbox } from '#test/canary/watch.ts';
import { aStandardWebhook } from '#test/domain/webhook/webhook-builders.ts';
import { clientsAs, ledgerOf, person } from './clients.ts';
import { calls, refusal, upTo } from './faults.ts';
import { openRehearsal, type Rehearsal, root } from './rehearsed-world.ts';
import { begin, ended, promote } from './small-release.ts';

let rehearsal: Rehearsal;
const leaksIn = ({ sandbox }: Rehearsal) => leaksInSandbox(sandbox, sandbox.journal());

beforeAll(async () => {
  rehearsal = await openRehearsal();
}, 120_000);
afterAll(() => rehearsal.close());

describe('a whole rehearsal leaves no secret behind', () => {
  it('when the example is promoted', async () => {
    const packaged = await packageRelease(`${root}examples/orders`);
    if (packaged.kind !== 'release') throw new Error('The example cannot be packaged.');
    const api = rehearsal.apiAs('alice');
    const { digest } = await publishRelease(api, packaged);
    const { id } = await requestPromotion(api, { release: digest, idempotencyKey: 'canary' });
    expect((await ended(rehearsal, id)).promotion.status).toBe('succeeded');
    const known = Object.groupBy(knownTo(rehearsal.sandbox), ({ kind }) => kind);
    expect(known['secret access key']?.length).toBeGreaterThan(20);
    expect(known['session token']?.length).toBeGreaterThan(20);
    expect(known['task token']).toHaveLength(3);
    expect(known['external id']).toHaveLength(2);
    expect(await leaksIn(rehearsal)).toEqual([]);
  });

  it('when a stack fails, AWS is down and functions break', async () => {
    const failing: Fault = {
      kind: 'resource',
      logicalId: 'Alerts',
      status: 'CREATE_FAILED',
      reason: 'Injected',
      times: 1,
    };
    rehearsal.strike(failing);
    expect((await promote(rehearsal, { pipeline: 'failed' })).promotion.status).toBe('failed');
    rehearsal.strike(...calls('sts:AssumeRole', { nths: upTo(3), what: refusal('AccessDenied', 403) }));
    expect((await promote(rehearsal, { pipeline: 'refused' })).promotion.status).toBe('errored');
    const id = await begin(rehearsal, { pipeline: 'broken' });
    rehearsal.strike(...calls('states:SendTaskSuccess', { what: refusal('ValidationException', 400) }));
    expect((await ended(rehearsal, id)).promotion.status).toBe('succeeded');
    rehearsal.strike();
    expect(await leaksIn(rehearsal)).toEqual([]);
  });
});

describe('a planted secret is found', () => {
  beforeAll(() => expectPlanted(rehearsal.sandbox));
  const kinds = ['secret access key', 'session token', 'task token'] as const;
  const bucket = () => rehearsal.outputs['DocumentsBucket']!;
  const carol = () => clientsAs(rehearsal, person(rehearsal, 'carol'));

  function secretOf(kind: (typeof kinds)[number]): string {
    const { sts, states } = rehearsal.sandbox.world;
    const { secretAccessKey, sessionToken } = Object.values(sts.sessions)[0]!;
    return {
      'secret access key': secretAccessKey,
      'session token': sessionToken,
      'task token': Object.keys(states.tokens)[0]!,
    }[kind];
  }
  async function plantDocument(name: string, Body: string): Promise<string> {
    await carol().s3.send(new PutObjectCommand({ Bucket: bucket(), Key: `planted/${name}`, Body, IfNoneMatch: '*' }));
    return `object ${bucket()}/planted/${name}`;
  }
  async function plantItem(pk: string, text: string): Promise<string> {
    const Item = { pk: { S: pk }, sk: { S: 'PLANTED' }, note: { S: text } };
    await carol().dynamoDb.send(new PutItemCommand({ TableName: rehearsal.outputs['LedgerTable']!, Item }));
    return `ledger ${pk}/PLANTED`;
  }

  it('whatever it is and however it is encoded', async () => {
    const encodings: Record<string, (text: string) => string> = {
      'as it is': (text) => text,
      'in JSON in JSON': (text) => JSON.stringify(JSON.stringify({ text })),
      'in JSON with escaped slashes': (text) => JSON.stringify({ text }).replaceAll('/', '\\/'),
      'in a URL': (text) => `https://example.com/?key=${encodeURIComponent(text)}`,
      'in base64': (text) => Buffer.from(text).toString('base64'),
      'in base64, one byte on': (text) => Buffer.from(`{${text}}`).toString('base64'),
      'in base64 for URLs, two bytes on': (text) => Buffer.from(`k=${text}, and more`).toString('base64url'),
    };
    const planted: Leak[] = [];
    for (const secret of kinds)
      for (const [name, encode] of Object.entries(encodings))
        planted.push({ secret, place: await plantDocument(`${secret} ${name}`, encode(secretOf(secret))) });
    expect(planted).toHaveLength(21);
    expect((await leaksIn(rehearsal)).sort(byPlace)).toEqual(planted.sort(byPlace));
  });

  it('wherever it is', async () => {
    const secret = 'session token';
    const text = secretOf(secret);
    const before = await leaksIn(rehearsal);
    rehearsal.sandbox.record({ kind: 'log', at: 0, source: 'planted', line: `Using ${text}.` });
    const Entries = [{ Source: 'planted', DetailType: 'planted', Detail: JSON.stringify({ text }) }];
    await carol().events.send(new PutEventsCommand({ Entries }));
    await rehearsal.sandbox.advance(0);
    const places = [
      await plantItem('PROMOTION#prm-1', text),
      await plantItem('WAIT#1', text),
      'log planted',
      'event default',
      'journal event',
    ];
    const found = (await leaksIn(rehearsal)).filter(({ place }) => !before.some((known) => known.place === place));
    const expected = places.map((place): Leak => ({ place, secret }));
    expect(found.sort(byPlace)).toEqual(expected.sort(byPlace));
  });

  it('if it is the secret of a webhook, as it is and as the bytes it stands for', async () => {
    const webhook = aStandardWebhook({ metadata: { name: 'planted' } });
    await holdWebhooks(rehearsal.sandbox, ledgerOf(rehearsal), { wanted: [webhook], by: 'carol' });
    const [[, text]] = heldWebhookSecrets(rehearsal.sandbox) as [[string, string]];
    expect(knownTo(rehearsal.sandbox)).toContainEqual(expect.objectContaining({ kind: 'webhook secret' }));
    expect((await leaksIn(rehearsal)).filter(({ secret }) => secret === 'webhook secret')).toEqual([]);
    const key = Buffer.from(text.slice('whsec_'.length), 'base64').toString();
    const planted = [await plantDocument('webhook secret', text), await plantItem('WEBHOOK#planted', key)];
    const found = (await leaksIn(rehearsal)).filter(({ secret }) => secret === 'webhook secret');
    expect(found.map(({ place }) => place).sort()).toEqual(planted.sort());
  });

  it.each([
    ['of a CI job', () => gitHubToken(rehearsal.sandbox, { repository: 'acme/orders', repositoryId: '7' })],
    [
      'of a person',
      () =>
        samlAssertion(rehearsal.sandbox, samlIdentityProvider(rehearsal.sandbox, 'https://idp.example.org'), {
          signIn: { subject: 'erin', roles: [], sessionName: 'erin' },
        }),
    ],
  ])('if it is a token %s that was signed outside', async (who, sign) => {
    const place = await plantDocument(`identity token ${who}`, sign());
    const found = (await leaksIn(rehearsal)).filter(({ secret }) => secret === 'identity token');
    expect(found.map((leak) => leak.place)).toContain(place);
  });

  it('if it is an external id, outside trust policies and the record of the target', async () => {
    const text = knownTo(rehearsal.sandbox).find(({ kind }) => kind === 'external id')?.text ?? '';
    const place = await plantItem('PROMOTION#prm-3', text);
    await plantItem('TARGETS', text);
    const places = (await leaksIn(rehearsal)).map((leak) => leak.place);
    expect(places).toContain(place);
    expect(places).not.toContain('ledger TARGETS/PLANTED');
  });

  it('if it is a task token, only outside the waits of the ledger', async () => {
    await plantItem('WAIT#2', secretOf('task token'));
    const place = await plantItem('PROMOTION#prm-2', secretOf('task token'));
    const places = (await leaksIn(rehearsal)).map((leak) => leak.place);
    expect(places).toContain(place);
    expect(places).not.toContain('ledger WAIT#2/PLANTED');
  });
});

function byPlace(a: Leak, b: Leak): number {
  return a.place < b.place ? -1 : 1;
}
