/** Edge cases of stacks that failed: E4, E5, E6, E7, E19 and E29 of docs/reference/edge-cases.md. */
import { DeleteStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { expect, it } from 'vitest';
import type { ResourceFault } from '#sandbox/fault.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import {
  applyPolicy,
  askedOf,
  decide,
  edgeWorld,
  promote,
  reasonsOf,
  retry,
  setting,
  somebody,
  template,
  templateOf,
  told,
} from './edge-world.ts';
import { executionRole } from './rehearsed-world.ts';

const world = edgeWorld();

const one = templateOf('one');
/** Dead is made after Setting, so a fault of it finds Setting there. */
const two = (value: string) => template({ Setting: setting(value), Dead: setting(value, { DependsOn: 'Setting' }) });

/** Every stack that ever had the name, oldest first. */
const stacksOf = (name: string) =>
  Object.values(world().sandbox.world.cloudformation.stacks).filter((stack) => stack.stackName === name);
const statusesOf = (name: string) => stacksOf(name).map(({ status }) => status);
const fault = (
  stackName: string,
  status: ResourceFault['status'],
  more: Partial<ResourceFault> = {},
): ResourceFault => ({
  ...{ kind: 'resource', stackName, logicalId: 'Setting', status, reason: 'broken', times: 1, ...more },
});

it('E4 a first creation that failed is deleted and made anew by a retry', async () => {
  world().strike(fault('e4', 'CREATE_FAILED'));
  const first = await promote(world(), { name: 'e4', template: one });
  expect(told(first)).toBe('failed STACK_FAILED');
  expect(statusesOf('e4')).toEqual(['ROLLBACK_COMPLETE']);
  expect(told(await retry(world(), first.promotion.id))).toBe('succeeded');
  expect(statusesOf('e4')).toEqual(['DELETE_COMPLETE', 'CREATE_COMPLETE']);
  const [old] = stacksOf('e4');
  expect(askedOf(world(), 'DeleteStack', 'e4')).toMatchObject([{ StackName: old!.stackId, RoleARN: executionRole }]);
});

it('E4 one with termination protection is reported, and stays', async () => {
  world().strike(fault('e4-kept', 'CREATE_FAILED'));
  const release = { name: 'e4-kept', template: one, stack: { terminationProtection: true } };
  const first = await promote(world(), release);
  expect(told(first)).toBe('failed STACK_FAILED');
  const again = await retry(world(), first.promotion.id);
  expect(told(again)).toBe('errored AWS_REFUSED');
  expect(reasonsOf(again)).toMatch(/TerminationProtection/i);
  expect(statusesOf('e4-kept')).toEqual(['ROLLBACK_COMPLETE']);
});

it('E4 a stack whose update was rolled back is healthy: it is updated, not made anew', async () => {
  await promote(world(), { name: 'e4-healthy', template: one });
  world().strike(fault('e4-healthy', 'UPDATE_FAILED'));
  const failed = await promote(world(), { name: 'e4-healthy', template: two('two') });
  expect(statusesOf('e4-healthy')).toEqual(['UPDATE_ROLLBACK_COMPLETE']);
  expect(told(await retry(world(), failed.promotion.id))).toBe('succeeded');
  expect(statusesOf('e4-healthy')).toEqual(['UPDATE_COMPLETE']);
  expect(askedOf(world(), 'DeleteStack', 'e4-healthy')).toEqual([]);
});

/** Leaves the stack of the name in a state that only a policy lets Drawbridge touch; answers the promotion that finds it so. */
const reach: Record<string, (name: string) => Promise<PromotionRecord>> = {
  async CREATE_FAILED(name) {
    world().strike(fault(name, 'CREATE_FAILED', { logicalId: 'Dead' }));
    await promote(world(), { name, template: two('one'), stack: { onCreateFailure: 'keep' } });
    expect(askedOf(world(), 'CreateChangeSet', name)).toMatchObject([{ OnStackFailure: 'DO_NOTHING' }]);
    return promote(world(), { name, template: two('one') });
  },
  async ROLLBACK_FAILED(name) {
    world().strike(fault(name, 'CREATE_FAILED', { logicalId: 'Dead' }), fault(name, 'DELETE_FAILED'));
    await promote(world(), { name, template: two('one') });
    return promote(world(), { name, template: two('two') });
  },
  async DELETE_FAILED(name) {
    await promote(world(), { name, template: one });
    world().strike(fault(name, 'DELETE_FAILED', { times: 2 }));
    await somebody(world()).send(new DeleteStackCommand({ StackName: name }));
    await world().sandbox.run();
    return promote(world(), { name, template: one });
  },
};

it.each([
  ['CREATE_FAILED', 'recreateFailedCreations', undefined],
  ['ROLLBACK_FAILED', 'recreateFailedCreations', undefined],
  ['DELETE_FAILED', 'forceDelete', 'FORCE_DELETE_STACK'],
] as const)('E5 %s is refused, and brought back where a policy says %s', async (status, optIn, DeletionMode) => {
  const name = `e5-${status.toLowerCase().replace('_', '-')}`;
  const refused = await reach[status]!(name);
  expect(told(refused)).toBe('rejected STACK_STUCK');
  expect(reasonsOf(refused)).toContain(status);
  expect(statusesOf(name)).toEqual([status]);
  await applyPolicy(world(), name, { recovery: { [optIn]: true } });
  const before = askedOf(world(), 'DeleteStack', name).length;
  expect(told(await retry(world(), refused.promotion.id))).toBe('succeeded');
  expect(statusesOf(name)).toEqual(['DELETE_COMPLETE', 'CREATE_COMPLETE']);
  const [asked, ...others] = askedOf(world(), 'DeleteStack', name).slice(before);
  expect(others).toEqual([]);
  expect([asked!['RoleARN'], asked!['DeletionMode']]).toEqual([executionRole, DeletionMode]);
});

