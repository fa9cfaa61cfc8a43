/** CloudFormation's edge cases, one describe each: how every state of a stack is reached and left. */
import type {
  DescribeChangeSetCommandOutput,
  DescribeStackResourcesCommandOutput,
  StackStatus,
} from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from 'vitest';
import { executionRole, type FakeSandbox, fakeSandbox, fault } from './fake-sandbox.ts';
import { deploy, physicalId, plan, properties, queue, type Resources, stackOf, story, template } from './scenario.ts';

const jobs = (timeout: number, more: Resources = {}) =>
  template({ Jobs: queue({ VisibilityTimeout: timeout }), ...more });
const dead = { Dead: queue({}, { DependsOn: 'Jobs' }) };

let fake: FakeSandbox;
beforeEach(() => {
  fake = fakeSandbox();
});

const ask = async (operation: string, input: object = {}) => {
  const answer = await fake.ask(operation, { StackName: 'orders', ...input });
  await fake.run();
  return answer;
};
const statusOf = async (name = 'orders') => (await stackOf(fake, name)).StackStatus;
const createComplete = (body = jobs(30)) => deploy(fake, { body, type: 'CREATE', token: 'create' });
const described = (input: object) => fake.ask<DescribeChangeSetCommandOutput>('DescribeChangeSet', input);

const reach: Partial<Record<StackStatus, () => Promise<unknown>>> = {
  REVIEW_IN_PROGRESS: () => plan(fake, { body: jobs(30), type: 'CREATE' }),
  CREATE_IN_PROGRESS: async () => {
    const { ChangeSetId } = await plan(fake, { body: jobs(30), type: 'CREATE' });
    await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId });
  },
  CREATE_COMPLETE: () => createComplete(),
  CREATE_FAILED: () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Dead'));
    return deploy(fake, { body: jobs(30, dead), type: 'CREATE', execute: { DisableRollback: true } });
  },
  ROLLBACK_COMPLETE: () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Jobs'));
    return createComplete();
  },
  ROLLBACK_FAILED: () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Dead'), fault('DELETE_FAILED', 'Jobs'));
    return createComplete(jobs(30, dead));
  },
  UPDATE_IN_PROGRESS: async () => {
    await createComplete();
    const { ChangeSetId } = await plan(fake, { body: jobs(60) });
    await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId });
  },
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: async () => {
    await createComplete(jobs(30, dead));
    const { ChangeSetId } = await plan(fake, { body: jobs(60) });
    await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId });
    while ((await statusOf()) === 'UPDATE_IN_PROGRESS') await fake.run(1);
  },
  UPDATE_COMPLETE: async () => {
    await createComplete();
    await deploy(fake, { body: jobs(60) });
  },
  UPDATE_FAILED: async () => {
    await createComplete();
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs'));
    await deploy(fake, { body: jobs(60), execute: { DisableRollback: true } });
  },
  UPDATE_ROLLBACK_COMPLETE: async () => {
    await createComplete();
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs'));
    await deploy(fake, { body: jobs(60) });
  },
  UPDATE_ROLLBACK_FAILED: async () => {
    await createComplete();
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs', 2));
    await deploy(fake, { body: jobs(60) });
  },
  DELETE_FAILED: async () => {
    await createComplete();
    fake.resourceFaults.push(fault('DELETE_FAILED', 'Jobs'));
    await ask('DeleteStack');
  },
};

/** What happens to a stack in each status: `refused` or the status it ends in. */
const updatable = 'Stack [orders] already exists and cannot be created again with the changeSet [next].';
const states = (Object.keys(reach) as StackStatus[]).map((status) => [status] as const);

