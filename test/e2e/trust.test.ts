/** Who may become whom, and do what there: asked of the deployed templates over the wire, with unmodified SDK clients. */
import { readFileSync } from 'node:fs';
import {
  type Capability,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { type AssumeRoleCommandInput, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployTemplate } from '#cli/rehearsal/administrator.ts';
import type { Operation } from '#sandbox/kernel.ts';
import { homeRegion, sharedServicesAccount } from '#sandbox/organization.ts';
import type { SandboxService } from '#sandbox/runtime/running-sandbox.ts';
import { readTarget, recordTarget } from '#shared/aws/ledger/targets.ts';
import { ensurePackaged } from '../../scripts/package.mjs';
import {
  administrator,
  assume,
  assumption,
  type Clients,
  type Credentials,
  clientsAs,
  credentialsIn,
  functionCredentials,
  ledgerOf,
  person,
} from './clients.ts';
import { executionRole, openRehearsal, preProduction, production, type Rehearsal } from './rehearsed-world.ts';
import { promote } from './small-release.ts';

let rehearsal: Rehearsal;

beforeAll(async () => {
  rehearsal = await openRehearsal();
  await deployLookalikes();
  expect((await promote(rehearsal, { pipeline: 'trusted' })).promotion.status).toBe('succeeded');
}, 120_000);
afterAll(() => rehearsal.close());

const orchestrator = () => functionCredentials(rehearsal, 'drawbridge-plan');
const sts = (credentials: Credentials) => clientsAs(rehearsal, credentials).sts;
const targetRoles = ['preview', 'deploy', 'audit'] as const;

describe.each(targetRoles)('the %s role', (role) => {
  it.each([preProduction, production])('lets the orchestrator role in, in $name', async (target) => {
    const session = await assume(sts(orchestrator()), await assumption(rehearsal, role, target));
    const identity = await sts(session).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({
      Account: target.account,
      Arn: `arn:aws:sts::${target.account}:assumed-role/drawbridge-${role}/prm-test-session`,
    });
  });

  it.each<[string, () => Credentials]>([
    ['a function role of the same account', () => functionCredentials(rehearsal, 'drawbridge-api')],
    ['another role of the same account that may assume anything', () => lookalike(sharedServicesAccount, '-two')],
    [
      'that role with the session name of a function',
      () => lookalike(sharedServicesAccount, '-two', 'drawbridge-plan'),
    ],
    ['a role of the same name in another account', () => lookalike(preProduction.account)],
    ['the administrator of the target account', () => administrator(rehearsal, production.account)],
    ['the platform administrator', () => person(rehearsal, 'carol')],
    ['a release manager', () => person(rehearsal, 'alice')],
  ])('refuses %s', async (_, credentials) => {
    expect(await refusal(credentials(), await assumption(rehearsal, role, production))).toBe('AccessDenied');
  });

  const tags = (...Tags: [Key: string, Value: string][]) => ({ Tags: Tags.map(([Key, Value]) => ({ Key, Value })) });
  const [promotion, environment] = ['drawbridge:promotion', 'drawbridge:environment'];
  it.each<[string, Partial<AssumeRoleCommandInput>, (keyof AssumeRoleCommandInput)?]>([
    ['without an external id', {}, 'ExternalId'],
    ['with another external id', { ExternalId: 'guessed' }],
    ['with a wildcard for an external id', { ExternalId: '@@' }],
    ['without a source identity', {}, 'SourceIdentity'],
    ['with a source identity that is no promotion', { SourceIdentity: 'alice' }],
    ['without tags', {}, 'Tags'],
    ['without the promotion tag', tags([environment, 'production'])],
    ['without the environment tag', tags([promotion, 'prm-1'])],
    ['with an empty promotion tag', tags([promotion, ''], [environment, 'production'])],
    ['with a third tag', tags([promotion, 'prm-1'], [environment, 'production'], ['team', 'commerce'])],
  ])('refuses the orchestrator role %s', async (_, changed, left) => {
    const asked = { ...(await assumption(rehearsal, role, production)), ...changed };
    if (left !== undefined) delete asked[left];
    expect(await refusal(orchestrator(), asked)).toBe('AccessDenied');
  });

  it('refuses the external id of another account', async () => {
    const { ExternalId } = await assumption(rehearsal, role, preProduction);
    const asked = await assumption(rehearsal, role, production);
    expect(ExternalId).not.toBe(asked.ExternalId);
    expect(await refusal(orchestrator(), { ...asked, ExternalId })).toBe('AccessDenied');
  });

  it.each([899, 3601])('gives no session of %i seconds', async (DurationSeconds) => {
    const asked = { ...(await assumption(rehearsal, role, production)), DurationSeconds };
    expect(await refusal(orchestrator(), asked)).toBe('ValidationError');
  });

  it('treats a person as source identity as the role says', async () => {
    const asked = { ...(await assumption(rehearsal, role, production)), SourceIdentity: 'usr-alice' };
    expect(await refusal(orchestrator(), asked)).toBe(role === 'audit' ? undefined : 'AccessDenied');
  });
});

it.each(['execution', 'event-forward'])('the %s role is for its AWS service alone', async (role) => {
  expect(await refusal(orchestrator(), await assumption(rehearsal, role, production))).toBe('AccessDenied');
});

it('a role that does not exist is answered like one that does not trust', async () => {
  expect(await refusal(orchestrator(), await assumption(rehearsal, 'nothing', production))).toBe('AccessDenied');
});

it('no function but those that touch targets runs as the orchestrator role', () => {
  const functions = Object.values(rehearsal.sandbox.world.lambda.functions).filter(
    ({ account }) => account === sharedServicesAccount,
  );
  const own = functions.filter(({ role }) => role === rehearsal.outputs['OrchestratorRoleArn']);
  expect(own.map(({ name }) => name).sort()).toEqual([
    'drawbridge-audit',
    'drawbridge-broker',
    'drawbridge-detect-drift',
    'drawbridge-discard',
    'drawbridge-doctor',
    'drawbridge-execute',
    'drawbridge-plan',
    'drawbridge-recover',
    'drawbridge-resume',
    'drawbridge-soak',
    'drawbridge-verify',
  ]);
  expect(functions.length).toBeGreaterThan(own.length);
});

describe('a session in a target', () => {
  type Act = (clients: Clients) => Promise<unknown>;
  const StackName = 'trusted';
  const own: CreateChangeSetCommandInput = {
    StackName,
    ChangeSetName: 'drawbridge-test',
    UsePreviousTemplate: true,
    Parameters: [{ ParameterKey: 'Text', ParameterValue: 'two' }],
    RoleARN: executionRole,
  };
  const acts = {
    'read the stack': ({ cloudFormation }) => cloudFormation.send(new DescribeStacksCommand({ StackName })),
    'read its template': ({ cloudFormation }) => cloudFormation.send(new GetTemplateCommand({ StackName })),
    'make a change set': ({ cloudFormation }) => cloudFormation.send(new CreateChangeSetCommand(own)),
    'make a change set of another name': ({ cloudFormation }) =>
      cloudFormation.send(new CreateChangeSetCommand({ ...own, ChangeSetName: 'mine' })),
    'make a change set that acts as itself': ({ cloudFormation }) => {
      const { RoleARN: _RoleARN, ...without } = own;
      return cloudFormation.send(new CreateChangeSetCommand(without));
    },
    'make a change set with another role': ({ cloudFormation }) =>
      cloudFormation.send(
        new CreateChangeSetCommand({
          ...own,
          RoleARN: `arn:aws:iam::${preProduction.account}:role/OrganizationAccountAccessRole`,
        }),
      ),
    'execute a change set': ({ cloudFormation }) =>
      cloudFormation.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: 'drawbridge-test' })),
    'delete a change set': ({ cloudFormation }) =>
      cloudFormation.send(new DeleteChangeSetCommand({ StackName, ChangeSetName: 'drawbridge-gone' })),
    'update the stack directly': ({ cloudFormation }) =>
      cloudFormation.send(
        new UpdateStackCommand({
          StackName,
          UsePreviousTemplate: true,
          Parameters: own.Parameters,
          RoleARN: executionRole,
        }),
      ),
    'create a stack directly': ({ cloudFormation }) =>
      cloudFormation.send(new CreateStackCommand({ StackName: 'other', TemplateBody: '{}', RoleARN: executionRole })),
    'delete the stack with another role': ({ cloudFormation }) =>
      cloudFormation.send(
        new DeleteStackCommand({
          StackName,
          RoleARN: `arn:aws:iam::${preProduction.account}:role/OrganizationAccountAccessRole`,
        }),
      ),
    'read the stack of production': ({ cloudFormation }) =>
      cloudFormation.send(new DescribeStacksCommand({ StackName: stackIn(production.account) })),
    'list users': ({ iam }) => iam.send(new ListUsersCommand({})),
  } satisfies Record<string, Act>;
  const may: Record<(typeof targetRoles)[number], readonly (keyof typeof acts)[]> = {
    preview: ['read the stack', 'read its template', 'make a change set', 'delete a change set'],
    deploy: ['read the stack'],
    audit: ['read the stack', 'read its template', 'list users'],
  };
  const cases = targetRoles.flatMap((role) =>
    (Object.keys(acts) as (keyof typeof acts)[])
      // Shown below, with what it does.
      .filter((act) => role !== 'deploy' || act !== 'execute a change set')
      .map((act) => [role, may[role].includes(act) ? 'may' : 'may not', act] as const),
  );

  it.each(cases)('of %s %s %s', async (role, verdict, act) => {
    const session = await assume(sts(orchestrator()), await assumption(rehearsal, role, preProduction));
    const refused = await codeOf(acts[act](clientsAs(rehearsal, session)));
    expect(refused).toBe(verdict === 'may' ? undefined : 'AccessDenied');
  });

  it('of deploy executes what preview has made, and nothing of it happens before', async () => {
    const as = async (role: string) =>
      clientsAs(rehearsal, await assume(sts(orchestrator()), await assumption(rehearsal, role, preProduction)));
    const [preview, deploy] = [await as('preview'), await as('deploy')];
    const changed = { ...own, ChangeSetName: 'drawbridge-three' };
    await preview.cloudFormation.send(
      new CreateChangeSetCommand({ ...changed, Parameters: [{ ParameterKey: 'Text', ParameterValue: 'three' }] }),
    );
    await rehearsal.sandbox.run();
    const found = await preview.cloudFormation.send(
      new DescribeChangeSetCommand({ StackName, ChangeSetName: 'drawbridge-three' }),
    );
    expect(found).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' });
    const execution = new ExecuteChangeSetCommand({ ChangeSetName: found.ChangeSetId });
    expect(await codeOf(preview.cloudFormation.send(execution))).toBe('AccessDenied');
    expect(await textOfStack()).toBe('one');
    await deploy.cloudFormation.send(execution);
    await rehearsal.sandbox.run();
    expect(await textOfStack()).toBe('three');
  });

  it('of deploy finds no change set of another account, not even by its ARN', async () => {
    const session = await assume(sts(orchestrator()), await assumption(rehearsal, 'deploy', preProduction));
    const { cloudFormation } = clientsAs(rehearsal, session);
    const ChangeSetName = changeSetIn(production.account);
    const refusals = [
      new ExecuteChangeSetCommand({ ChangeSetName }),
      new DescribeChangeSetCommand({ ChangeSetName }),
    ].map((command) => codeOf(cloudFormation.send(command as ExecuteChangeSetCommand)));
    expect(await Promise.all(refusals)).toEqual(['ChangeSetNotFoundException', 'ChangeSetNotFoundException']);
  });

  it('is what it takes: without one, the orchestrator role reads nothing of a target', async () => {
    const stack = new DescribeStacksCommand({ StackName: stackIn(production.account) });
    expect(await codeOf(clientsAs(rehearsal, orchestrator()).cloudFormation.send(stack))).toBe('AccessDenied');
    const session = await assume(sts(orchestrator()), await assumption(rehearsal, 'preview', production));
    const { Stacks } = await clientsAs(rehearsal, session).cloudFormation.send(stack);
    expect(Stacks).toMatchObject([{ StackName, StackStatus: 'CREATE_COMPLETE' }]);
  });

  async function textOfStack(): Promise<string | undefined> {
    const { cloudFormation } = clientsAs(rehearsal, administrator(rehearsal, preProduction.account));
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0]?.Parameters?.[0]?.ParameterValue;
  }
});

