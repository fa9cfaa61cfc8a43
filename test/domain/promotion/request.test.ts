import { describe, expect, it } from 'vitest';
import { actorOf, callerOf, isSamePerson } from '#shared/domain/promotion/actor.ts';
import { isGood } from '#shared/domain/promotion/records.ts';
import {
  type AdmissionRequest,
  executionInputOf,
  idempotencyKeyOf,
  isOverdue,
  promotionOf,
  replayOf,
} from '#shared/domain/promotion/request.ts';
import { wakeUpOf } from '#shared/domain/promotion/wake-up.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const release = {
  id: 'orders-1',
  digest,
  pipeline: 'orders',
  environments: [{ name: 'pre-production' }, { name: 'production' }],
};
const asked = (more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  request: { release: digest },
  actor: 'alice',
  idempotencyKey: 'key-1',
  trigger: { kind: 'api' },
  at: '2026-01-05T09:00:00.000Z',
  ...more,
});
const promoted = (request: AdmissionRequest) => {
  const wanted = promotionOf(request, release);
  if (wanted.kind === 'refused') throw new Error(wanted.problem.cause);
  return wanted.promotion;
};

describe('asking for a promotion', () => {
  it('goes through all environments of the release unless some are named', () => {
    expect(promoted(asked()).environments).toEqual(['pre-production', 'production']);
    expect(promoted(asked({ request: { release: digest, environments: ['production'] } })).environments).toEqual([
      'production',
    ]);
  });

  it('says what it takes up again, and how stacks are brought back', () => {
    const taken = { retryOf: 'prm-0123456789abcdef', recovery: { skip: { api: ['Queue'] } } } as const;
    expect(promoted(asked(taken as never))).toMatchObject(taken);
    expect(promoted(asked())).not.toHaveProperty('retryOf');
  });

  it('says which targets it names, what it overrules and why, and what it rolls back', () => {
    const override = { of: ['windows' as const], reason: 'customers cannot pay' };
    const rollback = { automatic: false, reason: 'errors' };
    const wish = { release: digest, targets: ['production-eu'], override };
    expect(promoted(asked({ request: wish, rollback }))).toMatchObject({
      targets: ['production-eu'],
      override,
      rollback,
    });
    for (const field of ['targets', 'override', 'rollback']) expect(promoted(asked())).not.toHaveProperty(field);
  });

  it('keeps the release’s order, whatever order the environments are named in', () => {
    expect(
      promoted(asked({ request: { release: digest, environments: ['production', 'pre-production'] } })).environments,
    ).toEqual(['pre-production', 'production']);
  });

  it('is refused for an environment the release does not have', () => {
    expect(promotionOf(asked({ request: { release: digest, environments: ['prod'] } }), release)).toMatchObject({
      kind: 'refused',
      problem: { code: 'ENVIRONMENT_UNKNOWN' },
    });
  });

  it('is refused for a release of another pipeline than the only one that may be asked for', () => {
    expect(promoted(asked({ pipeline: release.pipeline })).pipeline).toBe(release.pipeline);
    expect(promotionOf(asked({ pipeline: 'others' }), release)).toMatchObject({
      kind: 'refused',
      problem: { code: 'RELEASE_NOT_ALLOWED', status: 403 },
    });
  });

  it('is the same promotion for the same actor and key, and another for any other', () => {
    const id = promoted(asked()).id;
    expect(id).toMatch(/^prm-[0-9a-f]{16}$/);
    expect(promoted(asked({ at: '2026-02-01T00:00:00.000Z' })).id).toBe(id);
    expect(promoted(asked({ actor: 'bob' })).id).not.toBe(id);
    expect(promoted(asked({ idempotencyKey: 'key-2' })).id).not.toBe(id);
  });

  it('is answered with the first result when repeated, and refused when the key was used for something else', () => {
    const first = promoted(asked());
    expect(replayOf(first, { ...first, status: 'running' })).toMatchObject({
      kind: 'accepted',
      replayed: true,
      promotion: { status: 'running' },
    });
    const other = promoted(asked({ request: { release: digest, environments: ['production'] } }));
    expect(replayOf(other, first)).toMatchObject({
      kind: 'refused',
      problem: { code: 'IDEMPOTENCY_CONFLICT', status: 422 },
    });
    const retried = { ...first, retryOf: first.id, recovery: { skip: { orders: ['Queue'] } } };
    expect(replayOf({ ...retried }, retried)).toMatchObject({ kind: 'accepted' });
    for (const changed of [{ retryOf: 'prm-0000000000000000' }, { recovery: { skip: { orders: ['Topic'] } } }])
      expect(replayOf({ ...retried, ...changed } as typeof retried, retried)).toMatchObject({ kind: 'refused' });
    expect(replayOf(first, undefined)).toMatchObject({ kind: 'refused' });
  });

  it('freezes the input of the execution', () => {
    const { id } = promoted(asked());
    expect(executionInputOf(promoted(asked()))).toEqual({
      promotion: id,
      pipeline: 'orders',
      release: digest,
      environments: ['pre-production', 'production'],
      mode: 'promote',
    });
  });

  it.each<[string, 'promote' | 'plan', object]>([
    ['is carried out', 'promote', {}],
    ['is only planned', 'plan', { mode: 'plan' }],
  ])('%s: mode %s', (_, mode, wish) => {
    const promotion = promoted(asked({ request: { release: digest, ...wish } }));
    expect([promotion.mode, executionInputOf(promotion).mode]).toEqual([mode, mode]);
  });

  it('is another request when it is only planned', () => {
    const planned = promoted(asked({ request: { release: digest, mode: 'plan' } }));
    expect(replayOf(planned, promoted(asked()))).toMatchObject({ problem: { code: 'IDEMPOTENCY_CONFLICT' } });
  });

  it.each([
    ['key-1', true],
    ['a/b:c.d_e-f', true],
    [undefined, false],
    ['', false],
    ['-starts-wrong', false],
    ['x'.repeat(257), false],
    ['emoji😀', false],
  ])('takes the idempotency key %j: %s', (key, good) => {
    if (good) expect(idempotencyKeyOf(key)).toBe(key);
    else expect(() => idempotencyKeyOf(key)).toThrow(/Idempotency-Key/);
  });

  it.each([
    ['accepted', '2026-01-05T09:01:00.001Z', true],
    ['accepted', '2026-01-05T09:01:00.000Z', false],
    ['running', '2026-01-06T09:00:00.000Z', false],
  ] as const)('is overdue when %s at %s: %s', (status, at, overdue) => {
    expect(isOverdue({ ...promoted(asked()), status }, at)).toBe(overdue);
  });
});

