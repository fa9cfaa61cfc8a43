/** Edge cases of carrying out: E8, E12, E23, E28, E32, E33, E34, E35, E36 and E37 of docs/reference/edge-cases.md. */
import { CreateStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { diagnoseTarget } from '#cli/client/diagnoses.ts';
import type { Fault } from '#sandbox/fault.ts';
import { readTarget, recordTarget } from '#shared/aws/ledger/targets.ts';
import { ledgerOf } from './clients.ts';
import {
  askedOf,
  edgeWorld,
  executionsOf,
  promote,
  reasonsOf,
  setting,
  somebody,
  template,
  templateOf,
  told,
  topic,
} from './edge-world.ts';
import { calls, refusal, upTo } from './faults.ts';
import { faultsSince, operationsOn, stackIn } from './observations.ts';
import { executionRole, preProduction } from './rehearsed-world.ts';

const world = edgeWorld();

const { account } = preProduction;
const stackOf = (name: string) => stackIn(world(), account, name)!;

it("E8 somebody's operation is waited for, and the rollout goes on when it has ended", async () => {
  await promote(world(), { name: 'e8', template: templateOf('one') });
  await somebody(world()).send(
    new UpdateStackCommand({ StackName: 'e8', TemplateBody: JSON.stringify(templateOf('theirs')) }),
  );
  expect(stackOf('e8').status).toBe('UPDATE_IN_PROGRESS');
  expect(told(await promote(world(), { name: 'e8', template: templateOf('two') }))).toBe('succeeded');
  expect(operationsOn(world(), account, 'e8')).toBe(3);
  expect(stackOf('e8').resources['Setting']!.definition.properties['Value']).toBe('two');
});

it('E8 a stack that stays busy is reported with its status, and nothing is begun', async () => {
  await promote(world(), { name: 'e8-busy', template: templateOf('one') });
  stackOf('e8-busy').status = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
  const record = await promote(world(), { name: 'e8-busy', template: templateOf('two') });
  expect(told(record)).toBe('rejected STACK_BUSY');
  expect(reasonsOf(record)).toContain('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  expect(askedOf(world(), 'CreateChangeSet', 'e8-busy')).toHaveLength(1);
});

it.each(['CreateChangeSet', 'ExecuteChangeSet'])(
  'E12 when every reply to %s is lost, what it did is adopted and not done again',
  async (operation) => {
    const name = `e12-${operation.toLowerCase()}`;
    // More than the attempts of an SDK client: the step itself has to be run again.
    world().strike(...calls(`cloudformation:${operation}`, { nths: upTo(4), when: 'after' }));
    expect(told(await promote(world(), { name, template: templateOf('one') }))).toBe('succeeded');
    expect(askedOf(world(), operation, name).length).toBeGreaterThan(1);
    expect(operationsOn(world(), account, name)).toBe(1);
    const asked = askedOf(world(), operation, name).map(({ ChangeSetName, ClientToken, ClientRequestToken }) =>
      [ChangeSetName, ClientToken, ClientRequestToken].join(),
    );
    expect(new Set(asked).size).toBe(1);
  },
);

it('E23 every change set names the execution role, and the stack keeps no session of a caller', async () => {
  await promote(world(), { name: 'e23', template: templateOf('one') });
  await promote(world(), { name: 'e23', template: templateOf('two') });
  expect(askedOf(world(), 'CreateChangeSet', 'e23').map(({ RoleARN }) => RoleARN)).toEqual([
    executionRole,
    executionRole,
  ]);
  expect(stackOf('e23').roleArn).toBe(executionRole);
});

it.each<[string, Fault[]]>([
  ['lost', upTo(6).map((nth) => ({ kind: 'delivery', nth, what: 'lost' }))],
  ['doubled', upTo(6).map((nth) => ({ kind: 'delivery', nth, what: 'twice' }))],
  ['late', upTo(6).map((nth) => ({ kind: 'delivery', nth, what: { lateByMilliseconds: 1_800_000 } }))],
])('E28 %s events change nothing: the stack is read, and executed once (see events.test.ts)', async (what, faults) => {
  const name = `e28-${what}`;
  world().strike(...faults);
  const since = world().sandbox.journal().length;
  expect(told(await promote(world(), { name, template: templateOf('one') }))).toBe('succeeded');
  expect(faultsSince(world(), since)).toBeGreaterThan(0);
  expect(askedOf(world(), 'ExecuteChangeSet', name)).toHaveLength(1);
});

it('E32 throttling is waited out, beyond what an SDK client does by itself', async () => {
  const throttled = refusal('Throttling', 400);
  world().strike(...calls('cloudformation:CreateChangeSet', { nths: upTo(7), what: throttled }));
  const since = world().sandbox.journal().length;
  expect(told(await promote(world(), { name: 'e32', template: templateOf('one') }))).toBe('succeeded');
  expect(faultsSince(world(), since)).toBe(7);
  expect(operationsOn(world(), account, 'e32')).toBe(1);
});

it.each([
  ['sts:AssumeRole', 'errored ASSUME_ROLE_DENIED'],
  ['cloudformation:CreateChangeSet', 'errored ACCESS_DENIED'],
])('E33 access denied at %s is told as %s', async (operation, outcome) => {
  world().strike(...calls(operation, { nths: upTo(20), what: refusal('AccessDenied', 403) }));
  const name = `e33-${operation.split(':')[0]}`;
  expect(told(await promote(world(), { name, template: templateOf('one') }))).toBe(outcome);
});

it('E33 each step has a session of its own, named after it, of at most an hour from its opening', async () => {
  const { sessions } = world().sandbox.world.sts;
  const before = new Set(Object.keys(sessions));
  const { promotion } = await promote(world(), { name: 'e33-sessions', template: templateOf('one') });
  const opened = Object.entries(sessions).flatMap(([id, { caller, issuedAt }]) =>
    !before.has(id) && caller.kind === 'session' && caller.sourceIdentity === promotion.id
      ? [{ name: caller.arn.split('/').slice(1).join(' '), life: caller.expiresAt - issuedAt }]
      : [],
  );
  // A step that looks again is a new invocation, which opens its own.
  const names = opened.map(({ name }) => name);
  expect(names.filter((name, index) => name !== names[index - 1])).toEqual([
    `drawbridge-audit ${promotion.id}-audit`,
    `drawbridge-preview ${promotion.id}-plan`,
    `drawbridge-deploy ${promotion.id}-execute`,
    `drawbridge-preview ${promotion.id}-resume`,
    `drawbridge-preview ${promotion.id}-verify`,
    // The account is audited before and after.
    `drawbridge-audit ${promotion.id}-audit`,
  ]);
  for (const { life } of opened) expect(life).toBeLessThanOrEqual(3_600_000);
});

it('E34 target roles reach the artifacts by organization and role name, so a role made anew still does', () => {
  const bucket = Object.values(world().sandbox.world.s3.buckets).find(({ name }) => name.includes('artifacts'))!;
  const statements: { Effect: string; Principal: unknown; Condition?: object }[] = JSON.parse(bucket.policy!).Statement;
  const granting = statements.filter(({ Effect }) => Effect === 'Allow');
  expect(granting.length).toBeGreaterThan(0);
  const toTargets = granting.filter(({ Condition }) => JSON.stringify(Condition ?? {}).includes('PrincipalOrgID'));
  expect(toTargets.length).toBeGreaterThan(0);
  for (const { Principal, Condition } of toTargets) {
    expect(JSON.stringify(Principal)).not.toContain('role/');
    expect(JSON.stringify(Condition)).toMatch(/role\/drawbridge\//);
  }
});

describe('E35 an export that somebody imports', () => {
  const exporting = (Value: unknown, name: string) => ({ Outputs: { Name: { Value, Export: { Name: name } } } });
  const importing = (name: string) => topic({ Properties: { DisplayName: { 'Fn::ImportValue': name } } });

  /** Has a stack that exports its setting, and one of somebody else that imports that. */
  async function inUse(name: string): Promise<void> {
    const before = { ...templateOf('one'), ...exporting({ Ref: 'Setting' }, `${name}-name`) };
    expect(told(await promote(world(), { name, template: before }))).toBe('succeeded');
    const TemplateBody = JSON.stringify(template({ Theirs: importing(`${name}-name`) }));
    await somebody(world()).send(new CreateStackCommand({ StackName: `${name}-user`, TemplateBody }));
    await world().sandbox.run();
  }

  it.each<[string, object]>([
    ['removed', templateOf('one')],
    ['changed', { ...templateOf('one'), ...exporting('other', 'e35-changed-name') }],
  ])('E35 is not %s: the plan is refused, and who uses it is named', async (how, after) => {
    const name = `e35-${how}`;
    await inUse(name);
    const record = await promote(world(), { name, template: after });
    expect(told(record)).toBe('rejected EXPORT_IN_USE');
    expect(reasonsOf(record)).toContain(`${name}-name ${how}, which is imported by ${name}-user`);
    expect(executionsOf(world(), name)).toBe(1);
    expect(stackOf(name)).toMatchObject({ status: 'CREATE_COMPLETE', outputs: [{ exportName: `${name}-name` }] });
  });

  it('E35 that gets another value which nobody could foresee is rolled back by CloudFormation, which names who uses it', async () => {
    await inUse('e35-late');
    const value = { 'Fn::GetAtt': ['Setting', 'Value'] };
    const after = { ...templateOf('two'), ...exporting(value, 'e35-late-name') };
    const record = await promote(world(), { name: 'e35-late', template: after });
    expect(record.promotion.status).toBe('failed');
    expect(reasonsOf(record)).toMatch(/e35-late-name.*in use by e35-late-user/s);
  });

  it('E35 may go once nobody imports it', async () => {
    const name = 'e35-free';
    await promote(world(), { name, template: { ...templateOf('one'), ...exporting('x', 'e35-free-name') } });
    expect(told(await promote(world(), { name, template: templateOf('one') }))).toBe('succeeded');
  });

  it('E35 may go where the plan lets its user go first', async () => {
    const name = 'e35-order';
    const files = (own: object, user: object) => ({
      'own.yaml': JSON.stringify({ ...templateOf('one'), ...own }),
      'user.yaml': JSON.stringify(template(user)),
    });
    const stacks = (first: string, second: string) => [
      { name: first, template: `${first}.yaml`, stackName: `${name}-${first}` },
      { name: second, template: `${second}.yaml`, stackName: `${name}-${second}`, dependsOn: [first] },
    ];
    const used = files(exporting('x', 'e35-order-name'), { Theirs: importing('e35-order-name') });
    const [release, next] = [
      { name, template: templateOf('one'), stacks: stacks('own', 'user'), files: used },
      { name, template: templateOf('one'), stacks: stacks('user', 'own'), files: files({}, { Theirs: topic() }) },
    ];
    expect(told(await promote(world(), release))).toBe('succeeded');
    expect(told(await promote(world(), next))).toBe('succeeded');
    const wrongly = { ...release, files: files({}, { Theirs: topic() }) };
    expect(told(await promote(world(), release))).toBe('succeeded');
    expect(told(await promote(world(), wrongly))).toBe('rejected EXPORT_IN_USE');
  });
});

it('E36 resources that were cancelled because another failed are not named as the cause', async () => {
  const table = {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    },
  };
  world().strike({
    kind: 'resource',
    stackName: 'e36',
    logicalId: 'Setting',
    status: 'CREATE_FAILED',
    reason: 'broken',
    times: 1,
  });
  const record = await promote(world(), {
    name: 'e36',
    template: template({ ATable: table, Setting: setting('one') }),
  });
  const failed = world()
    .sandbox.journal()
    .flatMap((entry) =>
      entry.kind === 'stack-event' && entry.stackName === 'e36' && entry.status === 'CREATE_FAILED'
        ? [`${entry.logicalId} ${entry.reason}`]
        : [],
    );
  expect(failed).toContain('ATable Resource creation cancelled');
  const reasons = record.rollouts.flatMap(({ reasons }) => reasons);
  expect(reasons).toMatchObject([{ code: 'STACK_FAILED', resource: 'Setting' }]);
});

it.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
])('E37 of a target in %s every role is asked for in the partition %s', async (region, partition) => {
  const ledger = ledgerOf(world());
  const onboarded = await readTarget(ledger, 'pre-production');
  await recordTarget(ledger, { ...onboarded, region });
  const before = world().asked.length;
  try {
    await diagnoseTarget(world().apiAs('alice'), 'pre-production');
  } finally {
    await recordTarget(ledger, onboarded);
  }
  const assumed = world().asked.slice(before);
  const roles = assumed.flatMap(({ operation, input }) => (operation === 'AssumeRole' ? [input['RoleArn']] : []));
  expect(roles.sort()).toEqual(
    ['audit', 'deploy', 'preview'].map((name) => `arn:${partition}:iam::${account}:role/drawbridge/drawbridge-${name}`),
  );
});