describe.each(states)('a stack in %s', (status) => {
  const inState = (verb: string) =>
    expect.stringMatching(new RegExp(`is in ${status} state and can not be ${verb}\\.$`));
  const busy = status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
  const retried = status === 'CREATE_FAILED' || status === 'UPDATE_FAILED';
  const healthy: readonly string[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'];

  beforeEach(async () => {
    await reach[status]?.();
    expect(await statusOf()).toBe(status);
  });

  it('takes an UPDATE change set when it is healthy, or failed with rollback disabled', async () => {
    const planned = fake.ask('CreateChangeSet', { StackName: 'orders', ChangeSetName: 'next', TemplateBody: jobs(90) });
    if (healthy.includes(status) || retried) await expect(planned).resolves.toHaveProperty('Id');
    else await expect(planned).rejects.toMatchObject({ code: 'ValidationError', message: inState('updated') });
  });

  it('takes a CREATE change set only while it is a shell', async () => {
    const input = { StackName: 'orders', ChangeSetName: 'next', ChangeSetType: 'CREATE', TemplateBody: jobs(90) };
    const planned = fake.ask('CreateChangeSet', input);
    if (status === 'REVIEW_IN_PROGRESS') await expect(planned).resolves.toHaveProperty('Id');
    else await expect(planned).rejects.toMatchObject({ code: 'ValidationError', message: updatable });
  });

  it('takes RollbackStack only when it failed with rollback disabled', async () => {
    const rolled = ask('RollbackStack');
    if (retried) await rolled;
    else {
      const message = inState(busy ? 'updated' : 'rolled back');
      await expect(rolled).rejects.toMatchObject({ code: 'ValidationError', message });
    }
    const { StackId } = Object.values(fake.world.cloudformation.stacks).map(({ stackId }) => ({
      StackId: stackId,
    }))[0]!;
    if (retried)
      expect(await statusOf(StackId)).toBe(status === 'CREATE_FAILED' ? 'DELETE_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE');
  });

  it('takes ContinueUpdateRollback only when its rollback failed', async () => {
    const continued = ask('ContinueUpdateRollback');
    if (status === 'UPDATE_ROLLBACK_FAILED') {
      await continued;
      expect(await statusOf()).toBe('UPDATE_ROLLBACK_COMPLETE');
      return;
    }
    const message = 'RollbackUpdatedStack cannot be called from current stack status';
    await expect(continued).rejects.toMatchObject({ code: 'ValidationError', message });
  });

  it('takes CancelUpdateStack only while it is updated', async () => {
    const cancelled = ask('CancelUpdateStack');
    if (status === 'UPDATE_IN_PROGRESS') {
      await cancelled;
      expect(await statusOf()).toBe('UPDATE_ROLLBACK_COMPLETE');
      return;
    }
    const message = 'CancelUpdateStack cannot be called from current stack status';
    await expect(cancelled).rejects.toMatchObject({ code: 'ValidationError', message });
  });

  it('takes DeleteStack unless it is updated', async () => {
    const { StackId } = await stackOf(fake);
    const deleted = ask('DeleteStack');
    if (busy && status !== 'CREATE_IN_PROGRESS') {
      const message = `Stack [${StackId}] cannot be deleted while in status ${status}`;
      await expect(deleted).rejects.toMatchObject({ code: 'ValidationError', message });
      return;
    }
    await deleted;
    expect(await statusOf(StackId)).toBe('DELETE_COMPLETE');
  });
});

describe('E3 REVIEW_IN_PROGRESS', () => {
  it('stays when its last change set is deleted, without template or resources, and can then be deleted', async () => {
    const { ChangeSetId, StackId } = await plan(fake, { body: jobs(30), type: 'CREATE' });
    await ask('DeleteChangeSet', { ChangeSetName: ChangeSetId });
    expect(await ask('ListChangeSets')).toEqual({ Summaries: [] });
    expect(await statusOf()).toBe('REVIEW_IN_PROGRESS');
    expect(await ask('ListStackResources')).toEqual({ StackResourceSummaries: [] });
    await ask('DeleteStack');
    expect(await statusOf(StackId)).toBe('DELETE_COMPLETE');
  });

  it('takes a direct create as a name that is taken', async () => {
    await plan(fake, { body: jobs(30), type: 'CREATE' });
    await expect(ask('CreateStack', { TemplateBody: jobs(30) })).rejects.toMatchObject({
      code: 'AlreadyExistsException',
    });
  });

  it('is answered a while longer where a fault asks for it, only while the stack is created', async () => {
    fake.staleReads = 2;
    const { ChangeSetId } = await plan(fake, { body: jobs(30), type: 'CREATE' });
    expect(await statusOf()).toBe('REVIEW_IN_PROGRESS');
    await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId });
    expect([await statusOf(), await statusOf(), await statusOf()]).toEqual([
      'REVIEW_IN_PROGRESS',
      'REVIEW_IN_PROGRESS',
      'CREATE_IN_PROGRESS',
    ]);
    fake.staleReads = 9;
    await fake.run();
    expect(await statusOf()).toBe('CREATE_COMPLETE');
  });
});

describe('E4 ROLLBACK_COMPLETE', () => {
  it('frees the name by deletion, unless termination protection holds it', async () => {
    await reach.ROLLBACK_COMPLETE?.();
    await ask('UpdateTerminationProtection', { EnableTerminationProtection: true });
    await expect(ask('DeleteStack')).rejects.toThrow(
      'Stack [orders] cannot be deleted while TerminationProtection is enabled',
    );
    await ask('UpdateTerminationProtection', { EnableTerminationProtection: false });
    await ask('DeleteStack');
    expect((await createComplete()).StackStatus).toBe('CREATE_COMPLETE');
  });
});

