import { describe, expect, it } from 'vitest';
import { isDeployed, isSettled, stackHealth } from '#shared/domain/plan/stack-status.ts';

describe('what a stack status means', () => {
  it.each([
    ['DELETE_COMPLETE', 'absent'],
    ['REVIEW_IN_PROGRESS', 'review'],
    ['CREATE_COMPLETE', 'healthy'],
    ['UPDATE_COMPLETE', 'healthy'],
    ['UPDATE_ROLLBACK_COMPLETE', 'healthy'],
    ['IMPORT_ROLLBACK_COMPLETE', 'healthy'],
    ['UPDATE_IN_PROGRESS', 'busy'],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'busy'],
    ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'busy'],
    ['ROLLBACK_COMPLETE', 'stuck'],
    ['UPDATE_ROLLBACK_FAILED', 'stuck'],
    ['CREATE_FAILED', 'stuck'],
    ['DELETE_FAILED', 'stuck'],
  ])('%s is %s', (status, health) => {
    expect(stackHealth(status)).toBe(health);
  });

  it.each([
    ['UPDATE_COMPLETE', true, true],
    ['CREATE_COMPLETE', true, true],
    ['UPDATE_ROLLBACK_COMPLETE', true, false],
    ['ROLLBACK_COMPLETE', true, false],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', false, false],
  ])('%s: settled %s, deployed %s', (status, settled, deployed) => {
    expect([isSettled(status), isDeployed(status)]).toEqual([settled, deployed]);
  });
});
