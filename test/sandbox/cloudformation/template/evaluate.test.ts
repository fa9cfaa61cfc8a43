import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, evaluateResource } from '#sandbox/cloudformation/template/evaluate.ts';
import { knownAfterApply } from '#sandbox/cloudformation/template/evaluation.ts';
import type { Json } from '#sandbox/kernel.ts';
import { contextOf, evaluated, refused, stackId, templateOf } from './context.ts';

const head = `Parameters:
  Env: {Type: String}
  Ports: {Type: List<Number>}
  Ami: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>'}
  Names: {Type: AWS::SSM::Parameter::Value<CommaDelimitedList>}
Mappings:
  Sizes:
    eu-west-1: {Memory: 256, Zones: [a, b]}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Dev: !Not [!Condition Prod]
Resources:
  Existing: {Type: AWS::SQS::Queue}
  Later: {Type: AWS::SQS::Queue}
  OnlyProd: {Type: AWS::SQS::Queue, Condition: Prod}
  R:
    Type: AWS::SSM::Parameter
    Properties:
      P: `;

const parameters = { Env: 'dev', Ports: '80, 443', Ami: '/ami', Names: '/names' };
const world = {
  parameters,
  imports: (name: string) => ({ 'network-vpc': 'vpc-1' })[name],
  resource: (logicalId: string) =>
    logicalId === 'Existing'
      ? { physicalId: 'https://queue', attributes: { Arn: 'arn:queue', QueueName: 'queue' } }
      : undefined,
  ssmParameter: (name: string) => ({ '/ami': 'ami-1', '/names': 'a,b' })[name],
};

const property = (text: string): Json | undefined =>
  evaluated(`${head}${text}\n`, world).resources['R']?.properties['P'];