describe('who asks', () => {
  it.each([
    ['arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_ReleaseManager_3f1c9a7be2d04856/alice', 'alice'],
    ['arn:aws:sts::111111111111:assumed-role/ci/run-1', 'arn:aws:iam::111111111111:role/ci'],
    ['arn:aws:sts::111111111111:assumed-role/ci/run-2', 'arn:aws:iam::111111111111:role/ci'],
    ['arn:aws-cn:sts::111111111111:assumed-role/ci/x', 'arn:aws-cn:iam::111111111111:role/ci'],
    ['arn:aws:iam::111111111111:user/someone', 'arn:aws:iam::111111111111:user/someone'],
  ])('%s is %s', (arn, actor) => {
    expect(actorOf(arn)).toBe(actor);
  });
});

describe('one person', () => {
  it.each([
    ['alice', 'alice', true],
    ['alice', 'bob', false],
    ['alice', 'jwt:login.example.org#alice', true],
    ['Alice@example.org', 'jwt:login.example.org#alice@example.org', true],
    ['jwt:login.example.org#alice', 'jwt:other.example.org#alice', true],
    ['alice', 'jwt:login.example.org#alice2', false],
    ['alice', 'github:42:alice', false],
    ['arn:aws:iam::111111111111:role/alice', 'alice', false],
  ])('%s and %s: %s', (left, right, same) => {
    expect([isSamePerson(left, right), isSamePerson(right, left)]).toEqual([same, same]);
  });

  it('is an actor by a token', () => {
    const claims = { iss: 'https://login.example.org', sub: 'alice' };
    const caller = callerOf({ jwt: { claims } });
    expect(caller).toEqual({ kind: 'token', actor: 'jwt:login.example.org#alice' });
    expect(isSamePerson(caller.actor, 'alice')).toBe(true);
  });
});

describe('a stack event', () => {
  const stackId = 'arn:aws:cloudformation:eu-west-1:333333333333:stack/orders/1';
  const event = (more: object = {}, status = 'UPDATE_COMPLETE') => ({
    'detail-type': 'CloudFormation Stack Status Change',
    source: 'aws.cloudformation',
    account: '333333333333',
    detail: { 'stack-id': stackId, 'status-details': { status } },
    ...more,
  });

  it('wakes whoever waits for the stack', () => {
    expect(wakeUpOf(event())).toEqual({ kind: 'stack', stackId });
  });

  it.each([
    ['one from another account than the stack’s', event({ account: '222222222222' }), /from account 222222222222/],
    ['one in progress', event({}, 'UPDATE_IN_PROGRESS'), /still in progress/],
    ['one of another kind', event({ 'detail-type': 'Order Placed' }), /not a stack status event/],
    ['one of another source', event({ source: 'my.app' }), /not a stack status event/],
    ['nothing at all', undefined, /not a stack status event/],
  ])('wakes nobody: %s', (_, sent, why) => {
    expect(wakeUpOf(sent)).toMatchObject({ kind: 'ignored', why: expect.stringMatching(why) });
  });
});

it.each([
  ['succeeded', true],
  ['unchanged', true],
  ['failed', false],
  ['rejected', false],
] as const)('after %s the next environment may follow: %s', (outcome, good) => {
  expect(isGood(outcome)).toBe(good);
});
