import { StackStatus } from '@aws-sdk/client-cloudformation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecoveryAction } from '#shared/domain/plan/stack-plan.ts';
import { stackHealth } from '#shared/domain/plan/stack-status.ts';
import { recoveryMatrix, rowOf } from '#shared/domain/recovery/matrix.ts';
import { recoveryProgress, recoveryWait } from '#shared/domain/recovery/progress.ts';
import { type Recovery, recoveryFor } from '#shared/domain/recovery/recovery.ts';
import { demandSkippable, type ListedResource, skippableIn } from '#shared/domain/recovery/skippable.ts';

const nothingAllowed = { recreateFailedCreations: false, forceDelete: false };
const everythingAllowed = { recreateFailedCreations: true, forceDelete: true };
const facts = (status: string, allowed = nothingAllowed, skip: string[] = []) => ({ status, allowed, skip });

describe('the recovery matrix', () => {
  it('has one row for each state that CloudFormation knows', () => {
    expect(Object.keys(recoveryMatrix).toSorted()).toEqual(Object.values(StackStatus).toSorted());
  });

  it.each(Object.values(StackStatus))('says of %s what planning takes it for', (status) => {
    const { kind, ...row } = rowOf(status);
    const health = stackHealth(status);
    if (kind === 'plan')
      expect(health).toMatch('changeSet' in row && row.changeSet === 'UPDATE' ? /^healthy$/ : /^(absent|review)$/);
    else expect(health).toBe(kind === 'wait' ? 'busy' : 'stuck');
  });

  it('lets a person look at a state that CloudFormation invents later', () => {
    for (const status of ['EXPORT_FAILED', 'constructor', '']) expect(rowOf(status)).toMatchObject({ kind: 'by-hand' });
  });
});

describe('bringing a stack back', () => {
  const possible = (status: string, action: RecoveryAction, skip: string[] = []): Recovery => ({
    kind: 'possible',
    recovery: { status, action, skip, approved: skip.length === 0 },
  });

  it.each<[string, ReturnType<typeof facts>, Recovery]>([
    ['is not needed for a healthy stack', facts('UPDATE_COMPLETE', everythingAllowed, ['X']), { kind: 'none' }],
    ['is not begun while somebody changes it', facts('UPDATE_IN_PROGRESS', everythingAllowed), { kind: 'none' }],
    ['deletes by itself what never was', facts('ROLLBACK_COMPLETE'), possible('ROLLBACK_COMPLETE', 'delete')],
    ['rolls an update back by itself', facts('UPDATE_FAILED'), possible('UPDATE_FAILED', 'roll-back')],
    [
      'continues a rollback by itself',
      facts('UPDATE_ROLLBACK_FAILED'),
      possible('UPDATE_ROLLBACK_FAILED', 'continue-rollback'),
    ],
    [
      'skips what a retry names, once each and in order, as somebody else has to agree',
      facts('UPDATE_ROLLBACK_FAILED', nothingAllowed, ['Topic', 'Queue', 'Topic']),
      possible('UPDATE_ROLLBACK_FAILED', 'continue-rollback', ['Queue', 'Topic']),
    ],
    [
      'skips nothing where no rollback is continued',
      facts('UPDATE_FAILED', nothingAllowed, ['Queue']),
      possible('UPDATE_FAILED', 'roll-back'),
    ],
    [
      'deletes a failed creation where a policy says so',
      facts('CREATE_FAILED', { recreateFailedCreations: true, forceDelete: false }),
      possible('CREATE_FAILED', 'delete'),
    ],
    [
      'deletes a creation that could not be undone where a policy says so',
      facts('ROLLBACK_FAILED', { recreateFailedCreations: true, forceDelete: false }),
      possible('ROLLBACK_FAILED', 'delete'),
    ],
    [
      'finishes a deletion where a policy says so',
      facts('DELETE_FAILED', { recreateFailedCreations: false, forceDelete: true }),
      possible('DELETE_FAILED', 'force-delete'),
    ],
  ])('%s', (_, given, expected) => {
    expect(recoveryFor(given)).toEqual(expected);
  });

  it.each<[string, ReturnType<typeof facts>, RegExp]>([
    ['a failed creation', facts('CREATE_FAILED'), /recovery\.recreateFailedCreations: true/],
    ['a creation that could not be undone', facts('ROLLBACK_FAILED'), /recovery\.recreateFailedCreations: true/],
    ['a failed deletion', facts('DELETE_FAILED'), /recovery\.forceDelete: true/],
    [
      'a failed deletion where only creations are opted in to',
      facts('DELETE_FAILED', { recreateFailedCreations: true, forceDelete: false }),
      /recovery\.forceDelete: true/,
    ],
    ['a failed import', facts('IMPORT_ROLLBACK_FAILED', everythingAllowed), /CloudFormation console/],
    ['an unknown state', facts('WHO_KNOWS', everythingAllowed), /does not know this state.*CloudFormation console/],
  ])('is left to a person for %s, who is told what to do', (_, given, next) => {
    expect(recoveryFor(given)).toEqual({ kind: 'blocked', next: expect.stringMatching(next) });
  });

  it('never deletes a stack that once was complete, whatever is opted in to', () => {
    const neverComplete = ['ROLLBACK_COMPLETE', 'CREATE_FAILED', 'ROLLBACK_FAILED'];
    const status = fc.constantFrom(...Object.values(StackStatus));
    fc.assert(
      fc.property(status, fc.boolean(), fc.boolean(), (now, recreateFailedCreations, forceDelete) => {
        const found = recoveryFor(facts(now, { recreateFailedCreations, forceDelete }));
        const action = found.kind === 'possible' ? found.recovery.action : undefined;
        if (action === 'delete') expect(neverComplete).toContain(now);
        if (action === 'force-delete') expect([now, forceDelete]).toEqual(['DELETE_FAILED', true]);
      }),
      { seed: 7 },
    );
  });
});

