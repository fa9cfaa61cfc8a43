import { describe, expect, it } from 'vitest';
import { exportChanges } from '#shared/domain/plan/exports.ts';
import { demandUnusedExports } from '#shared/domain/plan/exports-in-use.ts';
import type { Preparation } from '#shared/domain/plan/preparation.ts';
import type { StackFacts } from '#shared/domain/plan/stack-facts.ts';
import { untouched } from '#shared/domain/plan/stack-plan.ts';
import type { JsonObject } from '#shared/domain/template/template.ts';
import { aChange, aDesiredStack, aLiveStack, stackId } from '#test/builders.ts';

const target = { account: '333333333333', region: 'eu-west-1' };
const exported = (Name: unknown, Value: unknown = { Ref: 'Queue' }, more: object = {}) =>
  ({ Outputs: { Url: { Value, Export: { Name }, ...more } } }) as JsonObject;
const nothing: JsonObject = { Outputs: { Url: { Value: 'here' } } };
const replaced = aChange({ action: 'Modify', replacement: 'True' });

/** A live stack that exports its output Url, which is `q-1`, as `queue`. */
function changes(before: JsonObject | undefined, after: JsonObject, more: Partial<StackFacts> = {}) {
  const live = aLiveStack({ outputs: { Url: 'q-1' }, exports: { queue: 'Url' } });
  const templates = { '': { ...(before && { before }), after } };
  return exportChanges({ desired: aDesiredStack(), live, templates, ...more }, target);
}

describe('exports of a stack that changes', () => {
  const names = exported({ 'Fn::Sub': 'queue-${AWS::StackId}' });
  const own = { Fn: { 'Fn::Sub': 'que${Rest}' } }.Fn;
  it.each<[string, JsonObject | undefined, JsonObject, Partial<StackFacts>, string | undefined]>([
    ['stays', exported('queue'), exported('queue'), {}, undefined],
    ['is removed with its output', exported('queue'), {}, {}, 'removed'],
    ['is removed and the output stays', exported('queue'), nothing, {}, 'removed'],
    ['is renamed', exported('queue'), exported('another'), {}, 'removed'],
    [
      'is written otherwise and is the same',
      exported('queue'),
      exported({ 'Fn::Join': ['', ['que', 'ue']] }),
      {},
      undefined,
    ],
    [
      'moves to another output',
      exported('queue'),
      { Outputs: { Uri: { Value: 'q-1', Export: { Name: 'queue' } } } },
      {},
      undefined,
    ],
    ['has a name that only the deployment tells, which stays', names, names, {}, undefined],
    ['may get a name that only the deployment tells', exported('queue'), names, {}, undefined],
    [
      'has a name from a parameter',
      exported(own),
      exported(own),
      { desired: aDesiredStack({ parameters: { Rest: 'ue' } }) },
      undefined,
    ],
    ['gets another value', exported('queue'), exported('queue', 'q-2'), {}, 'changed'],
    ['has the value it had', exported('queue'), exported('queue', 'q-1'), {}, undefined],
    [
      'gets a value that only the deployment tells',
      exported('queue'),
      exported('queue', { 'Fn::GetAtt': ['Queue', 'Arn'] }),
      { changes: [replaced] },
      undefined,
    ],
    ['gets a secret’s value', exported('queue'), exported('queue', '{{resolve:ssm:/x}}'), {}, undefined],
    ['names a resource that is replaced', exported('queue'), exported('queue'), { changes: [replaced] }, 'changed'],
    [
      'names a resource that may be replaced',
      exported('queue'),
      exported('queue'),
      { changes: [{ ...replaced, replacement: 'Conditional' }] },
      undefined,
    ],
    [
      'names a resource that is replaced in a nested stack',
      exported('queue'),
      exported('queue'),
      { changes: [{ ...replaced, within: 'Web' }] },
      undefined,
    ],
    [
      'names a custom resource that is replaced',
      exported('queue'),
      exported('queue'),
      { changes: [{ ...replaced, type: 'Custom::Thing' }] },
      undefined,
    ],
    [
      'names another custom resource',
      exported('queue'),
      exported('queue'),
      { changes: [{ ...replaced, type: 'AWS::CloudFormation::CustomResource' }] },
      undefined,
    ],
    [
      'has a value with branches',
      exported('queue'),
      exported('queue', { 'Fn::If': ['Some', 'q-1', 'q-2'] }),
      {},
      undefined,
    ],
    ['has no name', exported('queue'), { Outputs: { Url: { Value: 'q-1', Export: {} } } }, {}, 'removed'],
    ['was in a template that cannot be read', undefined, exported('queue', 'q-1'), {}, undefined],
  ])('%s', (_, before, after, more, how) => {
    const live = aLiveStack({ outputs: { Url: 'q-1' }, exports: { queue: 'Url' } });
    expect(
      changes(before, after, { live: { ...live, parameters: more.desired?.parameters ?? {} }, ...more }).lost,
    ).toEqual(how === undefined ? [] : [{ name: 'queue', how }]);
  });

  it('are none of a stack that is made', () => {
    expect(changes(undefined, exported('queue'), { live: undefined }).lost).toEqual([]);
  });

  it('have names with the names of stack, account, region and partition in them', () => {
    const Name = { 'Fn::Sub': '${AWS::StackName}-${AWS::AccountId}-${AWS::Region}-${AWS::Partition}' };
    const live = aLiveStack({ exports: { 'orders-api-333333333333-eu-west-1-aws': 'Url' } });
    expect(changes(nothing, exported(Name, 'x'), { live: { ...live, outputs: { Url: 'x' } } }).lost).toEqual([]);
  });
});

