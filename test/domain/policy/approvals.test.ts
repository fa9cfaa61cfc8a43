import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Asked, approvalStanding, mayApprove, unreachableGroups } from '#shared/domain/policy/approvals.ts';
import { actorOf } from '#shared/domain/promotion/actor.ts';
import { monday } from '#test/builders.ts';
import { aPolicy } from './policy-builders.ts';

const ci = 'arn:aws:iam::111111111111:role/ci';
const policies = [
  aPolicy('people', { groups: { release: ['bob', 'carol', 'alice'], security: ['carol', ci] } }),
  aPolicy('more-people', { groups: { database: ['dave'], own: ['alice'] } }),
];
const decided = (actor: string, decision: 'approve' | 'reject' = 'approve') => ({ actor, decision, at: monday });
const asked = (groups: string[], ...decisions: Asked['decisions']): Asked => ({
  requester: 'alice',
  requirement: { groups, because: ['a policy says so'] },
  decisions,
  policies,
});

describe('who may approve', () => {
  it.each<[string, string, Asked, object]>([
    ['anybody else, where no group is named', 'eve', asked([]), { kind: 'allowed', groups: [] }],
    ['a member of the group', 'bob', asked(['release']), { kind: 'allowed', groups: ['release'] }],
    ['a member of a group of another policy', 'dave', asked(['database']), { kind: 'allowed', groups: ['database'] }],
    [
      'a member of several groups, for each of them',
      'carol',
      asked(['database', 'release', 'security']),
      { kind: 'allowed', groups: ['release', 'security'] },
    ],
    ['a role', ci, asked(['security']), { kind: 'allowed', groups: ['security'] }],
    [
      'a second member, after the first',
      'bob',
      asked(['release'], decided('carol')),
      { kind: 'allowed', groups: ['release'] },
    ],
    ['not who asked', 'alice', asked([]), { kind: 'refused', why: 'self-approval' }],
    ['not who asked, as a member either', 'alice', asked(['release']), { kind: 'refused', why: 'self-approval' }],
    [
      'not who asked, come by a token',
      'jwt:login.example.org#alice',
      asked([]),
      { kind: 'refused', why: 'self-approval' },
    ],
    [
      'not who decided already, come by a token',
      'jwt:login.example.org#bob',
      asked([], decided('bob', 'reject')),
      { kind: 'refused', why: 'already-decided', earlier: decided('bob', 'reject') },
    ],
    [
      'not a stranger',
      'eve',
      asked(['release', 'security']),
      { kind: 'refused', why: 'not-an-approver', groups: ['release', 'security'] },
    ],
    [
      'nobody in a group that no policy defines',
      'bob',
      asked(['toString']),
      { kind: 'refused', why: 'not-an-approver', groups: ['toString'] },
    ],
    [
      'not who decided already',
      'bob',
      asked(['release'], decided('bob', 'reject')),
      { kind: 'refused', why: 'already-decided', earlier: decided('bob', 'reject') },
    ],
  ])('%s', (_name, actor, question, expected) => {
    expect(mayApprove(actor, question)).toEqual(expected);
  });

  it('is not the role that asked, under another session', () => {
    const session = (name: string) => actorOf(`arn:aws:sts::111111111111:assumed-role/ci/${name}`);
    const question = { ...asked(['security']), requester: session('build-1') };
    expect(mayApprove(session('build-2'), question)).toEqual({ kind: 'refused', why: 'self-approval' });
  });
});

describe('how an approval stands', () => {
  it.each<[string, Asked, object]>([
    ['open, without any decision', asked(['release']), { kind: 'open', missing: ['release'] }],
    ['open for anybody else', asked([]), { kind: 'open', missing: ['anybody else'] }],
    ['approved by anybody else', asked([], decided('eve')), { kind: 'approved' }],
    [
      'open, with what is missing',
      asked(['release', 'security'], decided('bob')),
      { kind: 'open', missing: ['security'] },
    ],
    ['approved by one of each', asked(['release', 'security'], decided('bob'), decided(ci)), { kind: 'approved' }],
    ['approved by one of both', asked(['release', 'security'], decided('carol')), { kind: 'approved' }],
    [
      'rejected by one, whoever approved',
      asked(['release'], decided('bob'), decided('carol', 'reject')),
      { kind: 'rejected', by: decided('carol', 'reject') },
    ],
    ['open, if only who asked approved', asked([], decided('alice')), { kind: 'open', missing: ['anybody else'] }],
    [
      'open, if the approver is a member no more',
      asked(['release'], decided('eve')),
      { kind: 'open', missing: ['release'] },
    ],
  ])('%s', (_name, question, expected) => {
    expect(approvalStanding(question)).toEqual(expected);
  });
});

it.each<[string, string[], string[]]>([
  ['a group with others in it can be reached', ['release'], []],
  ['a group of the requester alone cannot', ['release', 'own'], ['own']],
  ['a group that no policy defines cannot', ['nobody'], ['nobody']],
])('%s', (_name, groups, unreachable) => {
  expect(unreachableGroups(asked(groups))).toEqual(unreachable);
});

describe('laws of approvals', () => {
  const seed = 20_260_105;
  const person = fc.constantFrom('alice', 'bob', 'carol', 'dave', 'eve', ci);
  const decisions = fc.uniqueArray(
    fc.record({ actor: person, decision: fc.constantFrom('approve', 'approve', 'reject'), at: fc.constant(monday) }),
    { selector: ({ actor }) => actor },
  );
  const groups = fc.uniqueArray(fc.constantFrom('release', 'security', 'database', 'nobody'));

  it('the requester never counts: with or without their approval it stands the same', () => {
    fc.assert(
      fc.property(groups, decisions, person, (named, made, requester) => {
        const others = made.filter(({ actor }) => actor !== requester);
        const question = { ...asked(named), requester };
        const own = { actor: requester, decision: 'approve' as const, at: monday };
        expect(approvalStanding({ ...question, decisions: [...others, own] })).toEqual(
          approvalStanding({ ...question, decisions: others }),
        );
        expect(mayApprove(requester, { ...question, decisions: made }).kind).toBe('refused');
      }),
      { seed },
    );
  });

  it('the order of policies and of decisions does not matter', () => {
    fc.assert(
      fc.property(groups, decisions, (named, made) => {
        const forth = approvalStanding(asked(named, ...made));
        const back = approvalStanding({ ...asked(named, ...made.toReversed()), policies: policies.toReversed() });
        if (made.filter(({ decision }) => decision === 'reject').length < 2) expect(back).toEqual(forth);
        else expect(back.kind).toBe(forth.kind);
      }),
      { seed },
    );
  });

  it('a group more never approves what was open, and an allowed approval never makes more missing', () => {
    fc.assert(
      fc.property(groups, decisions, person, (named, made, actor) => {
        const before = approvalStanding(asked(named, ...made));
        if (before.kind !== 'open') return;
        expect(approvalStanding(asked([...named, 'database'], ...made)).kind).toBe('open');
        const answer = mayApprove(actor, asked(named, ...made));
        if (answer.kind === 'refused') return;
        const after = approvalStanding(asked(named, ...made, decided(actor)));
        const missing = before.missing.filter((group) => group !== 'anybody else' && !answer.groups.includes(group));
        expect(after).toEqual(missing.length === 0 ? { kind: 'approved' } : { kind: 'open', missing });
      }),
      { seed },
    );
  });
});
