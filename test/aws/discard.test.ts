import {
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ListChangeSetsCommand,
  ListStackResourcesCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from 'vitest';
import { discardChangeSets, removeShell } from '#shared/aws/discard.ts';
import { otherPromotionId, promotionId, stackId } from '#test/builders.ts';
import { awsError, cloudFormation, fakeAws } from './fake-aws.ts';
import { session } from './target-session.ts';

fakeAws();
const own = `drawbridge-${promotionId}-1`;
const later = `drawbridge-${promotionId}-2`;
const theirs = `drawbridge-${otherPromotionId}-1`;
const changeSet = (ChangeSetName: string, ExecutionStatus = 'AVAILABLE') => ({ ChangeSetName, ExecutionStatus });
const changeSetsAre = (...Summaries: ReturnType<typeof changeSet>[]) =>
  cloudFormation.on(ListChangeSetsCommand).resolves({ Summaries: Summaries as never });
const stackIs = (StackStatus: string) =>
  cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ StackId: stackId, StackStatus } as never] });
const deleted = () =>
  cloudFormation.commandCalls(DeleteChangeSetCommand).map(({ args }) => args[0].input.ChangeSetName);
const discard = () => discardChangeSets(session, promotionId, ['orders-api']);

beforeEach(() => {
  stackIs('REVIEW_IN_PROGRESS');
  cloudFormation.on(DeleteChangeSetCommand).resolves({});
  cloudFormation.on(DeleteStackCommand).resolves({});
  cloudFormation.on(UpdateTerminationProtectionCommand).resolves({});
  cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [] });
});

describe('taking away what will not be executed', () => {
  it('deletes the promotion’s own change sets, of every round', async () => {
    changeSetsAre(changeSet(own), changeSet(later, 'OBSOLETE'), changeSet(theirs), changeSet('by-hand'));
    await discard();
    expect(deleted()).toEqual([own, later]);
    expect(cloudFormation).toHaveReceivedCommandWith(DeleteChangeSetCommand, { StackName: 'orders-api' });
  });

  it.each(['DELETE_PENDING', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE'])(
    'leaves one that is %s, which goes by itself, and does not count it',
    async (Status) => {
      cloudFormation.on(ListChangeSetsCommand).resolves({
        Summaries: [
          { ...changeSet(theirs), Status },
          { ...changeSet(own), Status },
        ] as never,
      });
      expect(await discard()).toEqual([stackId]);
      expect(deleted()).toEqual([]);
    },
  );

  it.each(['EXECUTE_IN_PROGRESS', 'EXECUTE_COMPLETE', 'EXECUTE_FAILED'])(
    'leaves one that is %s, which is history',
    async (status) => {
      changeSetsAre(changeSet(own, status), changeSet(later, 'UNAVAILABLE'));
      await discard();
      expect(deleted()).toEqual([later]);
    },
  );

  it('looks through all pages, in each of the stacks', async () => {
    const page = (name: string, NextToken?: string) => ({ Summaries: [changeSet(name)], NextToken }) as never;
    cloudFormation.on(ListChangeSetsCommand, { StackName: 'orders-api' }).resolves(page(own, '2'));
    cloudFormation.on(ListChangeSetsCommand, { StackName: 'orders-api', NextToken: '2' }).resolves(page(later));
    cloudFormation.on(ListChangeSetsCommand, { StackName: 'orders-web' }).resolves(page(own));
    await discardChangeSets(session, promotionId, ['orders-api', 'orders-web']);
    expect(deleted().toSorted()).toEqual([own, own, later]);
  });

  it.each<[string, ReturnType<typeof changeSet>[], string, string[]]>([
    ['a shell that only they held', [changeSet(own)], 'REVIEW_IN_PROGRESS', [stackId]],
    ['no shell in which somebody else has a change set', [changeSet(own), changeSet(theirs)], 'REVIEW_IN_PROGRESS', []],
    ['a shell that an earlier attempt emptied', [], 'REVIEW_IN_PROGRESS', [stackId]],
    ['no stack that exists', [changeSet(own)], 'UPDATE_COMPLETE', []],
  ])('names %s', async (_, changeSets, status, shells) => {
    changeSetsAre(...changeSets);
    stackIs(status);
    expect(await discard()).toEqual(shells);
  });

  it('names no stack that went meanwhile', async () => {
    changeSetsAre(changeSet(own));
    cloudFormation.on(DescribeStacksCommand).rejects(awsError('ValidationError', 'Stack orders-api does not exist'));
    expect(await discard()).toEqual([]);
  });

  it('finds nothing in a stack that is not there', async () => {
    const missing = awsError('ValidationError', 'Stack [orders-api] does not exist');
    cloudFormation.on(ListChangeSetsCommand).rejects(missing);
    cloudFormation.on(DescribeStacksCommand).rejects(missing);
    expect(await discard()).toEqual([]);
    expect(deleted()).toEqual([]);
  });

  it('reports every other error', async () => {
    cloudFormation.on(ListChangeSetsCommand).rejects(awsError('AccessDenied'));
    await expect(discard()).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
  });
});

describe('removing a shell', () => {
  const removed = () => cloudFormation.commandCalls(DeleteStackCommand).map(({ args }) => args[0].input);

  it('deletes a stack that never was more than a place for change sets, by its id, protected or not', async () => {
    changeSetsAre();
    await removeShell(session, stackId);
    expect(removed()).toEqual([{ StackName: stackId }]);
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(UpdateTerminationProtectionCommand, {
      StackName: stackId,
      EnableTerminationProtection: false,
    });
  });

  it.each<[string, () => unknown]>([
    ['somebody made a change set in it meanwhile', () => changeSetsAre(changeSet('by-hand'))],
    [
      'there is a resource in it',
      () => cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [{} as never] }),
    ],
    ['it was made meanwhile', () => stackIs('CREATE_IN_PROGRESS')],
    [
      'it is gone',
      () => cloudFormation.on(DescribeStacksCommand).rejects(awsError('ValidationError', 'Stack does not exist')),
    ],
  ])('leaves it alone when %s', async (_, change) => {
    changeSetsAre();
    change();
    await removeShell(session, stackId);
    expect(removed()).toEqual([]);
    expect(cloudFormation).not.toHaveReceivedCommand(UpdateTerminationProtectionCommand);
  });
});
