import { describe, expect, it } from 'vitest';
import { failureBelow, type Operation, operationOf, type StackEvent } from '#shared/domain/plan/operation.ts';

const stackId = 'arn:aws:cloudformation:eu-west-1:333333333333:stack/orders/1';

/** Events are written oldest first, as they happen, and handed over newest first, as CloudFormation lists them. */
function events(...written: Partial<StackEvent>[]): StackEvent[] {
  const base = {
    stackId,
    logicalId: 'Api',
    physicalId: 'api-1',
    type: 'AWS::Lambda::Function',
    status: '',
    token: 'ours',
    at: '',
  };
  return written.map((event) => ({ ...base, ...event })).reverse();
}
const stack = (status: string, more: Partial<StackEvent> = {}) => ({
  logicalId: 'orders',
  physicalId: stackId,
  type: 'AWS::CloudFormation::Stack',
  status,
  ...more,
});

describe('one operation, read out of a stack’s events by its token', () => {
  it('has not started while no event carries the token', () => {
    expect(operationOf(events(stack('UPDATE_COMPLETE', { token: 'others' })), 'ours')).toEqual({ kind: 'not-started' });
  });

  it('is in progress while the stack’s own newest event is', () => {
    const seen = events(stack('UPDATE_IN_PROGRESS'), { status: 'UPDATE_COMPLETE' });
    expect(operationOf(seen, 'ours')).toEqual({ kind: 'in-progress', status: 'UPDATE_IN_PROGRESS' });
  });

  it('is in progress when only resources were heard of yet', () => {
    expect(operationOf(events({ status: 'UPDATE_IN_PROGRESS' }), 'ours')).toEqual({
      kind: 'in-progress',
      status: 'STARTING',
    });
  });

  it('is not over while CloudFormation cleans up', () => {
    const seen = events(stack('UPDATE_IN_PROGRESS'), stack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'));
    expect(operationOf(seen, 'ours').kind).toBe('in-progress');
  });

  it('is deployed when the stack says so, whatever another operation did before', () => {
    const seen = events(
      stack('UPDATE_ROLLBACK_COMPLETE', { token: 'others' }),
      stack('UPDATE_IN_PROGRESS'),
      stack('UPDATE_COMPLETE'),
    );
    expect(operationOf(seen, 'ours')).toEqual({ kind: 'deployed', status: 'UPDATE_COMPLETE' });
  });

  it('fails with why the stack turned back where no resource failed', () => {
    const reason = 'Export name cannot be deleted as it is in use by other.';
    const seen = events(
      stack('UPDATE_IN_PROGRESS'),
      { status: 'UPDATE_COMPLETE' },
      stack('UPDATE_ROLLBACK_IN_PROGRESS', { reason }),
      { status: 'UPDATE_IN_PROGRESS' },
      stack('UPDATE_ROLLBACK_COMPLETE'),
    );
    expect(operationOf(seen, 'ours')).toMatchObject({
      kind: 'failed',
      status: 'UPDATE_ROLLBACK_COMPLETE',
      failure: { resource: 'orders', status: 'UPDATE_ROLLBACK_IN_PROGRESS', reason },
    });
  });

  it('fails with the first failed resource, not with the siblings that were cancelled for it', () => {
    const seen = events(
      stack('UPDATE_IN_PROGRESS'),
      { status: 'UPDATE_FAILED', reason: 'Memory size is invalid' },
      { logicalId: 'Table', status: 'UPDATE_FAILED', reason: 'Resource update cancelled' },
      stack('UPDATE_ROLLBACK_IN_PROGRESS', { reason: 'The following resource(s) failed to update: [Api].' }),
      stack('UPDATE_ROLLBACK_COMPLETE'),
    );
    expect(operationOf(seen, 'ours')).toEqual({
      kind: 'failed',
      status: 'UPDATE_ROLLBACK_COMPLETE',
      failure: {
        resource: 'Api',
        physicalId: 'api-1',
        type: 'AWS::Lambda::Function',
        status: 'UPDATE_FAILED',
        reason: 'Memory size is invalid',
      },
    });
  });

  it('keeps at most 1,000 characters of a reason, and an encoded authorization message whole', () => {
    const because = (reason: string) => {
      const seen = events(
        stack('UPDATE_IN_PROGRESS'),
        { status: 'UPDATE_FAILED', reason },
        stack('UPDATE_ROLLBACK_COMPLETE'),
      );
      return (operationOf(seen, 'ours') as Extract<Operation, { kind: 'failed' }>).failure.reason;
    };
    expect(because('x'.repeat(1001))).toBe('x'.repeat(1000));
    const denial = `denied. Encoded authorization failure message: ${'m'.repeat(3000)} (Service: Ec2)`;
    expect(because(denial)).toBe(denial);
  });

  it('takes a failed resource for the cause although CloudFormation gave no reason for it', () => {
    const seen = events(stack('UPDATE_IN_PROGRESS'), { status: 'UPDATE_FAILED' }, stack('UPDATE_ROLLBACK_COMPLETE'));
    expect(operationOf(seen, 'ours')).toMatchObject({
      failure: { resource: 'Api', reason: 'CloudFormation gave no reason.' },
    });
  });

  it('names the stack itself when no resource failed', () => {
    const failedStack = events(
      stack('UPDATE_IN_PROGRESS'),
      stack('UPDATE_FAILED', { reason: 'A hook said no' }),
      stack('UPDATE_ROLLBACK_COMPLETE'),
    );
    expect(operationOf(failedStack, 'ours')).toMatchObject({
      failure: { resource: 'orders', reason: 'A hook said no' },
    });
    const silent = events(stack('UPDATE_IN_PROGRESS'), stack('UPDATE_ROLLBACK_COMPLETE'));
    expect(operationOf(silent, 'ours')).toMatchObject({
      failure: { resource: 'orders', reason: 'CloudFormation gave no reason.' },
    });
  });
});

describe('a failure inside a nested stack', () => {
  const child = 'arn:aws:cloudformation:eu-west-1:333333333333:stack/orders-Nested-1/0a1b';
  const outer = {
    resource: 'Nested',
    physicalId: child,
    type: 'AWS::CloudFormation::Stack',
    status: 'CREATE_FAILED',
    reason: 'x',
  };
  const event = (change: Partial<StackEvent>): StackEvent => ({
    ...{ stackId: child, physicalId: 'queue-1', logicalId: 'Queue', type: 'AWS::SQS::Queue' },
    ...{ status: 'CREATE_FAILED', reason: 'no such key', at: '2026-01-05T09:00:00Z' },
    ...change,
  });

  it('is the first resource there that was not cancelled, with the way to it', () => {
    const later = event({ logicalId: 'Topic', reason: 'later' });
    const cancelled = event({ logicalId: 'Table', reason: 'Resource creation cancelled' });
    const silent = failureBelow(outer, [event({ reason: undefined })]);
    expect(silent?.reason).toBe('CloudFormation gave no reason.');
    expect(failureBelow(outer, [later, event({}), cancelled])).toEqual({
      resource: 'Nested/Queue',
      physicalId: 'queue-1',
      type: 'AWS::SQS::Queue',
      status: 'CREATE_FAILED',
      reason: 'no such key',
    });
  });

  it('is unknown where its events tell none but its own', () => {
    expect(failureBelow(outer, [event({ physicalId: child })])).toBeUndefined();
    expect(failureBelow(outer, [event({ status: 'CREATE_COMPLETE' })])).toBeUndefined();
  });
});
