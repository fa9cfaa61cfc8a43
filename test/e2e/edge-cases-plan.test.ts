/** Edge cases of planning: E1, E2, E3, E9, E14, E15, E16, E17, E24 and E25 of docs/reference/edge-cases.md. */
import { CreateChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { expect, it } from 'vitest';
import { getPlan } from '#cli/client/plans.ts';
import { exitOfPromotion } from '#cli/client/promotion-report.ts';
import { aPolicy } from '#test/domain/policy/policy-builders.ts';
import {
  applyPolicy,
  askedOf,
  decide,
  edgeWorld,
  executionsOf,
  follow,
  packageEdge,
  promote,
  reasonsOf,
  setting,
  somebody,
  template,
  templateOf,
  told,
  topic,
} from './edge-world.ts';
import { changeSetsIn, stackIn } from './observations.ts';
import { preProduction } from './rehearsed-world.ts';

const world = edgeWorld();

const stackOf = (name: string) => stackIn(world(), preProduction.account, name);
const statusOf = (name: string) => stackOf(name)?.status;
const changeSetsOf = (name: string) => changeSetsIn(world(), preProduction.account, name);
const planOf = async (id: string) =>
  (await getPlan(world().apiAs('alice'), id, 'pre-production')).targets[0]!.stacks[0]!;
const one = templateOf('one');

it('E1 a change set without changes is a success, and is taken away', async () => {
  await promote(world(), { name: 'e1-empty', template: one });
  const record = await promote(world(), {
    name: 'e1-empty',
    template: `# ${'another spelling'}\n${JSON.stringify(one)}`,
  });
  expect(told(record)).toBe('unchanged');
  expect(exitOfPromotion(record)).toBe(0);
  expect(askedOf(world(), 'CreateChangeSet', 'e1-empty')).toHaveLength(2);
  expect(executionsOf(world(), 'e1-empty')).toBe(1);
  expect(changeSetsOf('e1-empty').filter(({ status }) => status === 'FAILED')).toEqual([]);
});

it('E1 a change of outputs alone is executed, though it lists no resource', async () => {
  await promote(world(), { name: 'e1-outputs', template: one });
  const outputs = { Outputs: { Name: { Value: { Ref: 'Setting' } } } };
  const record = await promote(world(), { name: 'e1-outputs', template: { ...one, ...outputs } });
  expect(told(record)).toBe('succeeded');
  expect(executionsOf(world(), 'e1-outputs')).toBe(2);
  expect(stackOf('e1-outputs')!.outputs).toMatchObject([{ key: 'Name' }]);
});

it('E2 nested stacks are planned with their parent, and only the root is executed', async () => {
  const nested = (value: string) => ({
    name: 'e2-root',
    template: template({ Child: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: './child.yaml' } } }),
    stack: { capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'] },
    files: { 'child.yaml': JSON.stringify(template({ Inner: setting(value) })) },
  });
  expect(told(await promote(world(), nested('one')))).toBe('succeeded');
  const before = world().asked.filter(({ operation }) => operation === 'ExecuteChangeSet').length;
  const record = await promote(world(), nested('two'));
  expect(told(record)).toBe('succeeded');
  expect(askedOf(world(), 'CreateChangeSet', 'e2-root').map(({ IncludeNestedStacks }) => IncludeNestedStacks)).toEqual([
    true,
    true,
  ]);
  const { changes } = await planOf(record.promotion.id);
  expect(changes).toMatchObject([
    { logicalId: 'Child', action: 'Modify' },
    {
      within: 'Child',
      logicalId: 'Inner',
      action: 'Modify',
      details: [{ name: 'Value', before: 'one', after: 'two' }],
    },
  ]);
  const executed = world()
    .asked.filter(({ operation }) => operation === 'ExecuteChangeSet')
    .slice(before);
  expect(executed.map(({ input }) => `${input['StackName']}`.split('/')[1])).toEqual(['e2-root']);
  const child = Object.values(world().sandbox.world.cloudformation.stacks).find(
    (stack) => stack.parent?.logicalId === 'Child',
  );
  expect(child!.resources['Inner']!.definition.properties['Value']).toBe('two');
});

