import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ComparisonFacts, PlannedChange } from '#sandbox/cloudformation/template/changes.ts';
import { compareResources, resourceTypeFault } from '#sandbox/cloudformation/template/compare.ts';
import { canonical, differences } from '#sandbox/cloudformation/template/differences.ts';
import type { EvaluatedResource } from '#sandbox/cloudformation/template/evaluation.ts';
import type { Json } from '#sandbox/kernel.ts';
import { evaluated } from './context.ts';

const nothing: ComparisonFacts = { physicalIds: {}, changedParameters: [], noEcho: [] };

/** Every resource exists already, under its logical id. */
const existing = (logicalId: string) => ({
  physicalId: `${logicalId}-id`,
  attributes: { Arn: `arn:${logicalId}`, TopicName: logicalId, TopicArn: `arn:${logicalId}` },
});

interface Step {
  readonly before: string;
  readonly after: string;
  readonly parameters?: [Record<string, string>, Record<string, string>];
  readonly facts?: Partial<ComparisonFacts>;
  /** Resources that do not exist yet. */
  readonly added?: readonly string[];
}

function changesOf({ before, after, parameters = [{}, {}], facts, added = [] }: Step): PlannedChange[] {
  const [old, current] = parameters;
  const resource = (logicalId: string) => (added.includes(logicalId) ? undefined : existing(logicalId));
  const changedParameters = Object.keys(current).filter((name) => old[name] !== current[name]);
  return compareResources(
    evaluated(before, { parameters: old, resource }).resources,
    evaluated(after, { parameters: current, resource }).resources,
    { ...nothing, changedParameters, ...facts },
  );
}

const only = (changes: readonly PlannedChange[]): PlannedChange => {
  expect(changes).toHaveLength(1);
  return changes[0]!;
};

const resources = (text: string) => `Resources:\n${text}\n`;
const queue = (properties: string, rest = '') =>
  resources(`  Q: {Type: AWS::SQS::Queue, Properties: {${properties}}${rest}}`);

describe('additions and removals', () => {
  it('an added resource shows what it will be', () => {
    const added = only(
      changesOf({
        before: resources('  A: {Type: AWS::SNS::Topic}'),
        after: resources(
          '  A: {Type: AWS::SNS::Topic}\n  Q: {Type: AWS::SSM::Parameter, Properties: {Value: !Ref N}}\n  N: {Type: AWS::SNS::Topic}',
        ),
        added: ['Q', 'N'],
      }).slice(0, 1),
    );
    expect(added).toEqual({
      Action: 'Add',
      LogicalResourceId: 'Q',
      ResourceType: 'AWS::SSM::Parameter',
      Scope: [],
      Details: [],
      AfterContext: '{"Properties":{"Value":"{{changeSet:KNOWN_AFTER_APPLY}}"}}',
    });
  });

  it.each([
    ['deleted', '', 'Delete'],
    ['retained', ', DeletionPolicy: Retain', 'Retain'],
    ['retained except on create', ', DeletionPolicy: RetainExceptOnCreate', 'Retain'],
    ['kept as a snapshot', ', DeletionPolicy: Snapshot', 'Snapshot'],
  ])('a removed resource is %s', (_case, rest, policy) => {
    const before = `${queue('DelaySeconds: 1', rest)}  A: {Type: AWS::SNS::Topic}\n`;
    const after = resources('  A: {Type: AWS::SNS::Topic}');
    const removed = only(changesOf({ before, after, facts: { physicalIds: { Q: 'https://q' } } }));
    expect(removed).toMatchObject({
      Action: 'Remove',
      PolicyAction: policy,
      PhysicalResourceId: 'https://q',
      Details: [],
    });
    expect(JSON.parse(removed.BeforeContext ?? '')).toMatchObject({ Properties: { DelaySeconds: 1 } });
  });

  it.each([
    ['a cluster', 'AWS::RDS::DBCluster', '', 'Snapshot'],
    ['an instance of its own', 'AWS::RDS::DBInstance', '', 'Snapshot'],
    ['an instance of a cluster', 'AWS::RDS::DBInstance', ', Properties: {DBClusterIdentifier: c}', 'Delete'],
    ['a cluster told otherwise', 'AWS::RDS::DBCluster', ', DeletionPolicy: Delete', 'Delete'],
  ])('databases default to a snapshot: %s', (_case, type, rest, policy) => {
    const kept = '  A: {Type: AWS::SNS::Topic}\n';
    const change = only(changesOf({ before: resources(`${kept}  D: {Type: ${type}${rest}}`), after: resources(kept) }));
    expect(change.PolicyAction).toBe(policy);
  });

  it('removals come first, the rest in the order of the template', () => {
    const before = resources('  B: {Type: AWS::SNS::Topic}\n  Z: {Type: AWS::SNS::Topic}');
    const after = resources('  C: {Type: AWS::SNS::Topic}\n  B: {Type: AWS::SNS::Topic, Properties: {DisplayName: x}}');
    expect(changesOf({ before, after }).map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['Z', 'C', 'B']);
  });
});

