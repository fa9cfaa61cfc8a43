import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeStack } from '#shared/domain/plan/describe-stack.ts';
import type { StackFacts } from '#shared/domain/plan/stack-facts.ts';
import { isIdle, StackPlan, untouched } from '#shared/domain/plan/stack-plan.ts';
import { canonicalJson, digestOf } from '#shared/domain/release/canonical-json.ts';
import type { JsonObject } from '#shared/domain/template/template.ts';
import { aChange, aDesiredStack, aLiveStack, stackId } from '#test/builders.ts';
import { richFacts } from './rich-plan.ts';

const desired = aDesiredStack();
const live = aLiveStack({ templateDigest: 'sha256:old' });
const template = (more: JsonObject = {}): JsonObject => ({
  Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
  ...more,
});
const same = { '': { before: template(), after: template() } };
const facts = (change: Partial<StackFacts> = {}): StackFacts => ({
  desired,
  live,
  changes: [],
  templates: same,
  ...change,
});
const parameter = (Type: string, more: JsonObject = {}): JsonObject => ({ Parameters: { Size: { Type, ...more } } });
const sized = (before: string, after: string, declared: JsonObject = parameter('String')): StackFacts =>
  facts({
    desired: { ...desired, parameters: { Size: after } },
    live: { ...live, parameters: { Size: before } },
    templates: { '': { before: template(declared), after: template(declared) } },
  });

describe('the plan of a stack', () => {
  it('fits the schema, and names nothing that a second preparation would give anew', () => {
    const plan = describeStack(richFacts);
    expect(StackPlan.parse(plan)).toEqual(plan);
    expect(JSON.stringify(plan)).not.toContain(stackId);
  });

  it('is nothing where nothing differs and there is no change set', () => {
    const plan = describeStack(facts({ changes: undefined }));
    expect(plan).toEqual(untouched(desired));
    expect(isIdle({ stacks: [plan] })).toBe(true);
  });

  it.each<[string, StackFacts['live'], string]>([
    ['absent', undefined, 'create'],
    ['a shell for its change set', { ...live, status: 'REVIEW_IN_PROGRESS' }, 'create'],
    ['deleted', { ...live, status: 'DELETE_COMPLETE' }, 'create'],
    ['there', live, 'update'],
    ['there after a rollback', { ...live, status: 'UPDATE_ROLLBACK_COMPLETE' }, 'update'],
  ])('of a stack that is %s', (_name, now, operation) => {
    const plan = describeStack(facts({ live: now }));
    expect([plan.kind, plan.operation]).toEqual(['changes', operation]);
    expect(plan.tags.length).toBe(operation === 'create' ? 1 : 0);
  });

  it('changes when nothing but an output does', () => {
    const after = template({ Outputs: { Url: { Value: { Ref: 'Queue' } }, Bad: 'x' } });
    const plan = describeStack(facts({ templates: { '': { before: template(), after } } }));
    expect(plan).toMatchObject({ kind: 'changes', changes: [], outputs: [{ name: 'Url', after: '${Queue}' }] });
    expect(isIdle({ stacks: [plan] })).toBe(false);
  });

  it('knows outputs and permissions of no template that is not at hand', () => {
    const plan = describeStack(facts({ templates: {} }));
    expect([plan.outputs, plan.permissions]).toEqual([[], []]);
  });
});