it.each(['planned', 'rejected', 'expired', 'denied'])(
  'E3 a plan that is only %s leaves neither change set nor shell',
  async (end) => {
    const name = `e3-${end}`;
    if (end === 'denied')
      await applyPolicy(world(), name, { changeGates: [{ name: 'no', when: { effects: ['add'] }, action: 'deny' }] });
    else if (end !== 'planned') await applyPolicy(world(), name, { approval: { expires: '30m' } });
    const record = await promote(world(), { name, template: one }, end === 'planned' ? { mode: 'plan' } : {});
    if (end === 'rejected') await decide(world(), record, 'reject');
    if (end === 'expired') await world().sandbox.run();
    const ended = await follow(world(), record.promotion.id);
    const expected = {
      planned: 'planned',
      rejected: 'rejected APPROVAL_REJECTED',
      expired: 'rejected APPROVAL_EXPIRED',
      denied: 'rejected CHANGE_DENIED',
    };
    expect(told(ended)).toBe(expected[end as keyof typeof expected]);
    expect(askedOf(world(), 'CreateChangeSet', name)).toHaveLength(1);
    expect(executionsOf(world(), name)).toBe(0);
    const shells = Object.values(world().sandbox.world.cloudformation.stacks).filter(
      ({ stackName }) => stackName === name,
    );
    expect(shells.map(({ status }) => status).filter((status) => status !== 'DELETE_COMPLETE')).toEqual([]);
  },
);

it("E3 a shell that holds somebody else's change set stays, with that change set", async () => {
  const command = new CreateChangeSetCommand({
    StackName: 'e3-shared',
    ChangeSetName: 'theirs',
    ChangeSetType: 'CREATE',
    TemplateBody: JSON.stringify(one),
  });
  await somebody(world()).send(command);
  await world().sandbox.run();
  expect(told(await promote(world(), { name: 'e3-shared', template: one }, { mode: 'plan' }))).toBe('planned');
  expect(statusOf('e3-shared')).toBe('REVIEW_IN_PROGRESS');
  expect(changeSetsOf('e3-shared').map(({ changeSetName }) => changeSetName)).toEqual(['theirs']);
  expect(askedOf(world(), 'CreateChangeSet', 'e3-shared').map(({ ChangeSetType }) => ChangeSetType)).toEqual([
    'CREATE',
    'CREATE',
  ]);
});

it('E9 nothing to do on a stack whose last update was rolled back is no failure', async () => {
  const two = templateOf('two');
  await promote(world(), { name: 'e9', template: one });
  world().strike({
    kind: 'resource',
    stackName: 'e9',
    logicalId: 'Setting',
    status: 'UPDATE_FAILED',
    reason: 'no',
    times: 1,
  });
  expect(told(await promote(world(), { name: 'e9', template: two }))).toBe('failed STACK_FAILED');
  expect(statusOf('e9')).toBe('UPDATE_ROLLBACK_COMPLETE');
  const record = await promote(world(), { name: 'e9', template: one });
  expect(told(record)).toBe('unchanged');
  expect(exitOfPromotion(record)).toBe(0);
});

