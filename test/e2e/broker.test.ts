/** What a person may have of a target account: a look, in their own name, for a while, on the record. */
import {
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { ListRolesCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession } from '#cli/client/sessions.ts';
import { type Api, callApi } from '#shared/aws/api.ts';
import { queryItems } from '#shared/aws/ledger/table.ts';
import type { BrokeredSession, OpenedSession } from '#shared/domain/broker/person-session.ts';
import { assumption, type Clients, clientsAs, ledgerOf } from './clients.ts';
import { openRehearsal, production, type Rehearsal } from './rehearsed-world.ts';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await openRehearsal();
}, 120_000);
afterAll(() => rehearsal.close());

const wish = { target: 'production', reason: 'INC-7', use: 'credentials', seconds: 900 } as const;
const open = (person = 'alice', change: object = {}) => openSession(rehearsal.apiAs(person), { ...wish, ...change });
const as = ({ credentials }: OpenedSession): Clients => clientsAs(rehearsal, credentials);
const brokered = async (api: Api, target = 'production') =>
  (await callApi<{ items: BrokeredSession[] }>(api, { method: 'GET', path: '/v1/sessions', query: { target } })).items;

describe('a session for a person', () => {
  it('is of the audit role of the target, under the name of the person, which CloudTrail keeps', async () => {
    const opened = await open();
    const { Account, Arn } = await as(opened).sts.send(new GetCallerIdentityCommand({}));
    expect([Account, Arn]).toEqual([
      production.account,
      `arn:aws:sts::${production.account}:assumed-role/drawbridge-audit/usr-alice`,
    ]);
    const stored = rehearsal.sandbox.world.sts.sessions[opened.credentials.accessKeyId];
    expect(stored?.caller).toMatchObject({
      sourceIdentity: 'usr-alice',
      tags: { 'drawbridge:promotion': 'none', 'drawbridge:environment': 'production' },
    });
    expect(Date.parse(opened.credentials.expiresAt) - rehearsal.sandbox.now()).toBe(900_000);
  });

  it.each<[string, (clients: Clients) => Promise<unknown>, string | undefined]>([
    ['list roles', ({ iam }) => iam.send(new ListRolesCommand({})), undefined],
    ['list users', ({ iam }) => iam.send(new ListUsersCommand({})), undefined],
    ['read stacks', ({ cloudFormation }) => cloudFormation.send(new DescribeStacksCommand({})), undefined],
    ['list stacks', ({ cloudFormation }) => cloudFormation.send(new ListStacksCommand({})), undefined],
    [
      'see what a stack is, what it is made of and what happened to it',
      async ({ cloudFormation }) => {
        const StackName = 'drawbridge-region';
        await cloudFormation.send(new GetTemplateCommand({ StackName }));
        await cloudFormation.send(new DescribeStackResourcesCommand({ StackName }));
        await cloudFormation.send(new ListStackResourcesCommand({ StackName }));
        await cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
      },
      undefined,
    ],
    [
      'execute a change set',
      ({ cloudFormation }) => cloudFormation.send(new ExecuteChangeSetCommand({ StackName: 'a', ChangeSetName: 'b' })),
      'AccessDenied',
    ],
    [
      'invoke what verifies deployments',
      ({ lambda }) => lambda.send(new InvokeCommand({ FunctionName: 'drawbridge-verify-orders' })),
      'AccessDeniedException',
    ],
    [
      'go on to another role',
      async ({ sts }) => sts.send(new AssumeRoleCommand(await assumption(rehearsal, 'deploy', production))),
      'AccessDenied',
    ],
  ])('may or may not %s', async (_, act, refusal) => {
    const clients = as(await open());
    const refused = await act(clients).then(
      () => undefined,
      (error: Error) => error.name,
    );
    expect(refused).toBe(refusal);
  });

  it('ends by itself', async () => {
    const opened = await open();
    await rehearsal.sandbox.advance(901_000);
    await expect(as(opened).sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' });
  });

  it('is on the record with who, why and until when, and with nothing of the credentials', async () => {
    const { session, credentials } = await open('bob', { reason: 'the alarm of tonight', use: 'exec', seconds: 3600 });
    expect((await brokered(rehearsal.apiAs('dave'))).at(0)).toEqual(session);
    expect(session).toMatchObject({
      ...{ target: 'production', account: production.account, actor: 'bob', reason: 'the alarm of tonight' },
      ...{ use: 'exec', role: 'drawbridge-audit', sourceIdentity: 'usr-bob', expiresAt: credentials.expiresAt },
    });
    const items = JSON.stringify(await queryItems(ledgerOf(rehearsal), 'BROKER#production', ''));
    const logs = JSON.stringify(rehearsal.sandbox.journal());
    for (const secret of [credentials.secretAccessKey, credentials.sessionToken, credentials.accessKeyId]) {
      expect(items).not.toContain(secret);
      expect(logs).not.toContain(secret);
    }
  });
});

describe('a session is not given', () => {
  const count = async () => (await brokered(rehearsal.apiAs('dave'))).length;

  it.each<[string, string, object, string]>([
    ['to who may only look at promotions', 'dave', {}, 'ACCESS_DENIED'],
    ['for a target nobody knows', 'alice', { target: 'nowhere' }, 'TARGET_UNKNOWN'],
    ['without a reason', 'alice', { reason: ' ' }, 'BODY_INVALID'],
    ['of another role', 'alice', { role: 'deploy' }, 'FIELD_NOT_ALLOWED'],
    ['for longer than an hour', 'alice', { seconds: 3601 }, 'BODY_INVALID'],
  ])('%s', async (_, person, change, code) => {
    const before = await count();
    await expect(open(person, change)).rejects.toMatchObject({ name: code });
    expect(await count()).toBe(before);
  });
});