describe('parameters', () => {
  it.each<[string, StackFacts, unknown[]]>([
    ['that stay are not named', sized('1', '1'), []],
    ['that change', sized('1', '2'), [{ name: 'Size', before: '1', after: '2' }]],
    [
      'that come and go',
      facts({ desired: { ...desired, parameters: { New: 'x' } } }),
      [
        { name: 'New', after: 'x' },
        { name: 'Size', before: '1' },
      ],
    ],
    [
      'that are never shown are named in any case',
      sized('****', '****', parameter('String', { NoEcho: true })),
      [{ name: 'Size', before: '****', after: '****' }],
    ],
    [
      'that are not shown hide what they will be',
      sized('****', 'hunter2', parameter('String', { NoEcho: 'true' })),
      [{ name: 'Size', before: '****', after: '****' }],
    ],
    [
      'that refer to secrets',
      sized('old', 'x-{{resolve:ssm-secure:/orders/db:1}}'),
      [{ name: 'Size', before: '****', after: '****' }],
    ],
    ['that refer to the same secret', sized('{{resolve:secretsmanager:x}}', '{{resolve:secretsmanager:x}}'), []],
    [
      'that refer to what is no secret',
      sized('1', '{{resolve:ssm:/orders/size}}'),
      [{ name: 'Size', before: '1', after: '{{resolve:ssm:/orders/size}}' }],
    ],
    [
      'that read like a credential',
      sized('AKIAIOSFODNN7EXAMPLE', 'postgres://me:hunter2@db'),
      [{ name: 'Size', before: `AKIA${'*'.repeat(16)}`, after: '****' }],
    ],
  ])('%s', (_name, given, expected) => {
    expect(describeStack(given).parameters).toEqual(expected);
  });

  it.each<[string, string, unknown[]]>([
    [
      'opaque because its value is a name',
      'AWS::SSM::Parameter::Value<String>',
      [{ name: 'Size', before: '/a', after: '/b' }],
    ],
    ['opaque for no reason that is at hand', 'String', [{ name: 'Size', before: '****', after: '****' }]],
  ])('%s', (_name, type, expected) => {
    const given = sized('/a', '/b', parameter(type));
    const opaque = { ...given, desired: { ...given.desired, opaqueParameters: ['Size'] } };
    expect(describeStack(opaque).parameters).toEqual(expected);
  });

  it('say which output they were taken from', () => {
    const taken = facts({
      desired: { ...desired, parameters: { Size: '2' }, fromOutput: { Size: 'network.Size', Gone: 'network.Gone' } },
      live: { ...live, parameters: { Size: '1', Gone: 'x' } },
    });
    expect(describeStack(taken).parameters).toEqual([
      { name: 'Gone', before: 'x' },
      { name: 'Size', before: '1', after: '2', fromOutput: 'network.Size' },
    ]);
  });
});