describe('a property edited in the template', () => {
  it('that is updated in place', () => {
    expect(only(changesOf({ before: queue('DelaySeconds: 1'), after: queue('DelaySeconds: 2') }))).toEqual({
      Action: 'Modify',
      LogicalResourceId: 'Q',
      ResourceType: 'AWS::SQS::Queue',
      Replacement: 'False',
      Scope: ['Properties'],
      Details: [
        {
          Target: {
            Attribute: 'Properties',
            Name: 'DelaySeconds',
            Path: '/Properties/DelaySeconds',
            RequiresRecreation: 'Never',
            BeforeValue: '1',
            AfterValue: '2',
            AttributeChangeType: 'Modify',
          },
          Evaluation: 'Static',
          ChangeSource: 'DirectModification',
        },
      ],
      BeforeContext: '{"Properties":{"DelaySeconds":1}}',
      AfterContext: '{"Properties":{"DelaySeconds":2}}',
    });
  });

  it.each([
    ['deletes the old one', '', 'ReplaceAndDelete'],
    ['retains it', ', UpdateReplacePolicy: Retain', 'ReplaceAndRetain'],
    ['keeps a snapshot', ', UpdateReplacePolicy: Snapshot', 'ReplaceAndSnapshot'],
    ['whatever the deletion policy says', ', DeletionPolicy: Retain', 'ReplaceAndDelete'],
  ])('replacement %s', (_case, rest, policy) => {
    const change = only(changesOf({ before: queue('QueueName: a', rest), after: queue('QueueName: b', rest) }));
    expect(change).toMatchObject({ Replacement: 'True', PolicyAction: policy });
    expect(change.Details[0]?.Target.RequiresRecreation).toBe('Always');
  });

  it.each<[string, string, string, object]>([
    [
      'a member added',
      'RedrivePolicy: {}',
      'RedrivePolicy: {maxReceiveCount: 3}',
      { Path: '/Properties/RedrivePolicy', BeforeValue: '{}', AfterValue: '{"maxReceiveCount":3}' },
    ],
    [
      'a member inside',
      'RedrivePolicy: {a: 1, b: 2}',
      'RedrivePolicy: {a: 1, b: 3}',
      { Path: '/Properties/RedrivePolicy/b', Name: 'RedrivePolicy', AttributeChangeType: 'Modify' },
    ],
    ['a property added', '', 'DelaySeconds: 2', { AttributeChangeType: 'Add', AfterValue: '2' }],
    ['a property removed', 'DelaySeconds: 2', '', { AttributeChangeType: 'Remove', BeforeValue: '2' }],
    ['text that becomes a number', 'DelaySeconds: "2"', 'DelaySeconds: 2', { BeforeValue: '2', AfterValue: '2' }],
    [
      'a tag',
      'Tags: [{Key: a, Value: b}]',
      'Tags: [{Key: a, Value: c}]',
      { Attribute: 'Tags', Path: '/Properties/Tags/0/Value' },
    ],
  ])('%s', (_case, before, after, target) => {
    const change = only(changesOf({ before: queue(before), after: queue(after) }));
    expect(change.Details).toHaveLength(1);
    expect(change.Details[0]?.Target).toMatchObject(target);
    expect(change.Details[0]?.Target.Name === undefined).toBe(change.Scope.includes('Tags'));
  });

  it.each([
    ['a type AWS does not specify', "'Custom::Thing'", 'A: 1', 'A: 2', 'Conditional'],
    ['a property it does not specify', 'AWS::SQS::Queue', 'Nope: 1', 'Nope: 2', 'Conditional'],
    ['a property that may recreate', 'AWS::EC2::Instance', 'InstanceType: a', 'InstanceType: b', 'Conditional'],
    [
      'a member whose type says so',
      'AWS::EC2::Instance',
      'NetworkInterfaces: [{DeviceIndex: "0", SubnetId: a}]',
      'NetworkInterfaces: [{DeviceIndex: "0", SubnetId: b}]',
      'True',
    ],
    ['a path that recreates', 'AWS::EFS::AccessPoint', 'FileSystemId: a', 'FileSystemId: b', 'True'],
  ])('%s', (_case, type, before, after, replacement) => {
    const of = (properties: string) => resources(`  R: {Type: ${type}, Properties: {${properties}}}`);
    expect(only(changesOf({ before: of(before), after: of(after) })).Replacement).toBe(replacement);
  });
});