describe('how far a recovery is', () => {
  it.each<[RecoveryAction, string, string, boolean, string]>([
    ['delete', 'ROLLBACK_COMPLETE', 'ROLLBACK_COMPLETE', false, 'to-do'],
    ['delete', 'ROLLBACK_COMPLETE', 'DELETE_IN_PROGRESS', false, 'under-way'],
    ['delete', 'ROLLBACK_COMPLETE', 'DELETE_IN_PROGRESS', true, 'under-way'],
    ['delete', 'ROLLBACK_COMPLETE', 'DELETE_COMPLETE', true, 'done'],
    ['delete', 'ROLLBACK_COMPLETE', 'REVIEW_IN_PROGRESS', true, 'done'],
    ['delete', 'ROLLBACK_COMPLETE', 'DELETE_FAILED', true, 'failed'],
    ['delete', 'ROLLBACK_COMPLETE', 'ROLLBACK_COMPLETE', true, 'failed'],
    // Somebody made the stack anew meanwhile; it is not ours to go on with.
    ['delete', 'ROLLBACK_COMPLETE', 'CREATE_COMPLETE', true, 'failed'],
    ['force-delete', 'DELETE_FAILED', 'DELETE_FAILED', false, 'to-do'],
    ['force-delete', 'DELETE_FAILED', 'DELETE_COMPLETE', true, 'done'],
    ['force-delete', 'DELETE_FAILED', 'DELETE_FAILED', true, 'failed'],
    ['roll-back', 'UPDATE_FAILED', 'UPDATE_FAILED', false, 'to-do'],
    ['roll-back', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_IN_PROGRESS', true, 'under-way'],
    ['roll-back', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', true, 'under-way'],
    ['roll-back', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_COMPLETE', true, 'done'],
    ['roll-back', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_FAILED', true, 'failed'],
    ['continue-rollback', 'UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_FAILED', false, 'to-do'],
    ['continue-rollback', 'UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_COMPLETE', true, 'done'],
    ['continue-rollback', 'UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_FAILED', true, 'failed'],
    ['continue-rollback', 'UPDATE_ROLLBACK_FAILED', 'DELETE_COMPLETE', true, 'failed'],
    // It became another kind of stuck before anything was asked for.
    ['continue-rollback', 'UPDATE_ROLLBACK_FAILED', 'DELETE_FAILED', false, 'failed'],
  ])('%s of a stack in %s, now in %s, begun %s: %s', (action, before, now, begun, progress) => {
    expect(recoveryProgress({ before, action }, now, begun)).toBe(progress);
  });

  it.each([
    [0, 5],
    [1, 10],
    [11, 60],
    [23, 120],
    [749, 120],
    [750, undefined],
  ])('after %i looks the next is in %s seconds', (polls, seconds) => {
    expect(recoveryWait(polls)).toBe(seconds);
  });

  it('is looked at for a day', () => {
    const seconds = Array.from({ length: 750 }, (_, polls) => recoveryWait(polls) ?? 0).reduce((a, b) => a + b, 0);
    expect(seconds).toBeGreaterThan(24 * 3600);
    expect(seconds).toBeLessThan(26 * 3600);
  });
});

describe('what a continued rollback can skip', () => {
  const stackId = 'arn:aws:cloudformation:eu-west-1:333333333333:stack/orders-api-Web-1AB/2';
  const listed = (logicalId: string, status: string, more: Partial<ListedResource> = {}): ListedResource => ({
    ...{ logicalId, status, type: 'AWS::SQS::Queue', physicalId: logicalId, ...more },
  });
  const stack = { type: 'AWS::CloudFormation::Stack' };

  it.each<[string, string | undefined, ReturnType<typeof skippableIn>]>([
    ['by its logical id', undefined, [{ name: 'Queue' }]],
    ['of a nested stack with the name of that stack', 'orders-api-Web-1AB', [{ name: 'orders-api-Web-1AB.Queue' }]],
  ])('is a resource in UPDATE_FAILED, %s, and no other', (_, nestedIn, expected) => {
    const all = [listed('Queue', 'UPDATE_FAILED'), listed('Topic', 'UPDATE_COMPLETE'), listed('Old', 'DELETE_FAILED')];
    expect(skippableIn(all, nestedIn)).toEqual(expected);
  });

  it('is looked for in a nested stack, unless that was never made', () => {
    const nests = listed('Web', 'UPDATE_FAILED', { ...stack, physicalId: stackId });
    expect(skippableIn([nests])).toEqual([{ name: 'Web', nested: { stackId, stackName: 'orders-api-Web-1AB' } }]);
    expect(skippableIn([listed('Web', 'UPDATE_FAILED', { ...stack, physicalId: '' })])).toEqual([{ name: 'Web' }]);
  });

  it.each<[string[], string[], RegExp | undefined]>([
    [['Queue'], ['Queue', 'Topic'], undefined],
    [['Queue', 'Vpc'], ['Topic', 'Queue'], /cannot skip Vpc: .*--skip api:Queue --skip api:Topic\./],
    [['Vpc'], [], /cannot skip Vpc: .*retry without --skip\./],
  ])('is demanded of %j where it is %j', (skip, skippable, refusal) => {
    const demand = () => demandSkippable({ stack: 'api', skip }, skippable, { stack: 'orders-api' });
    if (refusal === undefined) expect(demand).not.toThrow();
    else expect(demand).toThrow(refusal);
  });
});