describe('settings', () => {
  const beside = {
    terminationProtection: true,
    stackPolicy: '{"Statement": []}',
    notificationArns: ['arn:b', 'arn:a'],
  };
  const alarms = { alarms: ['arn:alarm'], monitorMinutes: 1 };
  it.each<[string, StackFacts['desired'], StackFacts['live'], unknown[]]>([
    [
      'that a new stack has anyway are not named',
      {
        ...desired,
        onCreateFailure: 'rollback',
        terminationProtection: false,
        capabilities: [],
        rollback: { alarms: [], monitorMinutes: 0 },
      },
      undefined,
      [{ name: 'execution role', after: desired.roleArn }],
    ],
    [
      'of a new stack',
      { ...desired, ...beside, onCreateFailure: 'delete', rollback: alarms },
      undefined,
      [
        { name: 'capabilities', after: 'CAPABILITY_IAM' },
        { name: 'execution role', after: desired.roleArn },
        { name: 'notifications', after: 'arn:a, arn:b' },
        { name: 'on a failed creation', after: 'delete' },
        { name: 'rollback alarms', after: 'arn:alarm, watched for 1 minute after' },
        { name: 'stack policy', after: '{"Statement":[]}' },
        { name: 'termination protection', after: 'on' },
      ],
    ],
    [
      'that change',
      { ...desired, ...beside, onCreateFailure: 'delete', rollback: { alarms: [], monitorMinutes: 0 } },
      {
        ...live,
        capabilities: [],
        roleArn: undefined,
        terminationProtection: false,
        stackPolicy: '{}',
        rollback: { ...alarms, monitorMinutes: 5 },
        notificationArns: [],
      },
      [
        { name: 'capabilities', before: 'none', after: 'CAPABILITY_IAM', loosens: true },
        { name: 'execution role', after: desired.roleArn },
        { name: 'notifications', before: 'none', after: 'arn:a, arn:b' },
        { name: 'rollback alarms', before: 'arn:alarm, watched for 5 minutes after', after: 'none', loosens: true },
        { name: 'stack policy', before: '{}', after: '{"Statement":[]}', loosens: true },
        { name: 'termination protection', before: 'off', after: 'on' },
      ],
    ],
    [
      'that protect less, or are watched for a shorter time',
      { ...desired, terminationProtection: false, rollback: alarms },
      { ...live, terminationProtection: true, rollback: { ...alarms, monitorMinutes: 5 } },
      [
        {
          name: 'rollback alarms',
          before: 'arn:alarm, watched for 5 minutes after',
          after: 'arn:alarm, watched for 1 minute after',
          loosens: true,
        },
        { name: 'termination protection', before: 'on', after: 'off', loosens: true },
      ],
    ],
    [
      'that the release says nothing about stay',
      desired,
      { ...live, stackPolicy: '{}', notificationArns: ['arn:a'] },
      [],
    ],
    [
      'that are written differently are the same',
      { ...desired, stackPolicy: '{"a":1,"b":[]}' },
      { ...live, stackPolicy: ' {"b": [], "a": 1}' },
      [],
    ],
    ['that are no JSON are compared as they are', { ...desired, stackPolicy: 'x' }, { ...live, stackPolicy: 'x' }, []],
    ['that nobody read cannot be compared', { ...desired, rollback: alarms }, live, []],
  ])('%s', (_name, wanted, now, expected) => {
    expect(describeStack(facts({ desired: wanted, live: now })).settings).toEqual(expected);
  });

  it('alarms that differ alone are told, since CloudFormation takes them with a change only', () => {
    const plan = (now: typeof alarms) =>
      describeStack(
        facts({ changes: undefined, desired: { ...desired, rollback: alarms }, live: { ...live, rollback: now } }),
      );
    expect(plan({ alarms: [], monitorMinutes: 0 })).toMatchObject({
      kind: 'unchanged',
      settings: [],
      notes: [
        'The rollback alarms are none and shall be arn:alarm, watched for 1 minute after: they are set with the next change of the stack.',
      ],
    });
    expect(plan(alarms)).toEqual(untouched(desired));
  });

  it('that need no change set are a plan of their own', () => {
    const wanted = { ...desired, ...beside, capabilities: [] };
    const plan = describeStack(facts({ desired: wanted, changes: undefined }));
    expect([plan.kind, plan.settings.map(({ name }) => name)]).toEqual([
      'settings',
      ['stack policy', 'termination protection'],
    ]);
  });
});

