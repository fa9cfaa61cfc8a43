/** Edge cases of approvals that outlive what was planned: E10, E11 and E29 of docs/reference/edge-cases.md. */
import {
  type CloudFormationClient,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { expect, it } from 'vitest';
import { sendDecision } from '#cli/client/approvals.ts';
import { requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { administratorRole, organizationsService, sharedServicesAccount } from '#sandbox/organization.ts';
import type { Api } from '#shared/aws/api.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import { credentialsIn } from './clients.ts';
import {
  applyPolicy,
  askedOf,
  decide,
  edgeWorld,
  executionsOf,
  follow,
  packageEdge,
  promote,
  somebody,
  templateOf,
  told,
} from './edge-world.ts';
import { changeSetsIn, stackIn } from './observations.ts';
import { preProduction } from './rehearsed-world.ts';

const world = edgeWorld();

const approvalsOf = ({ approvals }: PromotionRecord) => approvals.map(({ status }) => status).sort();

/** The stack is deployed, and an update of it waits for an approval. */
async function waiting(name: string): Promise<PromotionRecord> {
  await promote(world(), { name, template: templateOf('one') });
  await applyPolicy(world(), name, { approval: {} });
  const record = await promote(world(), { name, template: templateOf('two') });
  expect(approvalsOf(record)).toEqual(['open']);
  expect(executionsOf(world(), name)).toBe(1);
  return record;
}

/** The API as one role calls it, which is nobody's single sign-on, in a session of this name. */
function apiOfRole(sessionName: string): Api {
  const { sandbox } = world();
  const roleArn = `arn:aws:iam::${sharedServicesAccount}:role/${administratorRole}`;
  const opened = { roleArn, sessionName, service: organizationsService, durationSeconds: 3600 };
  return { ...world().apiAs('alice'), credentials: credentialsIn(sandbox.openSession(opened)) };
}

/** Somebody does something past Drawbridge, and its end is waited for. */
async function meanwhile(act: (theirs: CloudFormationClient) => Promise<unknown>, until: () => boolean): Promise<void> {
  await act(somebody(world()));
  await world().sandbox.run(until);
  expect(until()).toBe(true);
}

const statusOf = (name: string) => stackIn(world(), preProduction.account, name)?.status;

it('a promotion stops, refuses its requester under a second session name of the same role too, and goes on once another approves', async () => {
  const name = 'same-role';
  await applyPolicy(world(), name, { approval: {} });
  const [first, second] = [apiOfRole('first'), apiOfRole('second')];
  const packaged = await packageEdge({ name, template: templateOf('one') });
  if (packaged.kind !== 'release') throw new Error(JSON.stringify(packaged.problems));
  const { digest: release } = await publishRelease(first, packaged);
  const wish = { release, environments: ['pre-production'], idempotencyKey: 'same-role' } as const;
  const asked = await follow(world(), (await requestPromotion(first, wish)).id);
  const { id, requestedBy } = asked.promotion;
  expect(requestedBy).not.toMatch(/first|second/);
  const [{ environment, digest } = {}] = asked.approvals as { environment: string; digest: string }[];
  const yes = {
    environment: `${environment}`,
    digest: `${digest}`,
    decision: 'approve',
    reason: 'fine by me',
  } as const;
  for (const own of [first, second])
    await expect(sendDecision(own, id, yes)).rejects.toMatchObject({ name: 'SELF_APPROVAL' });
  expect(executionsOf(world(), name)).toBe(0);
  const ended = await decide(world(), asked);
  expect(told(ended)).toBe('succeeded');
  expect(ended.approvals).toMatchObject([{ status: 'approved', environment: 'pre-production' }]);
});

it('E11 the stack moves while a plan waits: the approval is void, and another one is asked for', async () => {
  const first = await waiting('e11-moved');
  const update = { StackName: 'e11-moved', TemplateBody: JSON.stringify(templateOf('theirs')) };
  await meanwhile(
    (theirs) => theirs.send(new UpdateStackCommand(update)),
    () => statusOf('e11-moved') === 'UPDATE_COMPLETE',
  );
  const second = await decide(world(), first);
  expect(second.promotion.status).toBe('running');
  expect(approvalsOf(second)).toContain('open');
  expect(new Set(second.approvals.map(({ digest }) => digest)).size).toBe(2);
  expect(executionsOf(world(), 'e11-moved')).toBe(1);
  expect(told(await decide(world(), second))).toBe('succeeded');
  expect(executionsOf(world(), 'e11-moved')).toBe(2);
});

it('E11 the change set is gone and the stack is not: it is made again, and the approval counts', async () => {
  const first = await waiting('e11-deleted');
  const { ChangeSetName } = askedOf(world(), 'CreateChangeSet', 'e11-deleted').at(-1)!;
  const gone = { StackName: 'e11-deleted', ChangeSetName: `${ChangeSetName}` };
  const names = () =>
    changeSetsIn(world(), preProduction.account, 'e11-deleted').map(({ changeSetName }) => changeSetName);
  expect(names()).toContain(gone.ChangeSetName);
  await meanwhile(
    (theirs) => theirs.send(new DeleteChangeSetCommand(gone)),
    () => !names().includes(gone.ChangeSetName),
  );
  const record = await decide(world(), first);
  expect(told(record)).toBe('succeeded');
  expect(approvalsOf(record)).toEqual(['approved']);
  expect(askedOf(world(), 'CreateChangeSet', 'e11-deleted')).toHaveLength(3);
  expect(executionsOf(world(), 'e11-deleted')).toBe(2);
});

it('E11 nothing happens meanwhile: the approved change set itself is executed', async () => {
  const record = await decide(world(), await waiting('e11-kept'));
  expect(told(record)).toBe('succeeded');
  expect(askedOf(world(), 'CreateChangeSet', 'e11-kept')).toHaveLength(2);
});

it('E29 a stack of the same name is another stack: what was approved for the old one is not done to it', async () => {
  const first = await waiting('e29-approved');
  const old = stackIn(world(), preProduction.account, 'e29-approved')!.stackId;
  await somebody(world()).send(new DeleteStackCommand({ StackName: 'e29-approved' }));
  await world().sandbox.run(() => world().sandbox.world.cloudformation.stacks[old]!.status === 'DELETE_COMPLETE');
  const created = { StackName: 'e29-approved', TemplateBody: JSON.stringify(templateOf('theirs')) };
  const next = () =>
    Object.values(world().sandbox.world.cloudformation.stacks).findLast((stack) => stack.stackName === 'e29-approved')!;
  await meanwhile(
    (theirs) => theirs.send(new CreateStackCommand(created)),
    () => next().stackId !== old && next().status === 'CREATE_COMPLETE',
  );
  const second = await decide(world(), first);
  expect(approvalsOf(second)).toContain('open');
  expect(executionsOf(world(), 'e29-approved')).toBe(1);
  expect(told(await decide(world(), second))).toBe('succeeded');
  expect(askedOf(world(), 'ExecuteChangeSet', 'e29-approved').at(-1)!['StackName']).toBe(next().stackId);
});

it('E10 a change set that cannot be executed any more is not executed', async () => {
  const record = await waiting('e10');
  const { changeSets } = world().sandbox.world.cloudformation;
  const stop = world().sandbox.subscribe((entry) => {
    if (entry.kind !== 'transition' || entry.state !== 'Execute' || entry.event !== 'entered') return;
    for (const changeSet of Object.values(changeSets))
      if (changeSet.stackId.includes('/e10/') && changeSet.executionStatus === 'AVAILABLE')
        changeSet.executionStatus = 'OBSOLETE';
  });
  const ended = await decide(world(), record);
  stop();
  expect(told(ended)).toBe('rejected CHANGE_SET_OBSOLETE');
  expect(executionsOf(world(), 'e10')).toBe(1);
  expect(stackIn(world(), preProduction.account, 'e10')!.status).toBe('CREATE_COMPLETE');
});