describe('E5 a creation that failed', () => {
  it('is deleted by RollbackStack, with RetainExceptOnCreate including what is to be retained', async () => {
    const kept = {
      Kept: queue({}, { DeletionPolicy: 'Retain' }),
      Other: queue({}, { DeletionPolicy: 'RetainExceptOnCreate' }),
    };
    const Last = queue({}, { DependsOn: ['Kept', 'Other'] });
    const ends = [];
    for (const RetainExceptOnCreate of [true, false]) {
      fake = fakeSandbox();
      fake.resourceFaults.push(fault('CREATE_FAILED', 'Last'));
      const body = template({ ...kept, Last });
      const { StackId } = await deploy(fake, { body, type: 'CREATE', input: { OnStackFailure: 'DO_NOTHING' } });
      await ask('RollbackStack', { RetainExceptOnCreate });
      ends.push(
        (await story(fake, StackId)).filter((line) => /^(Kept|Other) DELETE_(SKIPPED|COMPLETE)/.test(line)).sort(),
      );
    }
    expect(ends).toEqual([
      ['Kept DELETE_COMPLETE', 'Other DELETE_COMPLETE'],
      ['Kept DELETE_SKIPPED', 'Other DELETE_COMPLETE'],
    ]);
  });

  it('can be tried again with rollback disabled, keeping what was made', async () => {
    await reach.CREATE_FAILED?.();
    const made = physicalId(fake, 'Jobs');
    const retry = { body: jobs(30, dead), execute: { DisableRollback: true } };
    expect((await deploy(fake, retry)).StackStatus).toBe('UPDATE_COMPLETE');
    expect(physicalId(fake, 'Jobs')).toBe(made);
    expect(physicalId(fake, 'Dead')).toBeDefined();
  });

  it('is deleted by RollbackStack also when the second try failed: it never was stable', async () => {
    await reach.CREATE_FAILED?.();
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Dead'));
    const { StackId, StackStatus } = await deploy(fake, { body: jobs(60, dead), execute: { DisableRollback: true } });
    expect(StackStatus).toBe('UPDATE_FAILED');
    await ask('RollbackStack', { ClientRequestToken: 'back' });
    expect(await statusOf(StackId)).toBe('DELETE_COMPLETE');
    expect(await fake.ask('RollbackStack', { StackName: StackId, ClientRequestToken: 'back' })).toEqual({ StackId });
  });

  it('and a rollback that failed leave DeleteStack as the only way out', async () => {
    await reach.ROLLBACK_FAILED?.();
    const { StackId } = await stackOf(fake);
    await ask('DeleteStack');
    expect(await statusOf(StackId)).toBe('DELETE_COMPLETE');
  });
});

describe('E5 DELETE_FAILED', () => {
  const body = jobs(30, dead);
  let stackId = '';
  beforeEach(async () => {
    stackId = (await createComplete(body)).StackId ?? '';
    fake.resourceFaults.push(fault('DELETE_FAILED', 'Dead'));
    await ask('DeleteStack');
  });

  it('is deleted by a second try that goes through', async () => {
    await ask('DeleteStack');
    expect(await statusOf(stackId)).toBe('DELETE_COMPLETE');
  });

  it('is deleted with FORCE_DELETE_STACK, which leaves behind what still cannot go', async () => {
    fake.resourceFaults.push(fault('DELETE_FAILED', 'Dead'));
    await ask('DeleteStack', { DeletionMode: 'FORCE_DELETE_STACK', ClientRequestToken: 'force' });
    expect(await story(fake, stackId, 'force')).toEqual([
      'orders DELETE_IN_PROGRESS: User Initiated',
      'Dead DELETE_IN_PROGRESS',
      'Dead DELETE_FAILED: Dead is out of order',
      'Dead DELETE_SKIPPED',
      'Jobs DELETE_IN_PROGRESS',
      'Jobs DELETE_COMPLETE',
      'orders DELETE_COMPLETE',
    ]);
  });

  it.each([
    ['a resource nobody knows', ['No']],
    ['a resource that is gone', ['Gone', 'Dead']],
  ])('cannot retain %s', async (_case, RetainResources) => {
    await expect(ask('DeleteStack', { RetainResources })).rejects.toThrow(
      'The specified resources to retain must be in a valid state. Do not specify resources that are in the DELETE_COMPLETE state.',
    );
  });

  it.each([
    [
      { RetainResources: ['Jobs'] },
      'When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.',
    ],
    [
      { DeletionMode: 'FORCE_DELETE_STACK' },
      'You can activate DeletionMode FORCE_DELETE_STACK in a delete stack operation only when the stack is in the DELETE_FAILED state.',
    ],
  ])('is the only status for %j', async (input, message) => {
    fake = fakeSandbox();
    const { StackId } = await createComplete();
    await expect(ask('DeleteStack', input)).rejects.toMatchObject({
      code: 'ValidationError',
      message: `Invalid operation on stack [${StackId}]. ${message}`,
    });
    await ask('DeleteStack', { DeletionMode: 'STANDARD' });
    expect(await statusOf(StackId)).toBe('DELETE_COMPLETE');
  });
});