describe('other attributes of a resource', () => {
  it.each([
    ['Metadata', ', Metadata: {a: 1}', ', Metadata: {a: 2}'],
    ['DeletionPolicy', '', ', DeletionPolicy: Retain'],
    ['UpdateReplacePolicy', ', UpdateReplacePolicy: Retain', ''],
    ['CreationPolicy', '', ', CreationPolicy: {ResourceSignal: {Count: 1}}'],
    ['UpdatePolicy', '', ', UpdatePolicy: {UseOnlineResharding: true}'],
  ])('%s is a scope of its own', (attribute, before, after) => {
    const change = only(changesOf({ before: queue('', before), after: queue('', after) }));
    expect(change).toMatchObject({ Scope: [attribute], Replacement: 'False' });
    expect(change.Details[0]?.Target).toMatchObject({ Attribute: attribute, Path: `/${attribute}` });
  });

  it('a dependency alone is no change', () => {
    const of = (rest: string) => `${queue('', rest)}  T: {Type: AWS::SNS::Topic}\n`;
    expect(changesOf({ before: of(''), after: of(', DependsOn: T') })).toEqual([]);
  });

  it('tags of the stack reach every resource that can be tagged', () => {
    const text = `${queue('')}  P: {Type: AWS::SQS::QueuePolicy}\n`;
    const stackTags = { before: { team: 'a', old: 'x' }, after: { team: 'b' } };
    const change = only(changesOf({ before: text, after: text, facts: { stackTags } }));
    expect(change).toMatchObject({ LogicalResourceId: 'Q', Scope: ['Tags'], Replacement: 'False' });
    expect(change.Details.map(({ Target }) => [Target.BeforeValue, Target.AfterValue])).toEqual([
      ['{"Key":"team","Value":"a"}', '{"Key":"team","Value":"b"}'],
      ['{"Key":"old","Value":"x"}', undefined],
    ]);
  });

  it('a nested stack is listed even if nothing about it changed', () => {
    const text = resources('  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: x}}');
    expect(only(changesOf({ before: text, after: text }))).toMatchObject({
      Action: 'Modify',
      Replacement: 'False',
      Details: [{ ChangeSource: 'Automatic', Evaluation: 'Dynamic' }],
    });
  });
});

