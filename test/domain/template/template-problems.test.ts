/** What is wrong with well-formed templates, and what only looks so. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate, positions } from '#shared/domain/template/parse.ts';
import { resourceCycle } from '#shared/domain/template/resource-cycle.ts';
import type { Template } from '#shared/domain/template/template.ts';
import { templateProblems } from '#shared/domain/template/template-problems.ts';

const types = ['AWS::SNS::Topic', 'AWS::SQS::Queue', 'AWS::Serverless::Function'];
const known = { has: (type: string) => types.includes(type), all: () => types };

function problemsOf(text: string) {
  const parsed = parseTemplate(text);
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  return templateProblems(parsed.template, known, (path) => ({ file: 'a.yaml', ...positions(text)(path) }));
}
const codes = (text: string) => problemsOf(text).map(({ code }) => code);
const causes = (text: string) => problemsOf(text).map(({ cause }) => cause);
const typed = (type: string, more = '') => `${more}Resources: { Thing: { Type: '${type}' } }`;
const topic = 'Topic: { Type: AWS::SNS::Topic }';
const named = (value: string, more = '') => `${more}
Resources:
  ${topic}
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: ${value} } }
`;

describe('a resource type', () => {
  it.each([
    ['of AWS', 'AWS::SQS::Queue'],
    ['of a custom resource', 'Custom::Database_1@eu-west'],
    ['of somebody else', 'Datadog::Monitors::Monitor'],
    ['that is a module of somebody', 'Org::S3::Bucket::MODULE'],
    ['that is a module among those of AWS', 'AWS::S3::Bucket::MODULE'],
  ])('%s is left alone: %s', (_case, type) => {
    expect(codes(typed(type))).toEqual([]);
  });

  it.each([
    [
      'with a letter too many',
      'AWS::SQS::Quueue',
      'There is no resource type AWS::SQS::Quueue. Did you mean AWS::SQS::Queue?',
    ],
    ['like nothing there is', 'AWS::Frob::Nicator', 'There is no resource type AWS::Frob::Nicator.'],
    ['of one word', 'Queue', 'There is no resource type Queue.'],
    ['of two', 'SQS::Queue', 'There is no resource type SQS::Queue.'],
    [
      'custom with too long a name',
      `Custom::${'x'.repeat(61)}`,
      `There is no resource type Custom::${'x'.repeat(61)}.`,
    ],
  ])('%s is refused: %s', (_case, type, cause) => {
    expect(problemsOf(typed(type))).toMatchObject([
      { code: 'TYPE_UNKNOWN', exit: 2, cause, place: { file: 'a.yaml', line: 1, pointer: '/Resources/Thing/Type' } },
    ]);
  });

  it('may be a transform\u2019s own, but not a misspelt one of AWS', () => {
    const macro = 'Transform: [Boto3]\n';
    expect(codes(typed('Boto3::CodeCommit.put_file', macro))).toEqual([]);
    expect(codes(typed('AWS::SQS::Quueue', macro))).toEqual(['TYPE_UNKNOWN']);
  });
});

describe('a name', () => {
  const declared = 'Parameters: { Name: { Type: String } }\nConditions: { Never: !Equals [a, b] }';
  it.each([
    ['of a parameter', '!Ref Name'],
    ['of a resource', '!Ref Topic'],
    ['of a pseudo parameter', '!Ref AWS::StackName'],
    ['of an attribute', '!GetAtt Topic.TopicName'],
    ['of an attribute, as a list', '{ Fn::GetAtt: [Topic, TopicName] }'],
    ['of an attribute, as a text', '{ Fn::GetAtt: Topic.TopicName }'],
    ['in a text', '!Sub "${Name}-${Topic.TopicName}-${AWS::Region}-${!Literal}"'],
    ['that the call defines', '!Sub ["${Own}", { Own: !Ref Name }]'],
    [
      'in a call of another form',
      '{ Fn::Join: ["", [{ Ref: Name, Other: x }, { Fn::GetAtt: [[Nowhere]] }, { Ref: [x] }, { Fn::Sub: { a: b } }]] }',
    ],
  ])('%s is there: %s', (_case, value) => {
    expect(codes(named(value, declared))).toEqual([]);
  });

  it.each([
    ['Ref', '!Ref Topc', 'Ref names Topc, which the template does not have. Did you mean Topic?'],
    ['Ref of a pseudo parameter', '!Ref AWS::Zone', 'Ref names AWS::Zone, which the template does not have.'],
    ['Fn::GetAtt', '!GetAtt Nowhere.Arn', 'Fn::GetAtt names Nowhere, which the template does not have.'],
    ['Fn::GetAtt of a parameter', '!GetAtt Name.Arn', 'Fn::GetAtt names Name, which the template does not have.'],
    ['Fn::Sub', '!Sub "${Nowhere}"', 'Fn::Sub names Nowhere, which the template does not have.'],
    ['Fn::Sub of an attribute', '!Sub "${Name.Arn}"', 'Fn::Sub names Name, which the template does not have.'],
    [
      'the branch that is not taken',
      '!If [Never, !Ref Nowhere, x]',
      'Ref names Nowhere, which the template does not have.',
    ],
  ])('that %s misses is refused: %s', (_case, value, cause) => {
    expect(problemsOf(named(value, declared))).toMatchObject([
      { code: 'NAME_UNKNOWN', exit: 2, cause, place: { line: 5, resource: 'Queue' } },
    ]);
  });

  it('that DependsOn misses is refused, alone or in a list', () => {
    const waiting = (on: string) => `Resources: { Topic: { Type: AWS::SNS::Topic, DependsOn: ${on} } }`;
    expect(causes(waiting('Nowhere'))).toEqual(['DependsOn names Nowhere, which the template does not have.']);
    expect(problemsOf(waiting('[Nowhere]'))).toMatchObject([{ place: { pointer: '/Resources/Topic/DependsOn/0' } }]);
  });

  it('that an output misses is refused there', () => {
    const text = `Resources: { ${topic} }\nOutputs: { Name: { Value: !Ref Nowhere } }`;
    expect(problemsOf(text)).toMatchObject([{ code: 'NAME_UNKNOWN', place: { pointer: '/Outputs/Name/Value/Ref' } }]);
    expect(problemsOf(text)[0]?.place).not.toHaveProperty('resource');
  });

  it.each([
    ['a transform of the whole', named('!Ref FromElsewhere', 'Transform: AWS::Serverless-2016-10-31')],
    ['a transform of a part', named('{ Fn::Transform: { Name: M }, Other: [!Ref FromElsewhere] }')],
    [
      'a module',
      'Resources: { Store: { Type: Org::S3::Bucket::MODULE }, Queue: { Type: AWS::SQS::Queue, Properties: { A: !Ref StoreBucket, B: !GetAtt Store.Bucket.Arn } } }',
    ],
  ])('that %s may bring is left alone', (_case, text) => {
    expect(codes(text)).toEqual([]);
  });
});

describe('a circle of resources', () => {
  const circle = (one: string, other: string) => `
Conditions: { Here: !Equals [a, a], There: !Equals [a, b] }
Resources:
  A: { Type: AWS::SQS::Queue, ${one} }
  B: { Type: AWS::SQS::Queue, ${other} }
`;
  it.each([
    ['of DependsOn', 'DependsOn: B', 'DependsOn: [A]'],
    ['of references', 'Properties: { X: !Ref B }', 'Properties: { X: !GetAtt A.Arn }'],
    ['of both', 'Properties: { X: !Sub "${B}" }', 'DependsOn: A'],
    ['under one condition', 'Condition: Here, DependsOn: B', 'Condition: Here, DependsOn: A'],
    ['one of them under a condition', 'DependsOn: B', 'Condition: Here, DependsOn: A'],
  ])('%s is refused', (_case, one, other) => {
    expect(problemsOf(circle(one, other))).toMatchObject([
      {
        code: 'RESOURCE_CYCLE',
        cause: 'The resources wait for each other in a circle: A -> B -> A.',
        place: { line: 4, resource: 'A' },
      },
    ]);
  });

  it.each([
    ['under two conditions', 'Condition: Here, DependsOn: B', 'Condition: There, DependsOn: A'],
    ['in a branch of Fn::If', 'Properties: { X: !If [Here, !Ref B, x] }', 'DependsOn: A'],
    ['in its metadata', 'Metadata: { X: !Ref B }', 'DependsOn: A'],
    ['of one that waits for the other', 'DependsOn: B', 'Properties: { X: y }'],
  ])('is none %s', (_case, one, other) => {
    expect(codes(circle(one, other))).toEqual([]);
  });

  it('of a resource and itself is one', () => {
    expect(causes('Resources: { A: { Type: AWS::SQS::Queue, DependsOn: A } }')).toEqual([
      'The resources wait for each other in a circle: A -> A.',
    ]);
  });

  it('is not looked for where a transform may break it', () => {
    expect(codes(`Transform: M${circle('DependsOn: B', 'DependsOn: A')}`)).toEqual([]);
  });

  it('is found exactly where one is, and what is named is one (law)', () => {
    const graph = fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(graph, (edges) => {
        const id = (index: number) => `R${index}`;
        const needs = edges.map((list) => list.filter((index) => index < edges.length));
        const Resources = Object.fromEntries(
          needs.map((list, index) => [id(index), { Type: 'AWS::SQS::Queue', DependsOn: list.map(id) }]),
        );
        const cycle = resourceCycle({ Resources } as Template);
        let left = needs.map((_, index) => index);
        for (let size = -1; size !== left.length; ) {
          size = left.length;
          left = left.filter((index) => needs[index]?.some((needed) => left.includes(needed)));
        }
        expect(cycle === undefined).toBe(left.length === 0);
        for (const [index, name] of (cycle ?? []).entries())
          expect(Resources[name]?.DependsOn).toContain(cycle?.[(index + 1) % cycle.length]);
      }),
    );
  });
});

describe('an output', () => {
  const showing = (noEcho: string, value: string) => `
Parameters: { Password: { Type: String, NoEcho: ${noEcho} } }
Resources: { ${topic} }
Outputs: { Shown: { Value: ${value} } }
`;
  it.each([
    ['itself', 'true', '!Ref Password'],
    ['inside a text', '"true"', '!Sub "mysql://${Password}"'],
    ['in a branch', 'True', '!Join ["", [a, !If [X, !Ref Password, b]]]'],
  ])('that shows a NoEcho parameter %s is refused', (_case, noEcho, value) => {
    expect(problemsOf(showing(noEcho, value))).toMatchObject([
      {
        code: 'NOECHO_OUTPUT',
        exit: 3,
        cause: expect.stringContaining('The output Shown shows the parameter Password, which is NoEcho'),
      },
    ]);
  });

  it.each([
    ['a parameter that may be read', 'false', '!Ref Password'],
    ['something else', 'true', '!Ref Topic'],
    ['a text that only looks so', 'true', '"${Password}"'],
  ])('that shows %s is left alone', (_case, noEcho, value) => {
    expect(codes(showing(noEcho, value))).toEqual([]);
  });
});