describe('E6 UPDATE_ROLLBACK_FAILED', () => {
  const more = {
    Other: queue({ DelaySeconds: 1 }),
    Last: queue({ DelaySeconds: 1 }, { DependsOn: ['Jobs', 'Other'] }),
  };
  const changed = {
    Other: queue({ DelaySeconds: 2 }),
    Last: queue({ DelaySeconds: 2 }, { DependsOn: ['Jobs', 'Other'] }),
  };

  beforeEach(async () => {
    await createComplete(jobs(30, more));
    for (const name of ['Jobs', 'Other'])
      fake.resourceFaults.push({ ...fault('UPDATE_FAILED', name), during: 'rollback' });
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Last'));
    await deploy(fake, { body: jobs(60, changed) });
    expect(await statusOf()).toBe('UPDATE_ROLLBACK_FAILED');
  });

  it('names every resource whose rollback failed, and leaves those after them as they are', async () => {
    const { StackStatusReason } = await stackOf(fake);
    expect(StackStatusReason).toBe('The following resource(s) failed to update: [Jobs, Other]. ');
    expect(properties(fake, 'Jobs')).toEqual({ VisibilityTimeout: 60 });
  });

  it('continues with the failed ones and those that waited for them', async () => {
    await ask('ContinueUpdateRollback', { ClientRequestToken: 'again' });
    expect((await story(fake, 'orders', 'again')).filter((line) => / UPDATE_COMPLETE/.test(line))).toEqual([
      'Jobs UPDATE_COMPLETE',
      'Other UPDATE_COMPLETE',
      'Last UPDATE_COMPLETE',
    ]);
    expect(properties(fake, 'Jobs')).toEqual({ VisibilityTimeout: 30 });
  });

  it.each([
    ['ForceRollback', { ForceRollback: true }, ['Jobs', 'Other']],
    ['ResourcesToSkip', { ResourcesToSkip: ['Other'] }, ['Other']],
  ])('skips by %s, marks and records what it skipped', async (_case, input, names) => {
    await ask('ContinueUpdateRollback', { ...input, ClientRequestToken: 'skip' });
    const told = (await story(fake, 'orders', 'skip')).filter((line) => line.includes('skipped'));
    expect(told).toEqual(names.map((name) => `${name} UPDATE_COMPLETE: Resource skipped during rollback`));
    expect(await statusOf()).toBe('UPDATE_ROLLBACK_COMPLETE');
    const [stack] = Object.values(fake.world.cloudformation.stacks);
    const skipped = Object.values(stack!.resources).filter((record) => record.skipped);
    expect(skipped.map(({ logicalId }) => logicalId)).toEqual(names);
    const { StackResources } = await fake.ask<DescribeStackResourcesCommandOutput>('DescribeStackResources', {
      StackName: 'orders',
      LogicalResourceId: 'Other',
    });
    expect(StackResources).toMatchObject([
      { ResourceStatus: 'UPDATE_COMPLETE', DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' } },
    ]);
    await deploy(fake, { body: jobs(90, changed) });
    expect(Object.values(fake.world.cloudformation.stacks)[0]?.resources['Other']?.skipped).toBeUndefined();
  });

  it.each([
    ['one that waits for a failed one', { ResourcesToSkip: ['Last'] }, 'Invalid resources: [Last]'],
    ['one nobody knows', { ResourcesToSkip: ['Jobs', 'No'] }, 'Invalid resources: [No]'],
    ['a list together with ForceRollback', { ResourcesToSkip: ['Jobs'], ForceRollback: true }, 'mutually exclusive'],
  ])('does not skip %s', async (_case, input, message) => {
    await expect(ask('ContinueUpdateRollback', input)).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringContaining(message),
    });
    expect(await statusOf()).toBe('UPDATE_ROLLBACK_FAILED');
  });

  it('takes a repeated token as done, and the token of another operation not at all', async () => {
    await ask('ContinueUpdateRollback', { ClientRequestToken: 'again' });
    expect(await ask('ContinueUpdateRollback', { ClientRequestToken: 'again' })).toEqual({});
    await expect(ask('ContinueUpdateRollback', { ClientRequestToken: 'create' })).rejects.toMatchObject({
      code: 'TokenAlreadyExistsException',
    });
  });

  it('goes on with another role where one is given, which stays', async () => {
    const RoleARN = executionRole.replace('execution', 'repair');
    fake.asked.length = 0;
    await ask('ContinueUpdateRollback', { RoleARN });
    expect(fake.asked.map(({ permission }) => permission.action)).toContain('iam:PassRole');
    expect((await stackOf(fake)).RoleARN).toBe(RoleARN);
    const acting = fake.asked.find(({ permission }) => permission.action.startsWith('sqs:'))?.principal;
    expect(acting).toContain('drawbridge-repair');
  });
});