it('E14 a template that no request could hold goes by its URL', async () => {
  const padding = Array.from({ length: 300 }, (_, index) => `${index}`.padStart(200, 'x'));
  const large = { ...one, Metadata: { padding } };
  expect(JSON.stringify(large).length).toBeGreaterThan(51_200);
  expect(told(await promote(world(), { name: 'e14', template: large }))).toBe('succeeded');
  const [input] = askedOf(world(), 'CreateChangeSet', 'e14');
  expect(input).toMatchObject({ TemplateURL: expect.stringMatching(/^https:.*\/templates\//) });
  expect(input).not.toHaveProperty('TemplateBody');
  expect(stackOf('e14')).toMatchObject({ status: 'CREATE_COMPLETE', resources: { Setting: {} } });
});

it('E14 a template of more than a megabyte is refused when the release is packaged', async () => {
  const large = { ...one, Metadata: { padding: 'x'.repeat(1_000_000) } };
  const packaged = await packageEdge({ name: 'e14-large', template: large });
  expect(packaged).toMatchObject({ kind: 'invalid', problems: [{ code: 'LIMIT' }] });
});

it.each([
  ['unknown', { Known: 'one', Other: 'two' }, /Other/],
  ['missing', {}, /Known/],
])('E15 a parameter that is %s is refused before anything is asked', async (_, parameters, named) => {
  const withParameter = template({ Setting: topic() }, { Parameters: { Known: { Type: 'String' } } });
  const packaged = await packageEdge({ name: 'e15', template: withParameter, stack: { parameters } });
  expect(packaged.kind).toBe('invalid');
  expect(JSON.stringify(packaged)).toMatch(named);
});

const role = {
  Type: 'AWS::IAM::Role',
  Properties: {
    PermissionsBoundary: {
      'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/drawbridge/drawbridge-boundary',
    },
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
  },
};

it('E16 a missing capability is named, and nothing is executed', async () => {
  const record = await promote(world(), { name: 'e16', template: template({ Role: role }) });
  expect(told(record)).toBe('failed CHANGE_SET_REFUSED');
  expect(reasonsOf(record)).toMatch(/CAPABILITY_IAM/);
  expect(executionsOf(world(), 'e16')).toBe(0);
});

it('E17 a transform that no policy allows is refused before anything is asked', async () => {
  const transformed = template({ Setting: setting('one') }, { Transform: ['AWS::LanguageExtensions', 'TheirMacro'] });
  const packaged = await packageEdge({ name: 'e17', template: transformed });
  const problems = packaged.kind === 'invalid' ? (packaged.problems as { code: string; cause: string }[]) : [];
  const refused = problems.filter(({ code }) => code === 'GATE_TRANSFORM').map(({ cause }) => cause);
  expect(refused.join()).toMatch(/AWS::LanguageExtensions.*TheirMacro/);
});

it('E17 a transform that a policy allows is promoted, and what it made of the template is what runs', async () => {
  const said = { templateGate: { transforms: ['AWS::LanguageExtensions'] } };
  await applyPolicy(world(), 'e17-allowed', said);
  const transformed = template(
    { Setting: setting({ 'Fn::ToJsonString': { level: 'info' } }) },
    { Transform: 'AWS::LanguageExtensions' },
  );
  const record = await promote(world(), {
    name: 'e17-allowed',
    template: transformed,
    stack: { capabilities: ['CAPABILITY_AUTO_EXPAND'] },
    files: { 'drawbridge.policy.yml': JSON.stringify(aPolicy('for-e17-allowed', said)) },
  });
  expect([told(record), reasonsOf(record)]).toEqual(['succeeded', '']);
  const { Setting } = stackOf('e17-allowed')?.resources ?? {};
  expect(JSON.stringify(Setting)).toContain('{\\"level\\":\\"info\\"}');
});

it('E24 a change of nothing but tags is said to be one', async () => {
  const two = template({ Setting: setting('one'), Alerts: topic() });
  await promote(world(), { name: 'e24', template: two, stack: { tags: { team: 'one' } } });
  const { promotion } = await promote(world(), { name: 'e24', template: two, stack: { tags: { team: 'two' } } });
  expect(promotion.status).toBe('succeeded');
  expect((await planOf(promotion.id)).notes).toContain('2 resources change in nothing but their tags.');
});

const table = (key: string) => ({
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    },
  },
});

it('E25 a replacement is shown, and one that loses data is denied in production', async () => {
  await applyPolicy(world(), 'e25', { production: true });
  const release = (key: string) => ({ name: 'e25', template: template(table(key)) });
  expect(told(await promote(world(), release('id')))).toBe('succeeded');
  const record = await promote(world(), release('other'));
  expect(told(record)).toBe('rejected CHANGE_DENIED');
  expect(exitOfPromotion(record)).toBe(3);
  expect(reasonsOf(record)).toMatch(/stateful-data forbids replace of AWS::DynamoDB::Table Table/);
  expect((await planOf(record.promotion.id)).changes).toMatchObject([{ logicalId: 'Table', replacement: 'True' }]);
  expect(executionsOf(world(), 'e25')).toBe(1);
});
