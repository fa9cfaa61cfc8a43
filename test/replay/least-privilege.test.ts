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
  'drawbridge-preview: preview, TransformsOfAws: cloudformation:CreateChangeSet':
    'CloudFormation asks for it where a template uses a transform of AWS; the sandbox has no transforms.',
  'session of preview, statement 2: cloudformation:CreateChangeSet': 'The same, in the session of the step.',
  'session of execute, statement 2: iam:PassRole':
    'The API reference says that a stack which has a role needs no permission to pass it, the User Guide that it does. The sandbox follows the former.',
};

/** Actions granted before the code that uses them. An entry goes as soon as a recorded request needs it. */
const grantedAhead: readonly { readonly reason: string; readonly grants: readonly string[] }[] = [
  {
    reason: 'for saying why a recovery failed, later',
    grants: ['session of recover, statement 1: cloudformation:DescribeStackEvents'],
  },
  {
    reason: 'for plans that show hooks, exports and validation: the sandbox has no hooks and no early validation',
    grants: [
      'drawbridge-preview: preview, OwnChangeSets: cloudformation:DescribeChangeSetHooks',
      'drawbridge-preview: preview, ReadAccount: cloudformation:GetHookResult',
      'drawbridge-preview: preview, ReadAccount: cloudformation:GetTemplateSummary',
      'drawbridge-preview: preview, ReadAccount: cloudformation:ListExports',
      'drawbridge-preview: preview, ReadAccount: cloudformation:ListHookResults',
      'drawbridge-preview: preview, ReadAccount: cloudformation:ListImports',
      'drawbridge-preview: preview, ReadStacks: cloudformation:DescribeEvents',
      'drawbridge-preview: preview, ReadStacks: cloudformation:GetTemplateSummary',
      'session of preview, statement 1: cloudformation:DescribeEvents',
      'session of preview, statement 5: cloudformation:GetHookResult',
      'session of preview, statement 5: cloudformation:ListHookResults',
    ],
  },
  {
    reason: 'for drift, alarms, verification functions and decoded refusals, exercised by the steps that verify later',
    grants: [
      'drawbridge-audit: audit, Alarms: cloudwatch:DescribeAlarms',
      'drawbridge-audit: audit, StacksAndDrift: cloudformation:DescribeStackDriftDetectionStatus',
      'drawbridge-audit: audit, StacksAndDrift: cloudformation:DescribeStackResourceDrifts',
      'drawbridge-audit: audit, StacksAndDrift: cloudformation:DetectStackDrift',
      'drawbridge-audit: audit, StacksAndDrift: cloudformation:DetectStackResourceDrift',
      'drawbridge-audit: audit, Verifications: lambda:InvokeFunction',
      'session of audit, statement 1: cloudformation:DescribeStackResourceDrifts',
      'session of audit, statement 1: cloudformation:DetectStackDrift',
      'session of audit, statement 1: cloudformation:DetectStackResourceDrift',
      'session of audit, statement 2: cloudformation:DescribeStackDriftDetectionStatus',
      'session of audit, statement 2: cloudwatch:DescribeAlarms',
      'session of audit, statement 2: sts:DecodeAuthorizationMessage',
      'session of audit, statement 3: lambda:InvokeFunction',
    ],
  },
];

let granted: readonly string[];
let replayed: Replayed;
beforeAll(async () => {
  const recordings = readRecordings(folder);
  const shipped = await shippedPolicies();
  granted = [...namesOfGrants(shipped), ...namesOfSessionGrants()];
  replayed = replay(recordings, shipped);
}, 120_000);

const ahead = grantedAhead.flatMap(({ grants }) => grants);
const listed = () => [...Object.keys(exceptions), ...ahead];

describe('every action of a shipped policy', () => {
  it('is needed by a request of the suite: without it, one that was allowed is denied', () => {
    const spare = granted.filter((name) => !replayed.needed.has(name) && !listed().includes(name));
    expect(spare, 'granted and not needed: take them out of the policies, or test what needs them').toEqual([]);
  });

  it('is excepted at most five times, each time for a reason', () => {
    expect(Object.keys(exceptions).length).toBeLessThanOrEqual(5);
    expect(Object.values(exceptions).every((reason) => reason.length > 20)).toBe(true);
  });

  it('is excepted, or granted ahead, only while nothing needs it', () => {
    const used = listed().filter((name) => replayed.needed.has(name));
    expect(used, 'needed by now: take them out of the tables of this test').toEqual([]);
  });

  it('that is excepted or granted ahead is granted', () => {
    const gone = listed().filter((name) => !granted.includes(name));
    expect(gone, 'granted by no policy: take them out of the tables of this test').toEqual([]);
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