describe('E7 UPDATE_FAILED', () => {
  const body = jobs(60, { New: queue({}, { DependsOn: 'Jobs' }), Last: queue({}, { DependsOn: 'New' }) });
  const again = { DisableRollback: true };

  beforeEach(async () => {
    await createComplete();
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Last'));
    expect((await deploy(fake, { body, execute: again })).StackStatus).toBe('UPDATE_FAILED');
  });

  it('goes back to the last stable state by RollbackStack, with the token on its events', async () => {
    await ask('RollbackStack', { ClientRequestToken: 'back' });
    expect(await story(fake, 'orders', 'back')).toEqual([
      'orders UPDATE_ROLLBACK_IN_PROGRESS: User Initiated',
      'Jobs UPDATE_IN_PROGRESS',
      'Jobs UPDATE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'Last DELETE_COMPLETE',
      'New DELETE_IN_PROGRESS',
      'New DELETE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(properties(fake, 'Jobs')).toEqual({ VisibilityTimeout: 30 });
  });

  it('goes on forward with rollback disabled again, and only then', async () => {
    await expect(deploy(fake, { body })).rejects.toThrow(
      'This stack is currently in a non-terminal [UPDATE_FAILED] state. To update the stack from this state, please use the disable-rollback parameter',
    );
    expect((await deploy(fake, { body, execute: again })).StackStatus).toBe('UPDATE_COMPLETE');
    expect(physicalId(fake, 'Last')).toBeDefined();
  });

  it('goes back over several failed tries at once', async () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Third'));
    const third = jobs(60, { New: queue({ DelaySeconds: 3 }), Third: queue({}, { DependsOn: 'New' }) });
    expect((await deploy(fake, { body: third, execute: again })).StackStatus).toBe('UPDATE_FAILED');
    await ask('RollbackStack');
    const [stack] = Object.values(fake.world.cloudformation.stacks);
    expect([stack?.status, Object.keys(stack!.resources), properties(fake, 'Jobs')]).toEqual([
      'UPDATE_ROLLBACK_COMPLETE',
      ['Jobs'],
      { VisibilityTimeout: 30 },
    ]);
  });

  it('begins no replacement, which could not be undone', async () => {
    const renamed = template({ Jobs: queue({ QueueName: 'renamed' }) });
    await deploy(fake, { body: renamed, execute: again });
    expect(await story(fake)).toContain(
      'Jobs UPDATE_FAILED: Replacement type updates not supported on stack with disable-rollback.',
    );
  });

  it('can fail to go back, and then continue', async () => {
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs'));
    await ask('RollbackStack');
    expect(await statusOf()).toBe('UPDATE_ROLLBACK_FAILED');
    await ask('ContinueUpdateRollback');
    expect(await statusOf()).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});

describe('E9 nothing to do', () => {
  it('on a stack whose last operation was rolled back is no failure: the set fails with AWS’s words and the stack stays', async () => {
    await reach.UPDATE_ROLLBACK_COMPLETE?.();
    const before = await stackOf(fake);
    expect(await plan(fake, { body: jobs(30) })).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringMatching(/^The submitted information didn't contain changes\./),
    });
    expect(await stackOf(fake)).toEqual(before);
  });
});

describe('E10 the execution status of a change set', () => {
  it.each([
    ['EXECUTE_COMPLETE', []],
    ['EXECUTE_FAILED', [fault('UPDATE_FAILED', 'Jobs')]],
  ])('goes from UNAVAILABLE to %s', async (end, faults) => {
    await createComplete();
    const { Id: ChangeSetName } = await fake.ask('CreateChangeSet', {
      ...{ StackName: 'orders', ChangeSetName: 'next', TemplateBody: jobs(60) },
    });
    const seen: unknown[] = [];
    const see = async () => seen.push((await described({ ChangeSetName })).ExecutionStatus);
    await see();
    await fake.run();
    await see();
    fake.resourceFaults.push(...faults);
    await fake.ask('ExecuteChangeSet', { ChangeSetName });
    await see();
    await fake.run();
    await see();
    expect(seen).toEqual(['UNAVAILABLE', 'AVAILABLE', 'EXECUTE_IN_PROGRESS', end]);
  });

  it('is EXECUTE_FAILED where the update was cancelled or failed without rollback', async () => {
    await createComplete();
    const { ChangeSetId: cancelled } = await plan(fake, { body: jobs(60) });
    await fake.ask('ExecuteChangeSet', { ChangeSetName: cancelled });
    await ask('CancelUpdateStack');
    expect((await described({ ChangeSetName: cancelled })).ExecutionStatus).toBe('EXECUTE_FAILED');
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs'));
    const stack = await deploy(fake, { body: jobs(60), execute: { DisableRollback: true } });
    expect((await described({ ChangeSetName: stack.ChangeSetId })).ExecutionStatus).toBe('EXECUTE_FAILED');
  });
});

describe('E11 a change set whose stack moved on', () => {
  it.each([
    ['RollbackStack', async () => ask('RollbackStack')],
    ['UpdateStack', async () => ask('UpdateStack', { TemplateBody: jobs(90), DisableRollback: true })],
  ])('is OBSOLETE after %s', async (_case, move) => {
    await reach.UPDATE_FAILED?.();
    const { ChangeSetId, ExecutionStatus } = await plan(fake, { body: jobs(120) });
    expect(ExecutionStatus).toBe('AVAILABLE');
    await move();
    expect((await described({ ChangeSetName: ChangeSetId })).ExecutionStatus).toBe('OBSOLETE');
    await expect(fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId })).rejects.toMatchObject({
      code: 'InvalidChangeSetStatus',
    });
  });

  it('is OBSOLETE also when it was still being computed', async () => {
    await createComplete(template({ Parked: queue() }));
    const { Id } = await fake.ask('CreateChangeSet', {
      StackName: 'orders',
      ChangeSetName: 'next',
      TemplateBody: jobs(60),
    });
    await ask('UpdateStack', { TemplateBody: jobs(90) });
    expect(await described({ ChangeSetName: Id })).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'OBSOLETE',
    });
  });

  it('is gone with the stack', async () => {
    await createComplete();
    const { ChangeSetId } = await plan(fake, { body: jobs(60) });
    await ask('DeleteStack');
    await expect(described({ ChangeSetName: ChangeSetId })).rejects.toMatchObject({ code: 'ChangeSetNotFound' });
  });
});

