/** Callers with a JSON Web Token, over the wire: which tokens API Gateway lets in, who they are then, and that two names are not two people. */
import { createHmac, createPublicKey, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendDecision } from '#cli/client/approvals.ts';
import { putPolicy } from '#cli/client/policies.ts';
import { getPromotion, requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { waitsForPeople } from '#cli/rehearsal/waits-for-people.ts';
import type { Json } from '#sandbox/kernel.ts';
import { privateKeyOf } from '#sandbox/sts/rsa-key.ts';
import { issuerOf, signToken } from '#sandbox/sts/web-identity/issuer.ts';
import { aPolicy } from '#test/domain/policy/policy-builders.ts';
import { deployWith, issuer, tokens } from './deployed-with.ts';
import { openRehearsal, type Rehearsal } from './rehearsed-world.ts';
import { smallRelease } from './small-release.ts';

let rehearsal: Rehearsal;
let apiId = '';
const member = (name: string) => `jwt:${issuer}#${name}`;

beforeAll(async () => {
  rehearsal = await openRehearsal();
  apiId = (await deployWith(rehearsal, tokens))['TokenApiId'] ?? '';
  const policy = aPolicy('people', {
    approval: { groups: ['release'] },
    groups: { release: ['alice', member('alice'), 'bob', member('frank')] },
    permissions: {
      requester: ['alice', member('alice'), member('erin')],
      approver: ['alice', member('alice'), 'bob', member('frank'), member('erin')],
      admin: ['carol'],
    },
  });
  await putPolicy(rehearsal.apiAs('carol'), policy, 0);
}, 240_000);
afterAll(() => rehearsal.close());

type Changes = Readonly<Record<string, Json | undefined>>;
const seconds = () => Math.floor(rehearsal.sandbox.now() / 1000);

function claimsOf(sub: string, changes: Changes = {}): Record<string, Json> {
  const now = seconds();
  const claims = {
    iss: tokens.TokenIssuer,
    aud: tokens.TokenAudience,
    sub,
    iat: now,
    nbf: now,
    exp: now + 300,
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(claims).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
/** A token of the issuer that is configured, however wrong its claims are. */
const token = (sub: string, changes?: Changes) => signToken(rehearsal.sandbox, issuer, claimsOf(sub, changes));

async function call(authorization: string | undefined, { method = 'GET', path = '/v1/targets', body }: Sent = {}) {
  const response = await fetch(`${rehearsal.sandbox.endpoint}/_api/${apiId}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      // Between two calls a stack may be deployed, for longer than an idle connection is kept.
      connection: 'close',
      'idempotency-key': `key-${path}-${rehearsal.sandbox.now()}`,
      ...(authorization !== undefined && { authorization }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, Json>;
  return { status: response.status, challenge: response.headers.get('www-authenticate'), answer };
}
interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly body?: object;
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (header: object, claims: object) => `${part(header)}.${part(claims)}`;

/** HS256 with the issuer's public key as the secret: who looks the algorithm up in the token takes it for RS256's signature. */
function confused(): string {
  const { keyId, privateKey } = issuerOf(rehearsal.sandbox, issuer);
  const signed = unsigned({ typ: 'JWT', alg: 'HS256', kid: keyId }, claimsOf('alice'));
  const key = createPublicKey(privateKeyOf(privateKey)).export({ type: 'spki', format: 'pem' });
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/** The key of another issuer, under this one's name and key id. */
function forged(): string {
  const { keyId } = issuerOf(rehearsal.sandbox, issuer);
  const { privateKey } = issuerOf(rehearsal.sandbox, 'login.evil.example');
  const signed = unsigned({ typ: 'JWT', alg: 'RS256', kid: keyId }, claimsOf('alice'));
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKeyOf(privateKey)).toString('base64url')}`;
}

const unauthorized = { status: 401, answer: { message: 'Unauthorized' } };
const invalid = { ...unauthorized, challenge: 'Bearer error="invalid_token"' };

describe('B-15 a token', () => {
  it.each<[string, () => string, object]>([
    ['that holds', () => token('alice'), { status: 200, challenge: null }],
    ['that is over', () => token('alice', { exp: seconds() - 1 }), invalid],
    ['that is over at this second', () => token('alice', { exp: seconds() }), invalid],
    ['that never is over', () => token('alice', { exp: undefined }), invalid],
    ['that does not hold yet', () => token('alice', { nbf: seconds() + 60 }), invalid],
    ['issued in the future', () => token('alice', { iat: seconds() + 60 }), invalid],
    ['for another audience', () => token('alice', { aud: 'sts.amazonaws.com' }), invalid],
    ['for nobody', () => token('alice', { aud: undefined }), invalid],
    ['for many, us among them', () => token('alice', { aud: ['other', 'drawbridge'] }), { status: 200 }],
    ['of a client and for nobody', () => token('alice', { aud: undefined, client_id: 'drawbridge' }), { status: 200 }],
    ['of our client for another audience', () => token('alice', { aud: 'other', client_id: 'drawbridge' }), invalid],
    ['that says another issuer', () => token('alice', { iss: 'https://login.example.org/other' }), invalid],
    ['of another issuer', () => signToken(rehearsal.sandbox, 'login.evil.example', claimsOf('alice')), invalid],
    ['of another key under the same id', forged, invalid],
    ['without a signature', () => `${unsigned({ alg: 'none' }, claimsOf('alice'))}.`, invalid],
    ['signed with the public key as a secret', confused, invalid],
    ['of two parts', () => token('alice').split('.').slice(0, 2).join('.'), invalid],
    ['that is none', () => 'alice', invalid],
    ['without a subject', () => token('', { sub: undefined }), { status: 401, answer: { code: 'ACTOR_UNKNOWN' } }],
    ['with two lines as its subject', () => token('x\nalice'), { status: 401, answer: { code: 'ACTOR_UNKNOWN' } }],
    ['of somebody no policy names', () => token('mallory'), { status: 403, answer: { code: 'PERMISSION_MISSING' } }],
    [
      'of somebody named like an administrator',
      () => token('carol'),
      { status: 403, answer: { code: 'PERMISSION_MISSING' } },
    ],
  ])('%s', async (_what, made, expected) => {
    expect(await call(`Bearer ${made()}`)).toMatchObject(expected);
  });

  it('is the only thing that counts: none, a password or a signature of IAM is refused without detail', async () => {
    for (const authorization of [undefined, 'Bearer '])
      expect(await call(authorization)).toEqual({ ...unauthorized, challenge: 'Bearer' });
    expect(await call('Basic YWxpY2U6eA==')).toEqual(invalid);
  });

  it('changed in any one place is another one, and refused', async () => {
    const good = token('alice');
    for (let at = 0; at < good.length; at += 29) {
      const changed = `${good.slice(0, at)}${good[at] === 'A' ? 'B' : 'A'}${good.slice(at + 1)}`;
      expect.soft({ at, ...(await call(`Bearer ${changed}`)) }).toMatchObject({ at, status: 401 });
    }
  });

  it('opens nothing of the API for signatures', async () => {
    const response = await fetch(`${rehearsal.apiAs('alice').endpoint}/v1/targets`, {
      headers: { authorization: `Bearer ${token('alice')}` },
    });
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }]);
  });

  it('is in no log, event or answer', async () => {
    const used = token('alice', { jti: 'canary' });
    await call(`Bearer ${used}`);
    await call(`Bearer ${used}`, { method: 'POST', path: '/v1/promotions', body: { release: 'x' } });
    const [, , signature = ''] = used.split('.');
    expect(signature.length).toBeGreaterThan(300);
    expect(JSON.stringify(rehearsal.sandbox.journal())).not.toContain(signature);
    expect(JSON.stringify(rehearsal.sandbox.world)).not.toContain(signature);
  });
});

describe('a promotion', () => {
  /** A release that alice published, and what waits for an approval of it. */
  async function waiting(pipeline: string, ask: (release: string) => Promise<string>) {
    const { digest } = await publishRelease(rehearsal.apiAs('alice'), await smallRelease({ pipeline }));
    const id = await ask(digest);
    await rehearsal.sandbox.run(() => waitsForPeople(rehearsal.sandbox.world));
    const { approvals } = await getPromotion(rehearsal.apiAs('alice'), id);
    const open = approvals.find(({ status }) => status === 'open');
    const { environment, digest: plan } = open!;
    return { id, wish: { environment, digest: plan, decision: 'approve' as const, reason: 'looked at it' } };
  }
  const asked = (sub: string) => async (release: string) => {
    const sent = { method: 'POST', path: '/v1/promotions', body: { release } };
    const { status, answer } = await call(`Bearer ${token(sub)}`, sent);
    expect([status, answer['requestedBy']]).toEqual([202, member(sub)]);
    return `${answer['id']}`;
  };
  const decide = (sub: string, id: string, body: object) =>
    call(`Bearer ${token(sub)}`, { method: 'POST', path: `/v1/promotions/${id}/approvals`, body });

  it('is asked for by one person with a token and approved by another, to its end', async () => {
    const { id, wish } = await waiting('by-token', asked('erin'));
    expect(await decide('erin', id, wish)).toMatchObject({ status: 403, answer: { code: 'SELF_APPROVAL' } });
    expect(await decide('frank', id, wish)).toMatchObject({ status: 201, answer: { status: 'approved' } });
    await rehearsal.sandbox.run(() => waitsForPeople(rehearsal.sandbox.world));
    const record = await getPromotion(rehearsal.apiAs('alice'), id);
    expect(record.decisions.map(({ actor }) => actor)).toEqual([member('frank')]);
    expect(record.rollouts[0]).toMatchObject({ environment: 'pre-production', status: 'succeeded' });
  }, 240_000);

  it('asked for over IAM is not approved by the same name with a token, nor the other way round', async () => {
    const byIam = await waiting('by-iam', async (release) => {
      const { id } = await requestPromotion(rehearsal.apiAs('alice'), { release, idempotencyKey: 'four-eyes-1' });
      return id;
    });
    expect(await decide('alice', byIam.id, byIam.wish)).toMatchObject({
      status: 403,
      answer: { code: 'SELF_APPROVAL' },
    });
    const byToken = await waiting('by-alice', asked('alice'));
    const approving = sendDecision(rehearsal.apiAs('alice'), byToken.id, byToken.wish);
    await expect(approving).rejects.toMatchObject({ name: 'SELF_APPROVAL' });
    await sendDecision(rehearsal.apiAs('bob'), byToken.id, byToken.wish);
    expect((await getPromotion(rehearsal.apiAs('alice'), byToken.id)).approvals[0]?.status).toBe('approved');
  }, 240_000);
});

describe('where a scope is wanted', () => {
  it('a token without it is refused by the gateway, with it it is let in', async () => {
    await deployWith(rehearsal, { ...tokens, TokenScope: 'drawbridge/promote' });
    const lacking = { status: 403, challenge: 'Bearer error="insufficient_scope"', answer: { message: 'Forbidden' } };
    expect(await call(`Bearer ${token('alice')}`)).toEqual(lacking);
    expect(await call(`Bearer ${token('alice', { scope: 'openid drawbridge/promoted' })}`)).toEqual(lacking);
    for (const scopes of [{ scope: 'openid drawbridge/promote' }, { scp: ['drawbridge/promote'] }])
      expect(await call(`Bearer ${token('alice', scopes)}`)).toMatchObject({ status: 200 });
  }, 240_000);
});

describe('without issuer or audience', () => {
  it.each([[{}], [{ TokenIssuer: tokens.TokenIssuer }], [{ TokenAudience: tokens.TokenAudience }]])(
    'there is no such API (%j)',
    async (parameters) => {
      const outputs = await deployWith(rehearsal, parameters);
      expect(Object.keys(outputs).filter((name) => name.startsWith('Token'))).toEqual([]);
      expect(Object.values(rehearsal.sandbox.world.httpApi.apis).map(({ name }) => name)).toEqual(['drawbridge']);
      expect(await call(`Bearer ${token('alice')}`)).toMatchObject({ status: 404 });
    },
    240_000,
  );
});