describe('where a change comes from', () => {
  const named = `Parameters:\n  Name: {Type: String}\n${resources('  T: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Name, DisplayName: fixed}}')}`;

  it('a parameter is the cause, and the template may have been edited as well', () => {
    const change = only(changesOf({ before: named, after: named, parameters: [{ Name: 'a' }, { Name: 'b' }] }));
    expect(change.Replacement).toBe('True');
    expect(change.Details.map(({ Target, ...rest }) => ({ ...rest, path: Target.Path }))).toEqual([
      {
        ChangeSource: 'ParameterReference',
        CausingEntity: 'Name',
        Evaluation: 'Static',
        path: '/Properties/TopicName',
      },
      { ChangeSource: 'DirectModification', Evaluation: 'Dynamic', path: '/Properties/TopicName' },
    ]);
  });

  it('a parameter that did not change is no cause', () => {
    const before = resources('  T: {Type: AWS::SNS::Topic, Properties: {TopicName: a}}');
    const [detail, ...rest] = only(
      changesOf({ before, after: named, parameters: [{ Name: 'b' }, { Name: 'b' }] }),
    ).Details;
    expect(detail).toMatchObject({ ChangeSource: 'DirectModification', Evaluation: 'Static' });
    expect(rest.map(({ Target }) => Target.Path)).toEqual(['/Properties/DisplayName']);
  });

  const reading = (name: string, value: string, reader = 'AWS::SSM::Parameter', property = 'Value') =>
    resources(
      `  T: {Type: AWS::SNS::Topic, Properties: {TopicName: ${name}}}\n  P: {Type: ${reader}, Properties: {${property}: ${value}}}`,
    );

  it.each([
    ['a Ref', '!Ref T', 'ResourceReference', 'T'],
    ['an attribute', '!GetAtt T.TopicName', 'ResourceAttribute', 'T.TopicName'],
    ['an attribute in text', "!Sub 'x-${T.TopicName}'", 'ResourceAttribute', 'T.TopicName'],
  ])('%s of a resource that is replaced', (_case, value, source, entity) => {
    const [topic, reader] = changesOf({ before: reading('a', value), after: reading('b', value) });
    expect(topic?.Replacement).toBe('True');
    expect(reader).toMatchObject({ LogicalResourceId: 'P', Action: 'Modify', Replacement: 'False' });
    expect(reader?.Details.map(({ Target, ...rest }) => rest)).toEqual([
      { ChangeSource: source, CausingEntity: entity, Evaluation: 'Static' },
      { ChangeSource: 'DirectModification', Evaluation: 'Dynamic' },
    ]);
    expect(reader?.Details[0]?.Target.AfterValue).toBe('{{changeSet:KNOWN_AFTER_APPLY}}');
    expect(reader?.AfterContext).toBe('{"Properties":{"Value":"{{changeSet:KNOWN_AFTER_APPLY}}"}}');
    expect(reader?.BeforeContext).not.toContain('KNOWN_AFTER_APPLY');
  });

  it('replacement spreads where the reading property recreates', () => {
    const of = (name: string) => reading(name, '!Ref T', 'AWS::SNS::Subscription', 'TopicArn');
    const [, subscription] = changesOf({ before: of('a'), after: of('b') });
    expect(subscription).toMatchObject({ Replacement: 'True', PolicyAction: 'ReplaceAndDelete' });
  });

  it('a replacement that only may happen makes its readers Dynamic and Conditional', () => {
    const of = (type: string) =>
      resources(`  I: {Type: AWS::EC2::Instance, Properties: {InstanceType: ${type}}}
  E: {Type: AWS::EC2::EIPAssociation, Properties: {InstanceId: !Ref I}}`);
    const [instance, association] = changesOf({ before: of('a'), after: of('b') });
    expect(instance?.Replacement).toBe('Conditional');
    expect(association?.Replacement).toBe('Conditional');
    expect(association?.Details[0]).toMatchObject({
      ChangeSource: 'ResourceReference',
      CausingEntity: 'I',
      Evaluation: 'Dynamic',
    });
  });

  it('reading a resource that is changed in place is no change', () => {
    const of = (display: string) =>
      resources(
        `  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: ${display}}}\n  P: {Type: AWS::SSM::Parameter, Properties: {Value: !Ref T}}`,
      );
    expect(only(changesOf({ before: of('a'), after: of('b') })).LogicalResourceId).toBe('T');
  });

  it('reading a resource that is added is known after apply', () => {
    const before = resources('  P: {Type: AWS::SSM::Parameter, Properties: {Value: old}}');
    const after = `${resources('  P: {Type: AWS::SSM::Parameter, Properties: {Value: !Ref N}}')}  N: {Type: AWS::SNS::Topic}\n`;
    const [reader] = changesOf({ before, after, added: ['N'] });
    expect(reader?.Details[0]).toMatchObject({
      ChangeSource: 'ResourceReference',
      CausingEntity: 'N',
      Evaluation: 'Static',
    });
  });
});