describe('E12 client request tokens', () => {
  it.each([
    ['DeleteStack', 'CREATE_COMPLETE'],
    ['RollbackStack', 'UPDATE_FAILED'],
    ['ContinueUpdateRollback', 'UPDATE_ROLLBACK_FAILED'],
    ['CancelUpdateStack', 'UPDATE_IN_PROGRESS'],
  ] as const)('are refused by %s when another operation used them', async (operation, status) => {
    await reach[status]?.();
    await expect(fake.ask(operation, { StackName: 'orders', ClientRequestToken: 'create' })).rejects.toMatchObject({
      code: 'TokenAlreadyExistsException',
    });
    await fake.ask(operation, { StackName: 'orders', ClientRequestToken: 'mine' });
    await expect(fake.ask(operation, { StackName: 'orders', ClientRequestToken: 'mine' })).resolves.toBeDefined();
    await fake.run();
  });
});

describe('E19 what follows a failure', () => {
  type Row = [string, 'CREATE' | 'UPDATE', object, object, StackStatus];
  it.each<Row>([
    ['nothing said', 'CREATE', {}, {}, 'ROLLBACK_COMPLETE'],
    ['OnStackFailure ROLLBACK', 'CREATE', { OnStackFailure: 'ROLLBACK' }, {}, 'ROLLBACK_COMPLETE'],
    ['OnStackFailure DO_NOTHING', 'CREATE', { OnStackFailure: 'DO_NOTHING' }, {}, 'CREATE_FAILED'],
    ['OnStackFailure DELETE', 'CREATE', { OnStackFailure: 'DELETE' }, {}, 'DELETE_COMPLETE'],
    ['DisableRollback', 'CREATE', {}, { DisableRollback: true }, 'CREATE_FAILED'],
    ['DisableRollback false', 'CREATE', {}, { DisableRollback: false }, 'ROLLBACK_COMPLETE'],
    ['nothing said', 'UPDATE', {}, {}, 'UPDATE_ROLLBACK_COMPLETE'],
    ['OnStackFailure ROLLBACK', 'UPDATE', { OnStackFailure: 'ROLLBACK' }, {}, 'UPDATE_ROLLBACK_COMPLETE'],
    ['OnStackFailure DO_NOTHING', 'UPDATE', { OnStackFailure: 'DO_NOTHING' }, {}, 'UPDATE_FAILED'],
    ['DisableRollback', 'UPDATE', {}, { DisableRollback: true }, 'UPDATE_FAILED'],
  ])('with %s on %s', async (_case, type, input, execute, status) => {
    if (type === 'UPDATE') await createComplete();
    fake.resourceFaults.push(fault(type === 'CREATE' ? 'CREATE_FAILED' : 'UPDATE_FAILED', 'Jobs'));
    const stack = await deploy(fake, { body: jobs(60), type, input, execute });
    expect(stack.StackStatus).toBe(status);
    expect(stack.DisableRollback).toBe(status === 'CREATE_FAILED' || status === 'UPDATE_FAILED');
  });

  it('with OnStackFailure DELETE ends in DELETE_FAILED where the deletion fails', async () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Dead'), fault('DELETE_FAILED', 'Jobs'));
    const input = { OnStackFailure: 'DELETE' };
    const { StackStatus } = await deploy(fake, { body: jobs(30, dead), type: 'CREATE', input });
    expect(StackStatus).toBe('DELETE_FAILED');
  });

  it('with RetainExceptOnCreate removes even new resources that are to be retained', async () => {
    await createComplete();
    const New = queue({}, { DeletionPolicy: 'Retain', DependsOn: 'Jobs' });
    const body = jobs(60, { New, Last: queue({}, { DependsOn: 'New' }) });
    const ends = [];
    for (const RetainExceptOnCreate of [false, true]) {
      fake.resourceFaults.push(fault('CREATE_FAILED', 'Last'));
      await deploy(fake, { body, token: `op-${RetainExceptOnCreate}`, execute: { RetainExceptOnCreate } });
      ends.push(
        (await story(fake, 'orders', `op-${RetainExceptOnCreate}`)).filter((line) => line.startsWith('New DELETE')),
      );
    }
    expect(ends).toEqual([['New DELETE_SKIPPED'], ['New DELETE_IN_PROGRESS', 'New DELETE_COMPLETE']]);
  });

  it('can strike a resource that is there already: its removal can fail then too', async () => {
    fake.resourceFaults.push({ ...fault('CREATE_FAILED', 'Jobs'), when: 'after' });
    fake.resourceFaults.push({ ...fault('DELETE_FAILED', 'Jobs'), during: 'rollback' });
    const stack = await createComplete();
    expect(stack.StackStatus).toBe('ROLLBACK_FAILED');
    expect(physicalId(fake, 'Jobs')).toBeDefined();
  });
});

