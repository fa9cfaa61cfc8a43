import { describe, expect, it } from 'vitest';
import {
  concluded,
  detectionWait,
  driftReasons,
  uncheckedReasons,
  undetectable,
  type WatchedStack,
} from '#shared/domain/drift/detection.ts';
import { aDriftRecord } from './drift-builders.ts';

const watched = (state: WatchedStack['state']): WatchedStack => ({
  ...{ stack: 'api', stackName: 'orders-api', stackId: 'arn:orders-api', state },
});

it.each([
  ['CREATE_COMPLETE', undefined],
  ['UPDATE_ROLLBACK_FAILED', undefined],
  ['UPDATE_IN_PROGRESS', 'the stack is UPDATE_IN_PROGRESS'],
  ['ROLLBACK_COMPLETE', 'the stack is ROLLBACK_COMPLETE'],
  [undefined, 'the stack does not exist'],
])('a stack that is %s', (status, reason) => {
  expect(undetectable(status)).toBe(reason);
});

describe('looking again', () => {
  it.each<[string, WatchedStack['state'][], number, number | undefined]>([
    ['soon at first', ['running', 'over'], 0, 5],
    ['later after a while', ['waiting'], 4, 25],
    ['every minute in the end', ['running'], 34, 60],
    ['not after half an hour', ['running'], 35, undefined],
    ['not where everything is known', ['over', 'unchecked'], 0, undefined],
  ])('%s', (_, states, polls, seconds) => {
    expect(detectionWait(states.map(watched), polls)).toBe(seconds);
  });

  it('takes what did not end for unchecked', () => {
    const found = concluded((['waiting', 'running', 'over', 'unchecked'] as const).map(watched));
    expect(found.map(({ state }) => state)).toEqual(['unchecked', 'unchecked', 'over', 'unchecked']);
    expect(found[0]?.reason).toBe('the detection did not end within half an hour');
  });
});

describe('reasons', () => {
  it('are given for each stack that drifted, with what to do', () => {
    const reasons = driftReasons('production', [aDriftRecord(), aDriftRecord({ stack: 'web', status: 'IN_SYNC' })]);
    expect(reasons).toMatchObject([
      { code: 'DRIFTED', target: 'production', next: expect.stringContaining('template') },
    ]);
    expect(reasons[0]?.text).toBe(
      'Stack api in production has drifted: somebody changed past CloudFormation Jobs (/VisibilityTimeout).',
    );
  });

  it('are given for each target in which something could not be checked', () => {
    const reasons = ['the stack is busy', 'another'];
    const unchecked = aDriftRecord({ status: 'NOT_CHECKED', reasons });
    const found = uncheckedReasons([
      ...[unchecked, aDriftRecord({ stack: 'web', reasons }), aDriftRecord()],
      aDriftRecord({ target: 'elsewhere', reasons }),
    ]);
    expect(found.map(({ code, target }) => [code, target])).toEqual([
      ['DRIFT_NOT_CHECKED', 'production'],
      ['DRIFT_NOT_CHECKED', 'elsewhere'],
    ]);
    expect(found[0]?.text).toContain('api (the stack is busy), web (the stack is busy)');
  });
});