it('imports are those of the stack and of what it nests, by the names they have in each', () => {
  const importing = (name: unknown) => ({
    Topic: { Type: 'AWS::SNS::Topic', Properties: { Names: [{ 'Fn::ImportValue': name }] } },
  });
  const Web = { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'x', Parameters: { From: 'network' } } };
  const templates = {
    '': { after: { Resources: { Web, ...importing({ 'Fn::Sub': '${AWS::StackName}-a' }) } } as JsonObject },
    Web: {
      after: {
        Parameters: { From: { Type: 'String' } },
        Resources: { ...importing({ 'Fn::Sub': '${From}-${AWS::StackName}' }) },
      } as JsonObject,
    },
  };
  expect(changes(undefined, {}, { templates }).imports).toEqual(['network-${AWS::StackName}', 'orders-api-a']);
});

describe('a plan', () => {
  const stacks = ['api', 'web'].map((stack) => ({ stack, stackName: `orders-${stack}` }));
  const planned = (stack: string, more: object = {}): Preparation => {
    const stackName = `orders-${stack}`;
    const plan = { ...untouched({ stack, stackName }), kind: 'changes' as const };
    return { kind: 'planned', stack, plan, handles: { stackName, stackId, settings: {} }, ...more };
  };
  const taking = (...importers: string[]) => ({ exportsInUse: [{ name: 'queue', how: 'removed', importers }] });
  const unchanged: Preparation = { kind: 'unchanged', stack: 'api' };

  it.each<[string, Preparation[], string | undefined]>([
    ['of exports that nobody imports', [planned('api', taking()), planned('web')], undefined],
    ['without exports', [unchanged, planned('web')], undefined],
    ['that takes one from a stack of somebody else', [planned('api', taking('theirs')), planned('web')], 'theirs'],
    [
      'that takes one from a stack that comes later',
      [planned('api', taking('orders-web')), planned('web', { imports: [] })],
      'orders-web',
    ],
    [
      'whose earlier stack lets go of it',
      [planned('api', { imports: [] }), planned('web', taking('orders-api'))],
      undefined,
    ],
    [
      'whose earlier stack lets go of it in one that it nests',
      [planned('api', { imports: [] }), planned('web', taking('orders-api-Web-1AB'))],
      undefined,
    ],
    [
      'whose earlier stack keeps it',
      [planned('api', { imports: ['queue'] }), planned('web', taking('orders-api'))],
      'orders-api',
    ],
    [
      'whose earlier stack may keep it',
      [planned('api', { imports: ['${Name}'] }), planned('web', taking('orders-api'))],
      undefined,
    ],
    ['whose earlier stack stays as it is', [unchanged, planned('web', taking('orders-api'))], 'orders-api'],
    [
      'that names all but those who let go',
      [planned('api', { imports: [] }), planned('web', taking('orders-api', 'theirs'))],
      'theirs',
    ],
  ])('%s', (_, preparations, importers) => {
    const demand = () => demandUnusedExports(preparations, stacks, target);
    if (importers === undefined) return expect(demand).not.toThrow();
    expect(demand).toThrow(
      expect.objectContaining({
        name: 'EXPORT_IN_USE',
        message: expect.stringMatching(`queue removed, which is imported by ${importers}:`),
      }),
    );
  });
});