describe('E21 the stack policy', () => {
  const deny = JSON.stringify({
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 'Update:*', Resource: '*' },
      { Effect: 'Deny', Principal: '*', Action: 'Update:Modify', Resource: 'LogicalResourceId/Jobs' },
    ],
  });

  it('is held to at the execution, not at the plan', async () => {
    await createComplete();
    await ask('SetStackPolicy', { StackPolicyBody: deny });
    const { ChangeSetId, Status } = await plan(fake, { body: jobs(60) });
    expect(Status).toBe('CREATE_COMPLETE');
    await ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId });
    expect(await statusOf()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await story(fake)).find((line) => line.startsWith('Jobs UPDATE_FAILED'))).toContain(
      'Action denied by stack policy',
    );
  });

  it('cannot be set aside for one update', async () => {
    await createComplete();
    const update = { TemplateBody: jobs(60), StackPolicyDuringUpdateBody: deny };
    await expect(ask('UpdateStack', update)).rejects.toThrow('StackPolicyDuringUpdateBody');
  });
});

describe('E22 termination protection', () => {
  it('is a setting of its own that change sets leave alone', async () => {
    await createComplete();
    await ask('UpdateTerminationProtection', { EnableTerminationProtection: true });
    expect(await deploy(fake, { body: jobs(60) })).toMatchObject({ EnableTerminationProtection: true });
    await expect(ask('DeleteStack')).rejects.toThrow('while TerminationProtection is enabled');
  });
});

describe('E23 the role', () => {
  it('stays for every later operation, also of callers who may not pass it', async () => {
    await createComplete();
    fake.denied.add('iam:PassRole');
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs'));
    await deploy(fake, { body: jobs(60), input: { RoleARN: undefined }, execute: { DisableRollback: true } });
    await ask('RollbackStack');
    expect(await stackOf(fake)).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE', RoleARN: executionRole });
    const acting = new Set(
      fake.asked.filter(({ permission }) => permission.action.startsWith('sqs:')).map(({ principal }) => principal),
    );
    expect([...acting]).toEqual(['arn:aws:sts::222222222222:assumed-role/drawbridge-execution/AWSCloudFormation']);
  });
});

describe('E24 what is left out and what is empty', () => {
  const topic = ['arn:aws:sns:eu-west-1:222222222222:topic'];
  const tags = [{ Key: 'team', Value: 'orders' }];

  it.each([
    ['NotificationARNs', topic],
    ['Tags', tags],
  ])('differ for %s', async (name, value) => {
    await deploy(fake, { body: jobs(30), type: 'CREATE', input: { [name]: value } });
    const kept = await deploy(fake, { body: jobs(60) });
    expect(kept).toMatchObject({ [name]: value });
    const cleared = await deploy(fake, { body: jobs(90), input: { [name]: [] } });
    expect(cleared).toMatchObject({ [name]: [] });
  });
});