describe('a promotion', () => {
  it('changes nothing when it finds itself in another account than it asked for', async () => {
    const misled = await openRehearsal({ services: (services) => services.map(answeringForProduction) });
    try {
      const { promotion, rollouts } = await promote(misled, { pipeline: 'misled' });
      expect(promotion.status).toBe('errored');
      expect(rollouts).toMatchObject([{ environment: 'pre-production', reasons: [{ code: 'GUARD_ACCOUNT' }] }]);
      expect(rollouts[0]?.reasons[0]?.text).toMatch(
        /333333333333:assumed-role.*222222222222:role\/drawbridge\/drawbridge-audit/,
      );
      expect(misled.sandbox.calls()['cloudformation']).toBeUndefined();
    } finally {
      await misled.close();
    }
  });

  it('names role and action when the trusted role was deleted and made again, and works once the trust is saved anew', async () => {
    await renameOrchestratorRole('drawbridge-orchestrator-for-a-moment');
    await renameOrchestratorRole('drawbridge-orchestrator');
    const refused = await promote(rehearsal, { pipeline: 'recreated' });
    expect(refused.promotion.status).toBe('errored');
    expect(refused.rollouts[0]?.reasons).toMatchObject([{ code: 'ASSUME_ROLE_DENIED' }]);
    expect(refused.rollouts[0]?.reasons[0]?.text).toMatch(/sts:AssumeRole.*AROA.*made again/);

    for (const target of [preProduction, production]) await saveTrustAnew(target, `anew-${target.account}`);
    expect((await promote(rehearsal, { pipeline: 'recreated' })).promotion.status).toBe('succeeded');
  });
});