describe('notes', () => {
  const modified = (logicalId: string, more = {}) =>
    aChange({ action: 'Modify', logicalId, replacement: 'False', scope: ['Properties'], ...more });
  const detail = (more = {}) => ({ attribute: 'Properties', name: 'Name', ...more });
  const shown = detail({ before: 'a', after: 'b' });

  it.each<[string, Partial<StackFacts>, string[]]>([
    ['nothing', { changes: [modified('Queue', { details: [shown] })] }, []],
    [
      'that the stack policy will refuse a change',
      {
        live: { ...live, stackPolicy: '{"Statement":{"Effect":"Allow","Action":"Update:Modify","Resource":"*"}}' },
        changes: [
          modified('A', { replacement: 'True' }),
          modified('B', { replacement: 'Conditional' }),
          modified('C', { action: 'Remove' }),
        ],
      },
      [
        'The stack policy does not let A be replaced: the operation will fail unless the policy is changed before.',
        'The stack policy does not let B be replaced: if it has to be, the operation fails unless the policy is changed before.',
        'The stack policy does not let C be deleted: the operation will fail unless the policy is changed before.',
      ],
    ],
    [
      'that outputs follow a replacement',
      {
        changes: [modified('Queue', { replacement: 'True' }), modified('Que', { replacement: 'Conditional' })],
        templates: {
          '': {
            after: template({
              Outputs: {
                B: { Value: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
                A: { Value: { Ref: 'Queue' } },
                C: { Value: { Ref: 'Que' } },
                D: {},
              },
            }),
          },
        },
      },
      [
        'Que may be replaced, and with it the value of output C.',
        'Queue is replaced, and with it the value of outputs A, B.',
      ],
    ],
    [
      'which values were not shown',
      {
        changes: [
          modified('A', { details: [detail(), shown] }),
          modified('B', { details: [detail({ evaluation: 'Static' })], within: 'Child' }),
          modified('C', { details: [detail({ evaluation: 'Dynamic' })] }),
          modified('D', { details: [{ attribute: 'Tags' }] }),
          modified('E', { details: [{ attribute: 'Properties' }, { attribute: 'Properties', path: '/Properties/X' }] }),
          aChange({ logicalId: 'F', details: [detail()] }),
        ],
      },
      ['CloudFormation did not show every value that changes in resources Child/B, E.'],
    ],
    [
      'no more names than can be read',
      { changes: Array.from({ length: 12 }, (_, index) => modified(`R${index + 10}`, { details: [detail()] })) },
      [
        'CloudFormation did not show every value that changes in resources R10, R11, R12, R13, R14, R15, R16, R17, R18, R19 and 2 more.',
      ],
    ],
    [
      'that a new tag touches many resources',
      { changes: ['A', 'B'].map((id) => modified(id, { scope: ['Tags'] })) },
      ['2 resources change in nothing but their tags.'],
    ],
    [
      'nothing of one resource’s tags',
      { changes: [modified('A', { scope: ['Tags'] }), modified('B', { scope: [] })] },
      [],
    ],
    [
      'which parameters cannot be compared',
      { templates: { '': { after: template(parameter('String', { NoEcho: true })) } } },
      ['CloudFormation does not show parameter Size: whether it changes cannot be said.'],
    ],
  ])('say %s', (_name, given, expected) => {
    expect(describeStack(facts(given)).notes).toEqual(expected);
  });
});

describe('the digest of a plan', () => {
  const digest = (given: StackFacts) => digestOf(canonicalJson(describeStack(given)));
  const shuffledRecord = <Value>(record: Readonly<Record<string, Value>>) =>
    fc
      .shuffledSubarray(Object.entries(record), { minLength: Object.keys(record).length })
      .map((entries) => Object.fromEntries(entries));
  const shuffled = <Item>(items: readonly Item[]) => fc.shuffledSubarray([...items], { minLength: items.length });
  const { changes = [], live: now } = richFacts;
  const expected = digest(richFacts);

  it('is the same whatever order the facts come in', () => {
    const permuted = fc
      .record({
        parameters: shuffledRecord(richFacts.desired.parameters),
        liveParameters: shuffledRecord(now?.parameters ?? {}),
        tags: shuffledRecord(richFacts.desired.tags),
        capabilities: shuffled(richFacts.desired.capabilities),
        templates: shuffledRecord(richFacts.templates),
        changes: shuffled(changes),
        turned: fc.boolean(),
      })
      .map(
        ({ turned, ...parts }): StackFacts => ({
          desired: {
            ...richFacts.desired,
            parameters: parts.parameters,
            tags: parts.tags,
            capabilities: parts.capabilities,
          },
          live: now && { ...now, parameters: parts.liveParameters },
          changes: parts.changes.map((change) => ({
            ...change,
            scope: turned ? change.scope.toReversed() : change.scope,
            details: turned ? change.details.toReversed() : change.details,
          })),
          templates: parts.templates,
        }),
      );
    fc.assert(
      fc.property(permuted, (given) => {
        expect(digest(given)).toBe(expected);
      }),
      { seed: 13, numRuns: 60 },
    );
  });

  it('is another when anything that is planned is another', () => {
    const others: StackFacts[] = [
      { ...richFacts, changes: changes.slice(1) },
      { ...richFacts, desired: { ...richFacts.desired, tags: {} } },
      { ...richFacts, desired: { ...richFacts.desired, parameters: { ...richFacts.desired.parameters, VpcId: 'x' } } },
      { ...richFacts, desired: { ...richFacts.desired, fromOutput: {} } },
      { ...richFacts, desired: { ...richFacts.desired, terminationProtection: false } },
      { ...richFacts, templates: {} },
      { ...richFacts, live: undefined },
    ];
    expect(new Set([expected, ...others.map(digest)]).size).toBe(others.length + 1);
  });

  it('shows no secret', () => {
    expect(JSON.stringify(describeStack(richFacts))).not.toMatch(/correct horse|orders\/db|orders\/old/);
  });
});
