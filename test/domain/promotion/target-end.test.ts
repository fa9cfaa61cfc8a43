import { describe, expect, it } from 'vitest';
import type { Deployment } from '#shared/domain/promotion/records.ts';
import { targetReasons } from '#shared/domain/promotion/target-end.ts';
import { aDeployment } from '#test/builders.ts';

const queue = { code: 'STACK_FAILED', text: 'Queue is taken.', resource: 'Queue' };
const failed = aDeployment({ outcome: 'failed', reason: queue });
const stackFailed = { Error: 'StackFailed', Cause: 'Queue is taken.' };
const throttled = { Error: 'THROTTLED', Cause: 'AWS STS is throttling.' };

describe('why a target stopped', () => {
  it.each<[string, Parameters<typeof targetReasons>[0]['error'], Deployment[], object[]]>([
    ['not, where nothing was caught', {}, [failed], []],
    ['as its stacks say it', stackFailed, [aDeployment({ outcome: 'deployed' }), failed], [queue]],
    [
      'as it was caught, where no stack says more',
      stackFailed,
      [aDeployment({ outcome: 'failed' }), aDeployment()],
      [{ code: 'STACK_FAILED', text: 'Queue is taken.', target: 'production' }],
    ],
    [
      'what our machinery met, whatever failed before',
      throttled,
      [failed],
      [{ code: 'THROTTLED', text: throttled.Cause, target: 'production' }],
    ],
    [
      'what its verification says',
      { Error: 'NotVerified', Cause: JSON.stringify({ code: 'PROBE_FAILED', text: 'x' }) },
      [],
      [{ code: 'PROBE_FAILED', text: 'x', target: 'production' }],
    ],
  ])('%s', (_, error, deployments, expected) => {
    expect(targetReasons({ target: 'production', error, deployments })).toEqual(expected);
  });
});
