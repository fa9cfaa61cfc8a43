/** What a promotion says when AWS STS refuses to open its sessions: each refusal in its own words, and nothing changed in the account. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallFault } from '#sandbox/fault.ts';
import type { World } from '#sandbox/kernel.ts';
import { homeRegion } from '#sandbox/organization.ts';
import { roleIn } from './break.ts';
import { openRehearsal, preProduction, type Rehearsal } from './rehearsed-world.ts';
import { promote } from './small-release.ts';

let rehearsal: Rehearsal;
let whole: Pick<World, 'iam' | 'organization'>;
let promoted = 0;
beforeAll(async () => {
  rehearsal = await openRehearsal();
  const { iam, organization } = rehearsal.sandbox.world;
  whole = structuredClone({ iam, organization });
}, 300_000);
afterAll(() => rehearsal.close());
afterEach(() => {
  rehearsal.strike();
  Object.assign(rehearsal.sandbox.world, structuredClone(whole));
});

/** Promotes a release of its own, and answers why that ended. */
async function reasonOf() {
  promoted += 1;
  rehearsal.sandbox.resetCalls();
  const { promotion, rollouts } = await promote(rehearsal, { pipeline: `refused-${promoted}` });
  expect(promotion.status).toBe('errored');
  // What could be looked at afterwards was; nothing was made.
  const { ListChangeSets: _, ...others } = rehearsal.sandbox.calls()['cloudformation'] ?? {};
  expect(others).toEqual({});
  return rollouts[0]?.reasons[0];
}
const trust = (edit: (text: string) => string) => {
  const role = roleIn(rehearsal.sandbox, preProduction.account, 'drawbridge-audit');
  const edited = edit(role.trust);
  expect(edited).not.toBe(role.trust);
  role.trust = edited;
};
const assumeRole = (error: string, message: string, nth = 1): CallFault => ({
  ...{ kind: 'call', service: 'sts', operation: 'AssumeRole', nth, when: 'before' },
  what: { error, message, status: error === 'ValidationError' ? 400 : 403 },
});
const denied = (why: string) =>
  `User: arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/drawbridge-plan is not authorized to perform: sts:AssumeRole on resource: arn:x ${why}`;

describe('the sandbox refuses as AWS does', () => {
  it.each<[string, () => unknown, string, RegExp]>([
    [
      'a trust policy that lets no source identity be set',
      () => trust((text) => text.replaceAll('sts:SetSourceIdentity', 'sts:GetCallerIdentity')),
      'SOURCE_IDENTITY_DENIED',
      /drawbridge-orchestrator\/drawbridge-plan may not give a session of .*drawbridge-audit its source identity/,
    ],
    [
      'a trust policy that lets no tags be set',
      () => trust((text) => text.replaceAll('sts:TagSession', 'sts:GetCallerIdentity')),
      'SESSION_TAGS_DENIED',
      /its tags \(sts:TagSession\).*222222222222/,
    ],
    [
      'a trust policy that asks for another ExternalId',
      () => trust((text) => text.replace(/"sts:ExternalId":"[^"]+"/, '"sts:ExternalId":"another"')),
      'ASSUME_ROLE_DENIED',
      /AWS does not say which check failed/,
    ],
    [
      'a region that is not active in the target',
      () =>
        Object.assign(rehearsal.sandbox.world.organization.accounts[preProduction.account]!, {
          disabledRegions: [homeRegion],
        }),
      'REGION_DISABLED',
      /not activated for account 222222222222 in eu-west-1/,
    ],
  ])('%s', async (_, breakIt, code, text) => {
    breakIt();
    expect(await reasonOf()).toMatchObject({ code, text: expect.stringMatching(text) });
  });
});

describe('what only AWS itself can answer', () => {
  it.each<[string, string, string, number, RegExp]>([
    [
      'AccessDenied',
      denied('with an explicit deny in a service control policy'),
      'ASSUME_ROLE_ORGANIZATION',
      1,
      /the organization refuses it, a service control policy denies it explicitly/,
    ],
    [
      'AccessDenied',
      denied('because no identity-based policy allows the sts:AssumeRole action'),
      'ASSUME_ROLE_CALLER',
      1,
      /its own side refuses it.*TargetAccounts/,
    ],
    ['PackedPolicyTooLarge', 'Packed policy consumes 112% of allotted space.', 'SESSION_PACKED_TOO_LARGE', 1, /112%/],
    ['MalformedPolicyDocument', 'Syntax errors in policy.', 'SESSION_POLICY_MALFORMED', 1, /Syntax errors/],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      'SESSION_OVER_CHAIN_LIMIT',
      1,
      /DurationSeconds 900 is too long .* within 3600 s/,
    ],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      'SESSION_OVER_ROLE_LIMIT',
      1,
      /more than MaxSessionDuration of arn:aws:iam::222222222222/,
    ],
    // Once after assuming anew.
    [
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
      'CREDENTIALS_REFUSED',
      2,
      /invalid/,
    ],
    // The SDK would try again only with a clock it has corrected.
    [
      'SignatureDoesNotMatch',
      'Signature expired: 20260105T090000Z is now earlier than 20260105T091500Z (20260105T092000Z - 5 min.)',
      'CLOCK_SKEWED',
      1,
      /the clock here says 2026-01-05T09:00:00Z, there it is 2026-01-05T09:20:00Z/,
    ],
  ])('%s: %s', async (error, message, code, times, text) => {
    // The session in which Discard cleans up is one more, and the only one that is given.
    rehearsal.strike(...Array.from({ length: times }, (_, index) => assumeRole(error, message, index + 1)));
    expect(await reasonOf()).toMatchObject({ code, text: expect.stringMatching(text) });
    expect(rehearsal.sandbox.calls()['sts']).toEqual({ AssumeRole: times + 1, GetCallerIdentity: 1 });
  });
});
