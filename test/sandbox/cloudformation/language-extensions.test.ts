import type {
  DescribeChangeSetCommandOutput,
  GetTemplateCommandOutput,
  GetTemplateSummaryCommandOutput,
} from '@aws-sdk/client-cloudformation';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { expandTemplate } from '#sandbox/cloudformation/template/language-extensions/expand.ts';
import { readSource } from '#shared/domain/template/source.ts';
import type { JsonObject } from '#shared/domain/template/template.ts';
import { executionRole, type FakeSandbox, fakeSandbox } from './fake-sandbox.ts';
import { deploy, plan, stackOf, story } from './scenario.ts';
import { contextOf } from './template/context.ts';

const head = `
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'Alpha,Beta'}
  Stage: {Type: String, Default: prod}
  Secret: {Type: String, NoEcho: true, Default: hush}
Mappings:
  Sizes:
    prod: {Queues: [Big, Huge], Timeout: '90'}
    test: {Queues: [Small], Timeout: '10'}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
`;
const parameters = { Names: 'Alpha,Beta', Stage: 'prod', Secret: 'hush' };

function expansion(text: string, values: Record<string, string> = {}) {
  const source = readSource(text.includes('Transform') ? text : head + text);
  if (source.kind === 'malformed') throw new Error(source.message);
  return expandTemplate(source.data as JsonObject, contextOf({ parameters: { ...parameters, ...values } }));
}

function expandedSection(section: string, text: string, values: Record<string, string> = {}): unknown {
  const expanded = expansion(text, values);
  if (expanded.kind === 'invalid') throw new Error(expanded.message);
  return expanded.template[section];
}

const resources = (text: string, values: Record<string, string> = {}) => expandedSection('Resources', text, values);
/** The properties of a queue `Q` after the transform. */
const properties = (text: string, values: Record<string, string> = {}) => {
  const made = resources(`Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {${text}}}`, values) as Record<
    string,
    { Properties: unknown }
  >;
  return made['Q']?.Properties;
};
const queue = (QueueName: unknown) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName } });

describe('Fn::ForEach', () => {
  it.each<[string, string, unknown]>([
    [
      'over a list, in keys, text, Fn::Sub and Ref',
      'Fn::ForEach::Each: [N, [A, B], {"Queue${N}": {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "q-${N}", Tags: [{Key: !Ref N, Value: "v-${N}-${AWS::Region}"}]}}}]',
      {
        QueueA: {
          Type: 'AWS::SQS::Queue',
          Properties: { QueueName: { 'Fn::Sub': 'q-A' }, Tags: [{ Key: 'A', Value: 'v-A-${AWS::Region}' }] },
        },
        QueueB: {
          Type: 'AWS::SQS::Queue',
          Properties: { QueueName: { 'Fn::Sub': 'q-B' }, Tags: [{ Key: 'B', Value: 'v-B-${AWS::Region}' }] },
        },
      },
    ],
    [
      'over a list parameter',
      'Fn::ForEach::Each: [N, !Ref Names, {"Queue${N}": {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref N}}}]',
      { QueueAlpha: queue('Alpha'), QueueBeta: queue('Beta') },
    ],
    [
      'over a mapping, chosen by a parameter',
      'Fn::ForEach::Each: [N, !FindInMap [Sizes, !Ref Stage, Queues], {"Queue${N}": {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref N}}}]',
      { QueueBig: queue('Big'), QueueHuge: queue('Huge') },
    ],
    [
      'with letters and digits only where & is used',
      'Fn::ForEach::Each: [N, ["10.0.0.0/16"], {"Queue&{N}": {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref N}}}]',
      { Queue1000016: queue('10.0.0.0/16') },
    ],
    [
      'nested, the inner over what the outer chose',
      'Fn::ForEach::Outer: [S, [prod, test], {"Fn::ForEach::Inner": [N, !FindInMap [Sizes, !Ref S, Queues], {"Queue${S}${N}": {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${S}-${N}"}}}]}]',
      {
        QueueprodBig: queue({ 'Fn::Sub': 'prod-Big' }),
        QueueprodHuge: queue({ 'Fn::Sub': 'prod-Huge' }),
        QueuetestSmall: queue({ 'Fn::Sub': 'test-Small' }),
      },
    ],
    [
      'of several members, beside others',
      'Own: {Type: AWS::SQS::Queue}\n  Fn::ForEach::Each: [N, [A], {"Queue${N}": {Type: AWS::SQS::Queue}, "Topic${N}": {Type: AWS::SNS::Topic, DependsOn: !Sub "Queue${N}"}}]',
      {
        Own: { Type: 'AWS::SQS::Queue' },
        QueueA: { Type: 'AWS::SQS::Queue' },
        TopicA: { Type: 'AWS::SNS::Topic', DependsOn: 'QueueA' },
      },
    ],
    [
      'inside properties',
      'Q: {Type: AWS::SQS::Queue, Properties: {Fn::ForEach::Each: [P, [DelaySeconds, VisibilityTimeout], {"${P}": 5}]}}',
      { Q: { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: 5, VisibilityTimeout: 5 } } },
    ],
    [
      'in the place of a name',
      'Fn::ForEach::Each: [N, [A], {"Queue${N}": {Type: AWS::SQS::Queue}, "Policy${N}": {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [{Ref: {Fn::Sub: "Queue${N}"}}], PolicyDocument: {Resource: {Fn::GetAtt: [!Sub "Queue${N}", Arn]}}}}}]',
      {
        QueueA: { Type: 'AWS::SQS::Queue' },
        PolicyA: {
          Type: 'AWS::SQS::QueuePolicy',
          Properties: {
            Queues: [{ Ref: 'QueueA' }],
            PolicyDocument: { Resource: { 'Fn::GetAtt': ['QueueA', 'Arn'] } },
          },
        },
      },
    ],
  ])('is written out %s', (_name, text, wanted) => {
    expect(resources(`Resources:\n  ${text}`)).toEqual(wanted);
  });

  it('is written out in conditions and outputs', () => {
    const text = `${head}  Fn::ForEach::Is: [S, [prod, test], {"Is\${S}": !Equals [!Ref Stage, !Ref S]}]
Resources:
  Fn::ForEach::Each: [N, [A, B], {"Queue\${N}": {Type: AWS::SQS::Queue, Condition: Isprod}}]
Outputs:
  Fn::ForEach::Out: [N, [A, B], {"Name\${N}": {Value: !GetAtt ["Queue\${N}", QueueName]}}]
`;
    const expanded = expansion(text);
    expect(expanded).toMatchObject({
      kind: 'expanded',
      template: {
        Conditions: {
          IsProd: {},
          Isprod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
          Istest: { 'Fn::Equals': [{ Ref: 'Stage' }, 'test'] },
        },
        Outputs: { NameA: { Value: { 'Fn::GetAtt': ['QueueA', 'QueueName'] } }, NameB: {} },
      },
    });
    expect(expanded.kind === 'expanded' && Object.keys(expanded.template)).not.toContain('Transform');
  });

  it.each([
    ['no fragment', 'Fn::ForEach::Each: [N, [A]]', 'Fn::ForEach layout is incorrect'],
    ['no list at all', 'Fn::ForEach::Each: {}', 'Fn::ForEach layout is incorrect'],
    [
      'an identifier that is no text',
      'Fn::ForEach::Each: [[N], [A], {"Q${N}": {}}]',
      'Fn::ForEach layout is incorrect',
    ],
    ['no name', '"Fn::ForEach::": [N, [A], {"Q${N}": {}}]', 'Fn::ForEach layout is incorrect'],
    [
      'a key without the identifier',
      'Fn::ForEach::Each: [N, [A], {Queue: {}}]',
      'Key Queue in Fn::ForEach::Each must contain ${N} or &{N}',
    ],
    [
      'a key that is there already',
      'QueueA: {}\n  Fn::ForEach::Each: [N, [A], {"Queue${N}": {}}]',
      "Duplicate key 'QueueA' when merging keys",
    ],
    [
      'the same member twice',
      'Fn::ForEach::Each: [N, [A, A], {"Queue${N}": {}}]',
      "Duplicate key 'QueueA' when merging keys",
    ],
    [
      'a collection nobody knows yet',
      'Q: {Type: AWS::SQS::Queue}\n  Fn::ForEach::Each: [N, !Split [",", !GetAtt Q.Arn], {"Queue${N}": {}}]',
      'Could not find a collection or could not be resolved for Fn::ForEach',
    ],
    [
      'a collection that is text',
      'Fn::ForEach::Each: [N, !Ref Stage, {"Queue${N}": {}}]',
      'Could not find a collection',
    ],
    ['a collection of objects', 'Fn::ForEach::Each: [N, [{a: b}], {"Queue${N}": {}}]', 'Could not find a collection'],
    [
      'a loop name used twice',
      'Fn::ForEach::Each: [N, [A], {"Q${N}": {Fn::ForEach::Each: [M, [B], {"${M}": 1}]}}]',
      'The loop name Each is not unique',
    ],
    [
      'a loop named as a resource',
      'Each: {}\n  Fn::ForEach::Each: [N, [A], {"Q${N}": {}}]',
      'The loop name Each is not unique',
    ],
  ])('fails with %s', (_name, text, message) => {
    const failed = expansion(`Resources:\n  ${text}`);
    expect(failed.kind === 'invalid' && failed.message).toMatch(/^Transform AWS::LanguageExtensions failed with: /);
    expect(failed.kind === 'invalid' && failed.message).toContain(message);
  });

  it.each([
    ['Metadata', 'Metadata: {Fn::ForEach::Each: [N, [A], {"${N}": 1}]}', 'Fn::ForEach'],
    ['Mappings', 'Mappings: {M: {a: {b: {Fn::Length: [1]}}}}', 'Fn::Length'],
    ['Parameters', 'Parameters: {P: {Type: String, Default: {Fn::ToJsonString: {}}}}', 'Fn::ToJsonString'],
  ])('and the functions are refused in %s', (section, text, used) => {
    const failed = expansion(`Transform: AWS::LanguageExtensions\n${text}\nResources: {Q: {Type: AWS::SQS::Queue}}`);
    expect(failed.kind === 'invalid' && failed.message).toContain(`${used} is not supported in the ${section} section`);
  });

  it('makes one member per item, in order, whatever the items are', () => {
    const items = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9]{1,8}$/), { maxLength: 8 });
    fc.assert(
      fc.property(items, (names) => {
        const template: JsonObject = {
          Transform: 'AWS::LanguageExtensions',
          Resources: { 'Fn::ForEach::Each': ['N', names, { 'Q${N}': queue({ Ref: 'N' }) as unknown as JsonObject }] },
        };
        const expanded = expandTemplate(template, contextOf());
        const made = expanded.kind === 'expanded' ? Object.entries(expanded.template['Resources'] as JsonObject) : [];
        expect(new Map(made)).toEqual(new Map(names.map((name) => [`Q${name}`, queue(name)])));
      }),
      { seed: 20_260_202, numRuns: 200 },
    );
  });

  it('leaves a template without loops and functions as it is', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    const values = fc.dictionary(fc.stringMatching(/^[A-Z][a-z]{1,6}$/), fc.oneof(leaf, fc.array(leaf)), {
      maxKeys: 4,
    });
    fc.assert(
      fc.property(values, (Properties) => {
        const Resources = { Q: { Type: 'AWS::SQS::Queue', Properties } } as unknown as JsonObject;
        const expanded = expandTemplate({ Transform: 'AWS::LanguageExtensions', Resources }, contextOf());
        expect(expanded).toEqual({ kind: 'expanded', template: { Resources } });
      }),
      { seed: 20_260_203, numRuns: 200 },
    );
  });
});