describe('E29 a deleted stack', () => {
  let deleted = '';
  beforeEach(async () => {
    deleted = (await createComplete()).StackId ?? '';
    await ask('DeleteStack');
  });

  it('answers reads by its ARN, also when its name has a new stack', async () => {
    const { StackId } = await createComplete();
    expect(StackId).not.toBe(deleted);
    expect([await statusOf(deleted), await statusOf()]).toEqual(['DELETE_COMPLETE', 'CREATE_COMPLETE']);
    expect(await story(fake, deleted)).toContain('orders DELETE_COMPLETE');
  });

  it.each([
    ['UpdateStack', { TemplateBody: jobs(60) }],
    ['RollbackStack', {}],
    ['ContinueUpdateRollback', {}],
    ['CancelUpdateStack', {}],
    ['SetStackPolicy', { StackPolicyBody: '{"Statement":[]}' }],
    ['UpdateTerminationProtection', { EnableTerminationProtection: true }],
    ['CreateChangeSet', { ChangeSetName: 'next', TemplateBody: jobs(60) }],
    ['CreateChangeSet', { ChangeSetName: 'next', ChangeSetType: 'CREATE', TemplateBody: jobs(60) }],
  ])('is not there for %s', async (operation, input) => {
    await expect(fake.ask(operation, { StackName: deleted, ...input })).rejects.toMatchObject({
      code: 'ValidationError',
      message: `Stack [${deleted}] does not exist`,
    });
  });
});

describe('E35 an export that is imported', () => {
  const producer = (value: string) =>
    template({ Jobs: queue() }, { Outputs: { Url: { Value: value, Export: { Name: 'url' } } } });
  const consumer = template({ Copy: queue({ QueueName: { 'Fn::ImportValue': 'url' } }) });

  beforeEach(async () => {
    await deploy(fake, { body: producer('one'), type: 'CREATE' });
    await deploy(fake, { body: consumer, type: 'CREATE', stack: 'consumer' });
  });

  it('blocks deletion without an error of the request, until nobody imports it', async () => {
    expect(await ask('DeleteStack')).toEqual({});
    const reason = 'Delete canceled. Cannot delete export url as it is in use by consumer.';
    expect(await stackOf(fake)).toMatchObject({ StackStatus: 'CREATE_COMPLETE', StackStatusReason: reason });
    expect((await story(fake)).at(-1)).toBe(`orders CREATE_COMPLETE: ${reason}`);
    await fake.ask('DeleteStack', { StackName: 'consumer' });
    await fake.run();
    await ask('DeleteStack');
    await expect(stackOf(fake)).rejects.toThrow('does not exist');
  });

  it('blocks its change, and says who imports it', async () => {
    expect((await deploy(fake, { body: producer('two') })).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await fake.ask('ListImports', { ExportName: 'url' })).toEqual({ Imports: ['consumer'] });
  });
});

describe('E36 cancelled siblings', () => {
  it.each([
    ['creation', 'CREATE_FAILED', template({ A: queue(), B: queue() }), undefined],
    [
      'update',
      'UPDATE_FAILED',
      template({ A: queue({ DelaySeconds: 1 }), B: queue({ DelaySeconds: 1 }) }),
      template({ A: queue(), B: queue() }),
    ],
  ] as const)('of a failed %s say so, and are no cause', async (word, status, body, before) => {
    if (before !== undefined) await createComplete(before);
    fake.resourceFaults.push(fault(status, 'B'));
    const stack = await deploy(fake, { body, type: before === undefined ? 'CREATE' : 'UPDATE', token: 'op' });
    const failures = (await story(fake, stack.StackId, 'op')).filter((line) => line.includes(` ${status}`));
    expect(failures).toEqual([`B ${status}: B is out of order`, `A ${status}: Resource ${word} cancelled`]);
  });
});

describe('CancelUpdateStack', () => {
  it('cancels what runs and goes back, with its own token on the events', async () => {
    await createComplete(jobs(30, dead));
    const { ChangeSetId } = await plan(fake, { body: jobs(60, { ...dead, New: queue() }) });
    await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, ClientRequestToken: 'op' });
    await fake.run(5);
    await ask('CancelUpdateStack', { ClientRequestToken: 'stop' });
    expect(await story(fake, 'orders', 'stop')).toEqual([
      'Jobs UPDATE_FAILED: Resource update cancelled',
      'New CREATE_FAILED: Resource creation cancelled',
      'orders UPDATE_ROLLBACK_IN_PROGRESS: User Initiated',
      'Jobs UPDATE_IN_PROGRESS',
      'Jobs UPDATE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'New DELETE_IN_PROGRESS',
      'New DELETE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(properties(fake, 'Jobs')).toEqual({ VisibilityTimeout: 30 });
  });

  it('goes back even where rollback is disabled', async () => {
    await createComplete();
    const { ChangeSetId } = await plan(fake, { body: jobs(60) });
    await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, DisableRollback: true });
    await fake.run(5);
    await ask('CancelUpdateStack');
    expect(await statusOf()).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});