/** STS as it would be if the target records had pre-production and production mixed up. */
function answeringForProduction(service: SandboxService): SandboxService {
  const assumeRole = service.operations['AssumeRole'] as Operation<AssumeRoleCommandInput, unknown> | undefined;
  if (assumeRole === undefined) return service;
  const misled: typeof assumeRole = {
    permissions: (call) => assumeRole.permissions(call),
    run: (call) => {
      const { world } = call.sandbox;
      const stack = Object.values(world.cloudformation.stacks).find(
        ({ account, stackName }) => account === production.account && stackName === 'drawbridge-account',
      );
      const RoleArn = call.input.RoleArn?.replace(preProduction.account, production.account);
      return assumeRole.run({
        ...call,
        input: { ...call.input, RoleArn, ExternalId: stack?.model?.parameters['ExternalId'] },
      });
    },
  };
  return { ...service, operations: { ...service.operations, AssumeRole: misled } };
}

/** CloudFormation replaces a role whose name changes: the new one has another id, whatever it is called. */
async function renameOrchestratorRole(name: string): Promise<void> {
  const { template } = await ensurePackaged();
  const body = readFileSync(template, 'utf8').replace(/"RoleName": "drawbridge-orchestrator"/, `"RoleName": "${name}"`);
  const parameters = { OrganizationId: rehearsal.sandbox.world.organization.id };
  const place = { account: sharedServicesAccount, region: homeRegion, stackName: 'drawbridge' };
  await deployTemplate(rehearsal.sandbox, { ...place, body, parameters });
}