describe('values that must not be shown', () => {
  const of = (value: string) => `Parameters:
  Secret: {Type: String, NoEcho: true}
${resources(`  P: {Type: AWS::SSM::Parameter, Properties: {Value: ${value}, Description: d}}`)}`;
  const parameters: Step['parameters'] = [{ Secret: 'hunter1' }, { Secret: 'hunter2' }];

  it.each([['!Ref Secret'], ["!Sub 'password=${Secret}'"], ['!Base64 {Ref: Secret}']])(
    '%s is masked everywhere',
    (value) => {
      const change = only(
        changesOf({ before: of(value), after: of(value), parameters, facts: { noEcho: ['Secret'] } }),
      );
      const text = JSON.stringify(change);
      expect(text).toContain('"BeforeValue":"****","AfterValue":"****"');
      expect(text).not.toMatch(/hunter|aHVudGVy/);
      expect(JSON.parse(change.AfterContext ?? '')).toEqual({ Properties: { Value: '****', Description: 'd' } });
    },
  );

  it('known values are masked where nothing says what they came from', () => {
    const held = { P: { type: 'AWS::SSM::Parameter', properties: { Value: 'is hunter1', Other: ['', 'a'] } } };
    const change = only(compareResources(held, {}, { ...nothing, secrets: ['hunter1', ''] }));
    expect(change.BeforeContext).toBe('{"Properties":{"Value":"****","Other":["","a"]}}');
  });
});

describe('a type that changes', () => {
  it('is refused', () => {
    const fault = resourceTypeFault({ A: { type: 'AWS::SQS::Queue' } }, { A: { type: 'AWS::SNS::Topic' } });
    expect(fault).toBe(
      'Update of resource type is not permitted. The new template modifies resource type of the following resources: [A]',
    );
  });

  it('is not seen where types stay or come new', () => {
    const queue = { type: 'AWS::SQS::Queue' };
    expect(
      resourceTypeFault({ A: queue }, { A: queue, constructor: queue } as Record<string, typeof queue>),
    ).toBeUndefined();
  });
});

describe('laws', () => {
  const properties = fc.dictionary(
    fc.constantFrom('DelaySeconds', 'QueueName', 'RedrivePolicy', 'Tags', 'Nope'),
    fc.jsonValue(),
    {
      noNullPrototype: true,
    },
  );
  const resource = (own: Record<string, unknown>): EvaluatedResource => ({
    type: 'AWS::SQS::Queue',
    properties: own as Record<string, Json>,
    dependsOn: [],
    unknownPaths: [],
    causes: {},
  });
  const compare = (before: Record<string, unknown>, after: Record<string, unknown>) =>
    compareResources({ Q: resource(before) }, { Q: resource(after) }, nothing);

  it('nothing changes between a stack and itself', () => {
    fc.assert(
      fc.property(properties, (own) => {
        expect(compare(own, structuredClone(own))).toEqual([]);
      }),
      { seed: 8 },
    );
  });

  it('every changed value appears exactly once, and every changed property at least once', () => {
    fc.assert(
      fc.property(properties, properties, (before, after) => {
        const [change] = compare(before, after);
        const paths = (change?.Details ?? []).map(({ Target }) => Target.Path ?? '');
        expect(new Set(paths).size).toBe(paths.length);
        const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
        const changed = names.filter((name) => canonical(before[name] as Json) !== canonical(after[name] as Json));
        expect(new Set(paths.map((path) => path.split('/')[2]))).toEqual(new Set(changed));
      }),
      { seed: 9 },
    );
  });

  it('the order of members is no difference', () => {
    expect(differences({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }, [])).toEqual([]);
    expect(canonical({ b: 1, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":1}');
  });
});