describe('intrinsic functions', () => {
  it.each<[string, string, Json | undefined]>([
    ['Ref of a parameter', '!Ref Env', 'dev'],
    ['Ref of a list parameter', '!Ref Ports', ['80', '443']],
    ['Ref of a Systems Manager parameter', '!Ref Ami', 'ami-1'],
    ['Ref of a list in Systems Manager', '!Ref Names', ['a', 'b']],
    ['Ref of a resource that exists', '!Ref Existing', 'https://queue'],
    ['Ref of a resource to come', '!Ref Later', knownAfterApply],
    ['GetAtt of a resource that exists', '!GetAtt Existing.Arn', 'arn:queue'],
    ['GetAtt of a resource to come', '!GetAtt Later.Arn', knownAfterApply],
    ['GetAtt as text in long form', '{Fn::GetAtt: Existing.QueueName}', 'queue'],
    ['AWS::AccountId', "!Ref 'AWS::AccountId'", '222222222222'],
    ['AWS::Region', "!Ref 'AWS::Region'", 'eu-west-1'],
    ['AWS::StackName', "!Ref 'AWS::StackName'", 'orders'],
    ['AWS::StackId', "!Ref 'AWS::StackId'", stackId],
    ['AWS::Partition', "!Ref 'AWS::Partition'", 'aws'],
    ['AWS::URLSuffix', "!Ref 'AWS::URLSuffix'", 'amazonaws.com'],
    ['AWS::NotificationARNs', "!Ref 'AWS::NotificationARNs'", ['arn:aws:sns:eu-west-1:222222222222:stack-events']],
    ['AWS::NoValue drops the property', "!Ref 'AWS::NoValue'", undefined],
    ['AWS::NoValue drops members and items', "{a: !Ref 'AWS::NoValue', b: [1, !Ref 'AWS::NoValue', 2]}", { b: [1, 2] }],
    ['Sub', "!Sub '${Env}-${AWS::Region}-${Existing}-${Existing.Arn}'", 'dev-eu-west-1-https://queue-arn:queue'],
    ['Sub leaves literals', "!Sub '${!Env}-${Env}'", '${Env}-dev'],
    ['Sub with variables of its own', "!Sub ['${Env}${X}', {X: !Ref 'AWS::Region', Env: 1}]", '1eu-west-1'],
    ['Sub with something unknown', "!Sub 'a-${Later.Arn}'", knownAfterApply],
    ['Join', '!Join ["-", [a, 1, !Ref Env]]', 'a-1-dev'],
    ['Join of a list parameter', "!Join ['|', !Ref Ports]", '80|443'],
    ['Join with something unknown', '!Join ["-", [a, !Ref Later]]', knownAfterApply],
    ['Join of an unknown list', '!Join ["-", !Split [",", !Ref Later]]', knownAfterApply],
    ['Split', '!Split [",", "a,,b"]', ['a', '', 'b']],
    ['Split of something unknown', '!Split [",", !Ref Later]', knownAfterApply],
    ['Select', '!Select [1, !Ref Ports]', '443'],
    ['Select takes an index as text', '!Select ["0", [a, b]]', 'a'],
    ['Select beside something unknown', '!Select [0, [a, !Ref Later]]', 'a'],
    ['Select from something unknown', '!Select [0, !Split [",", !Ref Later]]', knownAfterApply],
    ['If takes the branch', '!If [Prod, !Ref OnlyProd, small]', 'small'],
    ['If without value', "!If [Dev, !Ref 'AWS::NoValue', x]", undefined],
    ['FindInMap', "!FindInMap [Sizes, !Ref 'AWS::Region', Memory]", 256],
    ['FindInMap of a list', '!FindInMap [Sizes, eu-west-1, Zones]', ['a', 'b']],
    ['ImportValue', '!ImportValue network-vpc', 'vpc-1'],
    ['ImportValue of a computed name', "!ImportValue {'Fn::Sub': 'network-vpc'}", 'vpc-1'],
    ['ImportValue of an unknown name', '!ImportValue {Ref: Later}', knownAfterApply],
    ['Base64', '!Base64 héllo', 'aMOpbGxv'],
    ['Base64 of something unknown', '!Base64 {Ref: Later}', knownAfterApply],
    ['GetAZs of the own region', "!GetAZs ''", ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    ['GetAZs of another region', '!GetAZs us-east-1', ['us-east-1a', 'us-east-1b', 'us-east-1c']],
    ['Cidr', '!Cidr [10.0.7.9/16, 2, 8]', ['10.0.0.0/24', '10.0.1.0/24']],
    ['Cidr with 8 bits unless told', '!Cidr [192.168.0.0/16, 1]', ['192.168.0.0/24']],
    [
      'Cidr of IPv6',
      '!Cidr ["2600:1f18:abc:de00::/56", 2, 64]',
      ['2600:1f18:abc:de00::/64', '2600:1f18:abc:de01::/64'],
    ],
    ['Cidr of IPv6, all zeros', '!Cidr ["::/0", 1]', ['::/64']],
    ['Cidr of IPv6 without zeros to shorten', '!Cidr ["1:2:3:4:5:6:7:8/127", 1, 1]', ['1:2:3:4:5:6:7:8/127']],
    ['Cidr of something unknown', '!Cidr [!Ref Later, 1]', knownAfterApply],
    ['dynamic references stay', "'{{resolve:ssm:/a}}'", '{{resolve:ssm:/a}}'],
    [
      'a member named Condition is data',
      '{Condition: {StringEquals: {a: b}}}',
      { Condition: { StringEquals: { a: 'b' } } },
    ],
    ['Ref beside other members is data', '{Ref: Env, other: 1}', { Ref: 'Env', other: 1 }],
  ])('%s', (_case, text, expected) => {
    expect(property(text)).toEqual(expected);
  });

  it.each([
    ['Ref of a list', '{Ref: [a]}', 'every Ref object must have a single String value'],
    ['GetAtt without attribute', '{Fn::GetAtt: Existing}', 'every Fn::GetAtt object requires two non-empty parameters'],
    ['GetAtt of nothing', '{Fn::GetAtt: {a: b}}', 'every Fn::GetAtt object requires two non-empty parameters'],
    [
      'an attribute the type lacks',
      '!GetAtt Existing.Foo',
      'resource Existing does not support attribute type Foo in Fn::GetAtt',
    ],
    [
      'an attribute nobody answers',
      '!GetAtt Existing.DelaySeconds',
      "Attribute 'DelaySeconds' of resource Existing does not exist",
    ],
    ['Sub of a list alone', '!Sub [a]', "Fn::Sub intrinsic functions don't specify expected arguments"],
    ['Sub with variables that are none', '!Sub [a, b]', "Fn::Sub intrinsic functions don't specify expected arguments"],
    ['Sub of a list value', "!Sub '${Ports}'", 'Fn::Sub variable Ports must resolve to a string'],
    ['Sub of a strange name', "!Sub '${Env }'", 'Unresolved resource dependencies [Env ] in the Resources block'],
    ['Sub of a strange attribute', "!Sub '${Existing.A b}'", 'variable names in Fn::Sub syntax must contain only'],
    ['Join of text', '!Join ["-", a]', 'every Fn::Join object requires two parameters'],
    ['Join of objects', '!Join ["-", [{a: b}]]', 'every Fn::Join object requires two parameters'],
    ['Split without text', '!Split [","]', 'every Fn::Split object requires two parameters'],
    ['Split in long form with text', '{Fn::Split: x}', 'every Fn::Split object requires two parameters'],
    ['Select beyond the list', '!Select [2, [a, b]]', 'Fn::Select cannot select nonexistent value at index 2'],
    ['Select without an index', '!Select [x, [a]]', 'Fn::Select requires a list argument with two elements'],
    ['If of an unknown condition', '!If [Nope, a, b]', 'unresolved condition dependency Nope in Fn::If'],
    ['If with two elements', '!If [Prod, a]', 'Fn::If requires a list argument with three elements'],
    ['an unknown mapping', '!FindInMap [Nope, a, b]', "Mapping named 'Nope' is not present in the 'Mappings' section"],
    [
      'an unknown mapping key',
      '!FindInMap [Sizes, eu-west-1, Nope]',
      'Unable to get mapping for Sizes::eu-west-1::Nope',
    ],
    [
      'FindInMap with a default',
      '!FindInMap [Sizes, a, b, {DefaultValue: c}]',
      'every Fn::FindInMap object requires three',
    ],
    ['an unknown export', '!ImportValue nope', 'No export named nope found.'],
    ['ImportValue of a list', '!ImportValue {Ref: Ports}', 'the attribute in Fn::ImportValue must be a string'],
    ['Base64 of a list', '!Base64 {Ref: Ports}', 'every Fn::Base64 object must have a String-typed value'],
    ['GetAZs of a list', '!GetAZs {Ref: Ports}', 'every Fn::GetAZs object must have a String-typed value'],
    ['Cidr of no block', '!Cidr [10.0.0/16, 1, 8]', 'every Fn::Cidr object requires two parameters'],
    ['Cidr of no IPv6 block', '!Cidr ["1::2::3/64", 1, 8]', 'every Fn::Cidr object requires two parameters'],
    ['Cidr of bad groups', '!Cidr ["1::zz/64", 1, 8]', 'every Fn::Cidr object requires two parameters'],
    ['Cidr with a bad prefix', '!Cidr [10.0.0.0/33, 1, 8]', 'every Fn::Cidr object requires two parameters'],
    ['Cidr with too many blocks', '!Cidr [10.0.0.0/24, 9, 5]', 'Fn::Cidr cannot fit 9 blocks of 5 bits'],
    ['Cidr with no bits', '!Cidr [10.0.0.0/24, 1, 0]', 'Fn::Cidr cannot fit'],
    ['a macro', '{Fn::Transform: {Name: AWS::Include}}', 'the sandbox runs no macros'],
    ['a function of a transform', '!Length [a]', 'Fn::Length needs the transform AWS::LanguageExtensions'],
    ['a function that is none', '{Fn::Nope: x}', 'Fn::Nope is not a function that can be used here'],
    ['a function with company', '{Fn::Sub: x, other: y}', 'Fn::Sub must be the only member of its object'],
    ['a Ref to nothing', '!Ref Nope', 'Unresolved resource dependencies [Nope] in the Resources block of the template'],
    ['a Ref to nothing in the branch not taken', '!If [Prod, !Ref Nope, x]', 'Unresolved resource dependencies [Nope]'],
    ['a Ref to what every object has', '!Ref constructor', 'Unresolved resource dependencies [constructor]'],
    ['a mapping every object has', '!FindInMap [Sizes, constructor, name]', 'Unable to get mapping'],
    ['a GetAtt of nothing', '!GetAtt Nope.Arn', 'instance of Fn::GetAtt references undefined resource Nope'],
    ['a Sub of nothing', "!Sub '${Nope.Arn}'", 'instance of Fn::Sub references invalid resource attribute Nope.Arn'],
    ['a Ref to a resource without its condition', '!Ref OnlyProd', 'Unresolved resource dependencies [OnlyProd]'],
    ['a GetAtt of one', '!GetAtt OnlyProd.Arn', 'Unresolved resource dependencies [OnlyProd] in the Resources block'],
  ])('refuses %s', (_case, text, message) => {
    expect(refused(`${head}${text}\n`, world)).toContain(message);
  });

  it('says which parameter Systems Manager does not have', () => {
    const { ssmParameter, ...without } = world;
    expect(refused(`${head}!Ref Ami\n`, without)).toBe(
      'Unable to fetch parameters [/ami] from parameter store for this account.',
    );
  });

  it('takes attributes of custom resources and nested stacks as they come', () => {
    const text = `Resources:
  Custom: {Type: 'Custom::Thing', Properties: {ServiceToken: x}}
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: x}}
  P: {Type: AWS::SSM::Parameter, Properties: {Value: !Sub '\${Custom.Any} \${Nested.Outputs.Url}'}}
`;
    const attributes = { Any: 'one', 'Outputs.Url': 'two' };
    const resource = () => ({ physicalId: 'id', attributes });
    expect(evaluated(text, { resource }).resources['P']?.properties['Value']).toBe('one two');
    expect(refused(text, { resource: () => ({ physicalId: 'id', attributes: {} }) })).toBe(
      "Vendor response doesn't contain Any attribute in object",
    );
  });
});

describe('conditions', () => {
  const conditions = (text: string) => `Parameters:
  Env: {Type: String}
  Count: {Type: Number}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  C: ${text}
Resources:
  Always: {Type: AWS::SQS::Queue}
  Sometimes: {Type: AWS::SQS::Queue, Condition: C}
`;
  const given = { parameters: { Env: 'prod', Count: '1' } };

  it.each([
    ['Equals', '!Equals [!Ref Env, prod]', true],
    ['Equals compares as text', '!Equals [!Ref Count, 1]', true],
    ['Equals of computed values', '!Equals [!Select [0, [!Ref Env]], prod]', true],
    ['Equals of lists', '!Equals [[a], [a]]', true],
    ['Not', '!Not [!Condition Prod]', false],
    ['And', '!And [!Condition Prod, !Equals [a, b]]', false],
    ['Or', '!Or [!Condition Prod, !Equals [a, b]]', true],
    ['Condition', '!Condition Prod', true],
  ])('%s', (_case, text, holds) => {
    expect(Object.keys(evaluated(conditions(text), given).resources).includes('Sometimes')).toBe(holds);
  });

  it.each([
    ['a reference to a resource', '!Equals [!Ref Always, x]', 'Cannot reference resources in the Conditions block'],
    ['an import', '!Equals [!ImportValue x, y]', 'Cannot use Fn::ImportValue in Conditions'],
    ['And of one', '!And [!Condition Prod]', 'every Fn::And object requires a list of at least 2 and at most 10'],
    ['Or of text', '{Fn::Or: x}', 'every Fn::Or object requires a list'],
    ['Not of two', '!Not [!Condition Prod, !Condition Prod]', 'every Fn::Not object requires one boolean parameter'],
    ['Equals of one', '!Equals [a]', 'every Fn::Equals object requires a list of 2'],
    ['a value function', '!Join ["-", [a]]', 'Conditions can only be boolean operations'],
    ['text among operands', '!Or [!Condition Prod, x]', 'Conditions can only be boolean operations'],
    [
      'an unknown condition, whatever comes first',
      '!Or [!Condition Prod, !Condition Nope]',
      'dependency Nope in Condition',
    ],
    ['itself', '!Not [!Condition C]', 'Circular dependency between conditions: [C]'],
  ])('refuses %s', (_case, text, message) => {
    expect(refused(conditions(text), given)).toContain(message);
  });

  it.each([
    ['a resource', 'Resources:\n  A: {Type: AWS::SQS::Queue, Condition: Nope}', 'Resources'],
    ['an output', 'Resources:\n  A: {Type: AWS::SQS::Queue}\nOutputs:\n  O: {Value: x, Condition: Nope}', 'Outputs'],
  ])('refuses %s with an unknown condition', (_case, text, section) => {
    const message = `Template format error: Unresolved condition dependency Nope in the ${section} block of the template`;
    expect(refused(text)).toBe(message);
  });
});

describe('resources', () => {
  it('carry their surroundings, what is unknown in them and what they were computed from', () => {
    const { resources, order, dependencies } = evaluated(
      `Parameters:
  Env: {Type: String}
Resources:
  Function:
    Type: AWS::Lambda::Function
    DependsOn: [Table]
    DeletionPolicy: Retain
    UpdateReplacePolicy: Snapshot
    Metadata: {Note: !Ref Env}
    UpdatePolicy: {CodeDeployLambdaAliasUpdate: {}}
    CreationPolicy: {ResourceSignal: {Count: 1}}
    Properties:
      Role: !GetAtt Role.Arn
      Environment: {Variables: {ENV: !Ref Env, TABLES: [!Ref 'AWS::NoValue', !Ref Table]}}
  Table: {Type: AWS::DynamoDB::Table}
  Role: {Type: AWS::IAM::Role}
`,
      { parameters: { Env: 'prod' } },
    );
    expect(resources['Function']).toEqual({
      type: 'AWS::Lambda::Function',
      properties: {
        Role: knownAfterApply,
        Environment: { Variables: { ENV: 'prod', TABLES: [knownAfterApply] } },
      },
      dependsOn: ['Table'],
      deletionPolicy: 'Retain',
      updateReplacePolicy: 'Snapshot',
      metadata: { Note: 'prod' },
      updatePolicy: { CodeDeployLambdaAliasUpdate: {} },
      creationPolicy: { ResourceSignal: { Count: 1 } },
      unknownPaths: ['/Properties/Role', '/Properties/Environment/Variables/TABLES/0'],
      causes: {
        '/Properties/Role': { parameters: [], references: ['Role.Arn'] },
        '/Properties/Environment/Variables/ENV': { parameters: ['Env'], references: [] },
        '/Properties/Environment/Variables/TABLES/0': { parameters: [], references: ['Table'] },
      },
    });
    expect(order).toEqual(['Table', 'Role', 'Function']);
    expect(dependencies['Function']).toEqual(['Table', 'Role']);
  });

  it('ignore a DependsOn on a resource whose condition is false', () => {
    const text = `Conditions: {Never: !Equals [a, b]}
Resources:
  A: {Type: AWS::SQS::Queue, Condition: Never}
  B: {Type: AWS::SQS::Queue, DependsOn: A}
`;
    expect(evaluated(text).dependencies).toEqual({ B: [] });
  });

  it.each([
    [
      'a cycle of two',
      'A: {Type: AWS::SQS::Queue, DependsOn: B}\n  B: {Type: AWS::SQS::Queue, DependsOn: A}',
      '[A, B]',
    ],
    [
      'a cycle, without those who only wait for it',
      'X: {Type: AWS::SQS::Queue, DependsOn: A}\n  A: {Type: AWS::SQS::Queue, DependsOn: B}\n  B: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref A}}',
      '[A, B]',
    ],
    ['itself', 'A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref A}}', '[A]'],
  ])('refuse %s', (_case, text, names) => {
    expect(refused(`Resources:\n  ${text}\n`)).toBe(`Circular dependency between resources: ${names}`);
  });

  it.each([
    [
      'an unknown type',
      'Resources:\n  A: {Type: AWS::Foo::Bar}\n  B: {Type: My::Own::Type}',
      'Unrecognized resource types: [AWS::Foo::Bar, My::Own::Type]',
    ],
    [
      'an unknown dependency',
      'Resources:\n  A: {Type: AWS::SQS::Queue, DependsOn: [B, C]}',
      'dependencies [B, C] in the Resources block',
    ],
    [
      'an output of nothing',
      'Resources:\n  A: {Type: AWS::SQS::Queue}\nOutputs:\n  O: {Value: !Ref B}',
      'dependencies [B] in the Outputs block',
    ],
    [
      'an output that is a list',
      "Resources:\n  A: {Type: AWS::SQS::Queue}\nOutputs:\n  O: {Value: !GetAZs ''}",
      'Outputs member must evaluate to a String',
    ],
    [
      'an export that is a list',
      "Resources:\n  A: {Type: AWS::SQS::Queue}\nOutputs:\n  O: {Value: a, Export: {Name: !GetAZs ''}}",
      'Export member must evaluate to a String',
    ],
    [
      'the serverless transform',
      'Transform: AWS::Serverless-2016-10-31\nResources:\n  A: {Type: AWS::Serverless::Function}',
      'the transform AWS::Serverless-2016-10-31 cannot be run',
    ],
    [
      'language extensions',
      'Transform: [AWS::LanguageExtensions]\nResources:\n  A: {Type: AWS::SQS::Queue}',
      'the transform AWS::LanguageExtensions cannot be run',
    ],
    [
      'rules',
      'Rules: {R: {Assertions: []}}\nResources:\n  A: {Type: AWS::SQS::Queue}',
      'the Rules section is not supported',
    ],
    [
      'a computed deletion policy',
      'Resources:\n  A: {Type: AWS::SQS::Queue, DeletionPolicy: {Ref: X}}',
      'dependencies [X]',
    ],
    [
      'a computed policy',
      "Resources:\n  A: {Type: AWS::SQS::Queue, DeletionPolicy: {Ref: 'AWS::Region'}}",
      'DeletionPolicy and UpdateReplacePolicy member must be a string',
    ],
  ])('refuse %s', (_case, text, message) => {
    expect(refused(text)).toContain(message);
  });

  it('accept what the CDK puts into every template', () => {
    expect(evaluated('Resources:\n  M: {Type: AWS::CDK::Metadata, Properties: {Analytics: x}}').order).toEqual(['M']);
  });
});

describe('outputs', () => {
  it('are text, with their export names and descriptions, where their condition holds', () => {
    const text = `Conditions: {Never: !Equals [a, b]}
Resources:
  Q: {Type: AWS::SQS::Queue}
Outputs:
  Url: {Value: !Ref Q, Description: the queue, Export: {Name: !Sub '\${AWS::StackName}-url'}}
  Size: {Value: 3}
  None: {Value: x, Condition: Never}
`;
    expect(evaluated(text).outputs).toEqual({
      Url: { value: knownAfterApply, description: 'the queue', exportName: 'orders-url' },
      Size: { value: '3' },
    });
  });

  it('and resources say which exports they read', () => {
    const text = 'Resources:\n  P: {Type: AWS::SSM::Parameter, Properties: {Value: !ImportValue a}}\n';
    expect(evaluated(text, { imports: () => 'x' }).imports).toEqual(['a']);
  });
});

describe('one resource again', () => {
  const template = templateOf(`Conditions: {Never: !Equals [a, b]}
Resources:
  Q: {Type: AWS::SQS::Queue}
  P: {Type: AWS::SSM::Parameter, Properties: {Value: !GetAtt Q.Arn}}
  N: {Type: AWS::SSM::Parameter, Condition: Never}
`);

  it('is known once what it reads exists', () => {
    const resource = () => ({ physicalId: 'q', attributes: { Arn: 'arn:q' } });
    const result = evaluateResource(template, 'P', contextOf({ resource }));
    expect(result).toMatchObject({ kind: 'resource', resource: { properties: { Value: 'arn:q' }, unknownPaths: [] } });
  });

  it.each([['N'], ['Nope']])('is absent without its condition or declaration (%s)', (logicalId) => {
    expect(evaluateResource(template, logicalId, contextOf())).toEqual({ kind: 'absent' });
  });

  it('says what is wrong', () => {
    const resource = () => ({ physicalId: 'q', attributes: {} });
    expect(evaluateResource(template, 'P', contextOf({ resource }))).toEqual({
      kind: 'invalid',
      message: "Attribute 'Arn' of resource Q does not exist",
    });
  });

  it('lets surprises through', () => {
    const resource = () => {
      throw new TypeError('a bug');
    };
    expect(() => evaluateResource(template, 'P', contextOf({ resource }))).toThrow(TypeError);
  });
});

describe('laws', () => {
  const names = ['A', 'B', 'C', 'D', 'E'];
  /** Each name may depend on earlier ones only, so there is no cycle. */
  const acyclic = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 5, maxLength: 5 }).map((picks) =>
    Object.fromEntries(
      names.map((name, index) => [
        name,
        {
          Type: 'AWS::SQS::Queue',
          Properties: { Tags: (picks[index] ?? []).map((pick) => ({ Ref: names[pick % Math.max(index, 1)] ?? '' })) },
        },
      ]),
    ),
  );
  const withoutSelf = acyclic.map((Resources) => ({ Resources: { ...Resources, A: { Type: 'AWS::SQS::Queue' } } }));

  it('evaluation is deterministic', () => {
    fc.assert(
      fc.property(withoutSelf, (template) => {
        expect(evaluate(template, contextOf())).toEqual(evaluate(structuredClone(template), contextOf()));
      }),
      { seed: 5 },
    );
  });

  it('every resource comes after what it depends on', () => {
    fc.assert(
      fc.property(withoutSelf, (template) => {
        const result = evaluate(template, contextOf());
        if (result.kind === 'invalid') throw new Error(result.message);
        expect([...result.order].sort()).toEqual(names);
        for (const [name, needed] of Object.entries(result.dependencies)) {
          for (const other of needed) expect(result.order.indexOf(other)).toBeLessThan(result.order.indexOf(name));
        }
      }),
      { seed: 6 },
    );
  });

  it('a value without functions stays as it is', () => {
    const plain = fc.jsonValue().filter((value) => !/null|"Ref"|"Fn::|__proto__|KNOWN/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(plain, (P) => {
        const template = { Resources: { R: { Type: 'AWS::SSM::Parameter', Properties: { P: P as Json } } } };
        expect(evaluate(template, contextOf())).toMatchObject({ resources: { R: { properties: { P } } } });
      }),
      { seed: 7 },
    );
  });
});