/** As the administrator of a target account does it: the same template with another external id, and that id in the ledger. */
async function saveTrustAnew(
  { name, account }: typeof preProduction | typeof production,
  ExternalId: string,
): Promise<void> {
  const { cloudFormation } = clientsAs(rehearsal, administrator(rehearsal, account));
  const StackName = 'drawbridge-account';
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  const Parameters = Stacks![0]!.Parameters!.map(({ ParameterKey }) =>
    ParameterKey === 'ExternalId'
      ? { ParameterKey, ParameterValue: ExternalId }
      : { ParameterKey, UsePreviousValue: true },
  );
  const Capabilities: Capability[] = ['CAPABILITY_NAMED_IAM'];
  await cloudFormation.send(new UpdateStackCommand({ StackName, UsePreviousTemplate: true, Parameters, Capabilities }));
  await rehearsal.sandbox.run();
  const ledger = ledgerOf(rehearsal);
  await recordTarget(ledger, { ...(await readTarget(ledger, name)), externalId: ExternalId });
}

/** Two roles that may assume anything: one more in shared services, and one named like the orchestrator's elsewhere. */
async function deployLookalikes(): Promise<void> {
  for (const [account, suffix] of [
    [sharedServicesAccount, '-two'],
    [preProduction.account, ''],
  ] as const) {
    const Trusting = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const Everything = { Effect: 'Allow', Action: '*', Resource: '*' };
    const Properties = {
      RoleName: `drawbridge-orchestrator${suffix}`,
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [Trusting] },
      Policies: [{ PolicyName: 'all', PolicyDocument: { Version: '2012-10-17', Statement: [Everything] } }],
    };
    const body = JSON.stringify({ Resources: { Lookalike: { Type: 'AWS::IAM::Role', Properties } } });
    const stack = { account, region: homeRegion, stackName: 'lookalike', body, parameters: {} };
    await deployTemplate(rehearsal.sandbox, stack);
  }
}

function lookalike(account: string, suffix = '', sessionName = 'someone'): Credentials {
  const roleArn = `arn:aws:iam::${account}:role/drawbridge-orchestrator${suffix}`;
  const service = 'lambda.amazonaws.com';
  return credentialsIn(rehearsal.sandbox.openSession({ roleArn, sessionName, service, durationSeconds: 3600 }));
}

/** The code with which STS refuses, or undefined when it does not. */
function refusal(credentials: Credentials, asked: AssumeRoleCommandInput): Promise<string | undefined> {
  return codeOf(assume(sts(credentials), asked));
}

function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: Error) => error.name,
  );
}

function stackIn(account: string): string {
  const { stacks } = rehearsal.sandbox.world.cloudformation;
  return Object.values(stacks).find((stack) => stack.account === account && stack.stackName === 'trusted')!.stackId;
}

function changeSetIn(account: string): string {
  const { changeSets } = rehearsal.sandbox.world.cloudformation;
  return Object.keys(changeSets).find((arn) => arn.split(':')[4] === account)!;
}