describe('the functions of the transform', () => {
  it.each<[string, string, unknown]>([
    ['the length of a list', 'DelaySeconds: !Length [a, b, c]', { DelaySeconds: 3 }],
    ['the length of a parameter', 'DelaySeconds: {Fn::Length: !Ref Names}', { DelaySeconds: 2 }],
    ['the length of what a function answers', 'DelaySeconds: {Fn::Length: !Split [",", "a,b"]}', { DelaySeconds: 2 }],
    [
      'an object as text',
      'QueueName: !ToJsonString {a: [1, true], b: {c: !Ref Stage}}',
      { QueueName: '{"a":[1,true],"b":{"c":"prod"}}' },
    ],
    [
      'a list as text',
      'QueueName: !ToJsonString [!Ref Stage, {l: {Fn::Length: [1]}}]',
      { QueueName: '["prod",{"l":1}]' },
    ],
    [
      'text of what only the stack knows',
      'QueueName: !ToJsonString {a: !GetAtt [Q, Arn]}',
      { QueueName: { 'Fn::ToJsonString': { a: { 'Fn::GetAtt': ['Q', 'Arn'] } } } },
    ],
    [
      'text of a secret',
      'QueueName: !ToJsonString {a: !Ref Secret}',
      { QueueName: { 'Fn::ToJsonString': { a: { Ref: 'Secret' } } } },
    ],
    ['a value of a mapping', 'QueueName: !FindInMap [Sizes, !Ref Stage, Timeout]', { QueueName: '90' }],
    [
      'the default for a key that is not there',
      'QueueName: !FindInMap [Sizes, dev, Timeout, {DefaultValue: "5"}]',
      { QueueName: '5' },
    ],
    [
      'the default for a map that is not there',
      'QueueName: !FindInMap [!Sub "${Stage}x", dev, Timeout, {DefaultValue: !Ref Stage}]',
      { QueueName: { Ref: 'Stage' } },
    ],
    [
      'no default for a key that is there',
      'QueueName: !FindInMap [Sizes, test, Timeout, {DefaultValue: "5"}]',
      { QueueName: '10' },
    ],
  ])('answer %s', (_name, text, wanted) => {
    expect(properties(text)).toEqual(wanted);
  });

  it.each([
    [
      'a length of text',
      'DelaySeconds: {Fn::Length: !Ref Stage}',
      'The Fn::Length value could not be resolved for properties',
    ],
    [
      'a length nobody knows',
      'DelaySeconds: {Fn::Length: {Fn::Split: [",", {Fn::GetAtt: [Q, Arn]}]}}',
      'The Fn::Length value could not be resolved',
    ],
    ['two defaults', 'QueueName: !FindInMap [a, b, c, {DefaultValue: 1}, {DefaultValue: 2}]', 'one DefaultValue'],
    [
      'a Ref to what a resource answers',
      'QueueName: {Ref: {Fn::GetAtt: [Q, Arn]}}',
      'The name in Ref could not be resolved',
    ],
  ])('fail for %s', (_name, text, message) => {
    expect(() => properties(text)).toThrow(message);
  });

  it.each<[string, string, unknown]>([
    ['a condition', 'DeletionPolicy: !If [IsProd, Retain, Delete]', { DeletionPolicy: 'Retain' }],
    [
      'a mapping',
      'UpdateReplacePolicy: !FindInMap [Sizes, dev, Policy, {DefaultValue: Snapshot}]',
      { UpdateReplacePolicy: 'Snapshot' },
    ],
    ['nothing', 'DeletionPolicy: !If [IsProd, !Ref AWS::NoValue, Delete]', {}],
    ['a plain name', 'DeletionPolicy: Delete', { DeletionPolicy: 'Delete' }],
  ])('decide the policies by %s', (_name, text, wanted) => {
    const made = resources(`Resources:\n  Q: {Type: AWS::SQS::Queue, ${text}}`);
    expect(made).toEqual({ Q: { Type: 'AWS::SQS::Queue', ...(wanted as object) } });
  });

  it('fail for a policy that a resource decides', () => {
    expect(() => resources('Resources:\n  Q: {Type: AWS::SQS::Queue, DeletionPolicy: {Fn::GetAtt: [Q, Arn]}}')).toThrow(
      'The value of DeletionPolicy could not be resolved',
    );
  });
});

