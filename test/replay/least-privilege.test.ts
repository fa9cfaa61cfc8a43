/**
 * Least privilege by replay: every request that a sandbox of the test suite allowed is decided again, with each shipped policy less one
 * action. If nothing is denied, nobody needs the action, and it should not be granted.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { recordings as folder } from '#test/recording/folder.ts';
import { namesOfGrants } from './grants.ts';
import { readRecordings } from './recordings.ts';
import { type Replayed, replay } from './replay.ts';
import { namesOfSessionGrants } from './session-policies.ts';
import { shippedPolicies } from './shipped-policies.ts';

/** Actions that AWS may ask for and the sandbox does not. At most five. */
const exceptions: Readonly<Record<string, string>> = {
  'session of execute, statement 2: iam:PassRole':
    'The API reference says that a stack which has a role needs no permission to pass it, the User Guide that it does. The sandbox follows the former.',
  'drawbridge-preview: preview, ReadHookResults: cloudformation:ListHookResults':
    'Says which hook refused a change set (test/aws/edge-cases.test.ts); the sandbox has no hooks.',
  'session of preview, statement 5: cloudformation:ListHookResults': 'The same, in the session of the step.',
  'drawbridge-preview: preview, ReadStacks: cloudformation:DescribeEvents':
    'Says what early validation refused (test/aws/edge-cases.test.ts); the sandbox validates nothing early.',
  'session of preview, statement 1: cloudformation:DescribeEvents': 'The same, in the session of the step.',
};

let granted: readonly string[];
let replayed: Replayed;
beforeAll(async () => {
  const recordings = readRecordings(folder);
  const shipped = await shippedPolicies();
  granted = [...namesOfGrants(shipped), ...namesOfSessionGrants()];
  replayed = replay(recordings, shipped);
}, 120_000);

const listed = Object.keys(exceptions);

describe('every action of a shipped policy', () => {
  it('is needed by a request of the suite: without it, one that was allowed is denied', () => {
    const spare = granted.filter((name) => !replayed.needed.has(name) && !listed.includes(name));
    expect(spare, 'granted and not needed: take them out of the policies, or test what needs them').toEqual([]);
  });

  it('is excepted at most five times, each time for a reason', () => {
    expect(listed.length).toBeLessThanOrEqual(5);
    expect(Object.values(exceptions).every((reason) => reason.length > 20)).toBe(true);
  });

  it('is excepted only while nothing needs it', () => {
    const used = listed.filter((name) => replayed.needed.has(name));
    expect(used, 'needed by now: take them out of the table of this test').toEqual([]);
  });

  it('that is excepted is granted', () => {
    const gone = listed.filter((name) => !granted.includes(name));
    expect(gone, 'granted by no policy: take them out of the table of this test').toEqual([]);
  });
});

describe('the replay', () => {
  it('has requests of every shipped role', () => {
    const roles = new Set(granted.flatMap((name) => /^(drawbridge-[a-z-]+): /.exec(name)?.[1] ?? []));
    const asking = new Set([...replayed.replayed.keys()].map((arn) => arn.slice(arn.lastIndexOf('/') + 1)));
    expect([...roles].filter((role) => !asking.has(role))).toEqual([]);
  });

  it('allows nearly all that was allowed: what it cannot decide again is of worlds with other policies', () => {
    const total = [...replayed.replayed.values()].reduce((sum, count) => sum + count, replayed.refused);
    expect(total).toBeGreaterThan(1000);
    expect(replayed.refused / total).toBeLessThan(0.2);
  });
});