/** An update fails, and so does its rollback. */
async function stuckInRollback(name: string): Promise<PromotionRecord> {
  await promote(world(), { name, template: two('one') });
  world().strike(
    fault(name, 'UPDATE_FAILED', { logicalId: 'Dead', during: 'forward' }),
    fault(name, 'UPDATE_FAILED', { during: 'rollback' }),
  );
  const failed = await promote(world(), { name, template: two('two') });
  expect(told(failed)).toBe('failed STACK_FAILED');
  expect(statusesOf(name)).toEqual(['UPDATE_ROLLBACK_FAILED']);
  return failed;
}

it('E6 a rollback that failed is continued by a retry, and the stack is then updated', async () => {
  const failed = await stuckInRollback('e6');
  expect(told(await retry(world(), failed.promotion.id))).toBe('succeeded');
  const [asked, ...others] = askedOf(world(), 'ContinueUpdateRollback', 'e6');
  expect(others).toEqual([]);
  expect(asked).toMatchObject({ RoleARN: executionRole });
  expect(asked!['ResourcesToSkip'] ?? []).toEqual([]);
  expect(askedOf(world(), 'DeleteStack', 'e6')).toEqual([]);
  expect(statusesOf('e6')).toEqual(['UPDATE_COMPLETE']);
});

it('E6 to skip resources somebody else has to approve; CloudFormation gets just this list', async () => {
  const failed = await stuckInRollback('e6-skip');
  const asking = await retry(world(), failed.promotion.id, { skip: { 'e6-skip': ['Setting'] } });
  expect(asking.promotion.status).toBe('running');
  expect(asking.approvals).toMatchObject([
    {
      status: 'open',
      requirement: { because: ['the rollback of stack e6-skip on pre-production is to skip Setting'] },
    },
  ]);
  expect(askedOf(world(), 'ContinueUpdateRollback', 'e6-skip')).toEqual([]);
  expect(told(await decide(world(), asking))).toBe('succeeded');
  expect(askedOf(world(), 'ContinueUpdateRollback', 'e6-skip')).toMatchObject([{ ResourcesToSkip: ['Setting'] }]);
  expect(askedOf(world(), 'DeleteStack', 'e6-skip')).toEqual([]);
});

it('E6 what CloudFormation would not skip is refused before anybody is asked, with what it would', async () => {
  const failed = await stuckInRollback('e6-wrong');
  const refused = await retry(world(), failed.promotion.id, { skip: { 'e6-wrong': ['Setting', 'Nothing'] } });
  expect(told(refused)).toBe('rejected SKIP_REFUSED');
  expect(reasonsOf(refused)).toMatch(/cannot skip Nothing: .*--skip e6-wrong:Setting/);
  expect(refused.approvals).toEqual([]);
  expect(askedOf(world(), 'ContinueUpdateRollback', 'e6-wrong')).toEqual([]);
});

it('E7 an update that failed with rollback switched off is rolled back, then updated', async () => {
  await promote(world(), { name: 'e7', template: two('one') });
  world().strike(fault('e7', 'UPDATE_FAILED', { logicalId: 'Dead' }));
  const update = { StackName: 'e7', TemplateBody: JSON.stringify(two('theirs')), DisableRollback: true };
  await somebody(world()).send(new UpdateStackCommand(update));
  await world().sandbox.run();
  expect(statusesOf('e7')).toEqual(['UPDATE_FAILED']);
  expect(told(await promote(world(), { name: 'e7', template: two('two') }))).toBe('succeeded');
  expect(askedOf(world(), 'RollbackStack', 'e7')).toMatchObject([{ RoleARN: executionRole }]);
  expect(askedOf(world(), 'ContinueUpdateRollback', 'e7')).toEqual([]);
  expect(statusesOf('e7')).toEqual(['UPDATE_COMPLETE']);
});

it('E19 onCreateFailure: delete leaves no stack after a first creation that failed', async () => {
  world().strike(fault('e19', 'CREATE_FAILED'));
  const failed = await promote(world(), { name: 'e19', template: one, stack: { onCreateFailure: 'delete' } });
  expect(told(failed)).toBe('failed STACK_FAILED');
  expect(reasonsOf(failed)).toMatch(/Setting .*broken/);
  expect(askedOf(world(), 'CreateChangeSet', 'e19')).toMatchObject([{ OnStackFailure: 'DELETE' }]);
  expect(statusesOf('e19')).toEqual(['DELETE_COMPLETE']);
  expect(told(await retry(world(), failed.promotion.id))).toBe('succeeded');
});

it('E29 a stack made anew under its name is followed by its own ARN', async () => {
  await promote(world(), { name: 'e29', template: one });
  await somebody(world()).send(new DeleteStackCommand({ StackName: 'e29' }));
  await world().sandbox.run();
  expect(told(await promote(world(), { name: 'e29', template: one }))).toBe('succeeded');
  const [old, next] = stacksOf('e29').map(({ stackId }) => stackId);
  expect(askedOf(world(), 'ExecuteChangeSet', 'e29').map(({ StackName }) => StackName)).toEqual([old, next]);
  expect(statusesOf('e29')).toEqual(['DELETE_COMPLETE', 'CREATE_COMPLETE']);
});