const looped = (rest: object = {}) =>
  JSON.stringify({
    Transform: 'AWS::LanguageExtensions',
    Parameters: { Names: { Type: 'CommaDelimitedList', Default: 'A,B' } },
    Resources: { 'Fn::ForEach::Each': ['N', { Ref: 'Names' }, { 'Queue${N}': queue({ 'Fn::Sub': 'q-${N}' }) }] },
    ...rest,
  });
const named = (ParameterValue: string) => ({ Parameters: [{ ParameterKey: 'Names', ParameterValue }] });

describe('stacks of an extended template', () => {
  let fake: FakeSandbox;
  beforeEach(() => {
    fake = fakeSandbox();
  });
  const resourceNames = () => Object.keys(Object.values(fake.world.cloudformation.stacks)[0]?.resources ?? {});
  const outline = ({ Changes }: DescribeChangeSetCommandOutput) =>
    Changes?.map(({ ResourceChange }) => `${ResourceChange?.Action} ${ResourceChange?.LogicalResourceId}`);
  const textOf = (input: object) => fake.ask<GetTemplateCommandOutput>('GetTemplate', input);

  it('have the resources of the processed one, and follow its parameters', async () => {
    const stack = await deploy(fake, { body: looped(), type: 'CREATE' });
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    expect(resourceNames()).toEqual(['QueueA', 'QueueB']);
    const planned = await plan(fake, { body: looped(), input: named('B,C') });
    expect(outline(planned)).toEqual(['Remove QueueA', 'Add QueueC']);
    await fake.ask('ExecuteChangeSet', { ChangeSetName: planned.ChangeSetId });
    await fake.run();
    expect(resourceNames().sort()).toEqual(['QueueB', 'QueueC']);
  });

  it('answer both stages of their template, and so do change sets', async () => {
    const planned = await plan(fake, { body: looped(), type: 'CREATE' });
    const place = { StackName: 'orders', ChangeSetName: planned.ChangeSetName };
    const original = await textOf({ ...place, TemplateStage: 'Original' });
    expect(original).toEqual({ TemplateBody: looped(), StagesAvailable: ['Original', 'Processed'] });
    const made = await textOf(place);
    expect(made).toEqual(await textOf({ ...place, TemplateStage: 'Processed' }));
    expect(JSON.parse(made.TemplateBody ?? '')).toEqual({
      Parameters: { Names: { Type: 'CommaDelimitedList', Default: 'A,B' } },
      Resources: { QueueA: queue({ 'Fn::Sub': 'q-A' }), QueueB: queue({ 'Fn::Sub': 'q-B' }) },
    });
    await fake.ask('ExecuteChangeSet', { ChangeSetName: planned.ChangeSetId });
    await fake.run();
    expect(await textOf({ StackName: 'orders', TemplateStage: 'Original' })).toEqual(original);
    expect(await textOf({ StackName: 'orders' })).toEqual(made);
  });

  it('fail their change set with what the transform says', async () => {
    const planned = await plan(fake, {
      body: looped({ Outputs: { N: { Value: { 'Fn::Length': 'A' } } } }),
      type: 'CREATE',
    });
    expect(planned).toMatchObject({
      Status: 'FAILED',
      StatusReason:
        'Transform AWS::LanguageExtensions failed with: The Fn::Length value could not be resolved for properties',
    });
    const place = { StackName: 'orders', ChangeSetName: planned.ChangeSetName };
    expect((await textOf({ ...place, TemplateStage: 'Original' })).StagesAvailable).toEqual(['Original']);
    await expect(textOf(place)).rejects.toThrow('Processed is not available');
  });

  it('say in the words for transforms that nothing changes', async () => {
    await deploy(fake, { body: looped(), type: 'CREATE' });
    expect(await plan(fake, { body: looped() })).toMatchObject({
      Status: 'FAILED',
      StatusReason: 'No updates are to be performed.',
    });
  });

  it('keep the processed template when the previous one is used', async () => {
    await deploy(fake, { body: looped(), type: 'CREATE' });
    const planned = await plan(fake, {
      body: '',
      input: { TemplateBody: undefined, UsePreviousTemplate: true, ...named('C') },
    });
    expect(planned.StatusReason).toMatch(/^The submitted information didn't contain changes/);
  });

  it('resolve at deployment what the transform could not', async () => {
    const body = looped({
      Outputs: { All: { Value: { 'Fn::ToJsonString': { queue: { 'Fn::GetAtt': ['QueueA', 'QueueName'] } } } } },
    });
    const stack = await deploy(fake, { body, type: 'CREATE' });
    expect(stack.Outputs).toEqual([{ OutputKey: 'All', OutputValue: '{"queue":"q-A"}' }]);
  });

  it('need an acknowledgement where no change set shows what the transform made', async () => {
    const request = { StackName: 'orders', TemplateBody: looped(), RoleARN: executionRole };
    await expect(fake.ask('CreateStack', request)).rejects.toThrow('Requires capabilities : [CAPABILITY_AUTO_EXPAND]');
    await fake.ask('CreateStack', { ...request, Capabilities: ['CAPABILITY_AUTO_EXPAND'] });
    await fake.run();
    const change = { ...request, ...named('A') };
    await expect(fake.ask('UpdateStack', change)).rejects.toThrow('Requires capabilities : [CAPABILITY_AUTO_EXPAND]');
    await fake.ask('UpdateStack', { ...change, Capabilities: ['CAPABILITY_AUTO_EXPAND'] });
    await fake.run();
    expect(resourceNames()).toEqual(['QueueA']);
    await expect(
      fake.ask('UpdateStack', {
        ...request,
        TemplateBody: looped({ Outputs: { N: { Value: { 'Fn::Length': 'A' } } } }),
        Capabilities: ['CAPABILITY_AUTO_EXPAND'],
      }),
    ).rejects.toThrow('Transform AWS::LanguageExtensions failed with');
  });

  it('need the permission to run the transform', async () => {
    await plan(fake, { body: looped(), type: 'CREATE' });
    expect(fake.asked.map(({ permission }) => permission)).toContainEqual({
      action: 'cloudformation:CreateChangeSet',
      resource: 'arn:aws:cloudformation:eu-west-1:aws:transform/LanguageExtensions',
    });
  });

  it('are checked as written out: capabilities, types, references', async () => {
    const bodies = [
      ['Role', { 'R${N}': { Type: 'AWS::IAM::Role', Properties: {} } }, 'Requires capabilities : [CAPABILITY_IAM]'],
      ['Type', { 'R${N}': { Type: 'AWS::No::Type' } }, 'Unrecognized resource types: [AWS::No::Type]'],
      ['Name', { 'R-${N}': { Type: 'AWS::SQS::Queue' } }, 'Resource name R-A is non alphanumeric'],
      ['Ref', { 'R${N}': queue({ Ref: 'Nobody' }) }, 'Unresolved resource dependencies [Nobody]'],
    ] as const;
    for (const [name, fragment, message] of bodies) {
      const body = looped({ Resources: { 'Fn::ForEach::Each': ['N', ['A'], fragment] } });
      const made = plan(fake, { body, type: 'CREATE', name }).then(({ StatusReason }) => {
        throw new Error(StatusReason);
      });
      await expect(made).rejects.toThrow(message);
    }
  });

  it('are summed up as far as they can be read', async () => {
    const summary = await fake.ask<GetTemplateSummaryCommandOutput>('GetTemplateSummary', {
      TemplateBody: looped({
        Resources: {
          Own: { Type: 'AWS::IAM::Role', Properties: {} },
          'Fn::ForEach::Each': ['N', ['A'], { 'Q${N}': {} }],
        },
      }),
    });
    expect(summary).toMatchObject({
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
      DeclaredTransforms: ['AWS::LanguageExtensions'],
      ResourceTypes: ['AWS::IAM::Role'],
    });
  });

  it.each([
    ['another transform', 'AWS::Serverless-2016-10-31'],
    ['a macro of the account', ['AWS::LanguageExtensions', 'Mine']],
    ['a transform with parameters', { Name: 'AWS::Include', Parameters: {} }],
  ])('are refused with %s', async (_name, Transform) => {
    await expect(plan(fake, { body: looped({ Transform }), type: 'CREATE' })).rejects.toThrow(
      'The sandbox runs no macros',
    );
  });

  it('can be nested, if that is acknowledged', async () => {
    fake.objects['artifacts/child'] = looped();
    const body = JSON.stringify({
      Resources: {
        Child: {
          Type: 'AWS::CloudFormation::Stack',
          Properties: { TemplateURL: 'https://artifacts.s3.eu-west-1.amazonaws.com/child' },
        },
      },
    });
    const unseen = await plan(fake, { body, type: 'CREATE', input: { IncludeNestedStacks: true } });
    expect(unseen.StatusReason).toMatch(/^Nested change set .* was not successfully created: Currently in FAILED.$/);
    const stack = await deploy(fake, {
      body,
      type: 'CREATE',
      input: { IncludeNestedStacks: true, Capabilities: ['CAPABILITY_AUTO_EXPAND'] },
    });
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    const child = Object.values(fake.world.cloudformation.stacks).findLast(({ parent }) => parent !== undefined);
    expect(Object.keys(child?.resources ?? {})).toEqual(['QueueA', 'QueueB']);
    expect((await stackOf(fake, child?.stackId)).Capabilities).toEqual(['CAPABILITY_AUTO_EXPAND']);
    expect((await story(fake, child?.stackId)).at(-1)).toMatch(/CREATE_COMPLETE$/);
  });
});
