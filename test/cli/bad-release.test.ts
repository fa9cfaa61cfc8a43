/** Wrong names, values, approvals and templates (B-43 to B-46, B-49, B-50, B-59, B-60): refused with code and place before any call. */
import { describe, expect, it } from 'vitest';
import { refused } from './refusal.ts';
import type { Files } from './workspace.ts';

const topic = 'Resources: { Topic: { Type: AWS::SNS::Topic } }\n';

interface Said {
  readonly stackName?: string;
  /** As YAML, in the stack. */
  readonly parameters?: string;
  readonly template?: string;
  /** Further documents. */
  readonly more?: string;
}

function files({ stackName = 'app', parameters = '{}', template = topic, more = '' }: Said): Files {
  const config = `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: app }
stacks:
  - name: app
    template: app.yaml
    stackName: ${stackName}
    parameters: ${parameters}
environments:
  - { name: production, targets: { matchLabels: { env: production } } }
---
apiVersion: drawbridge/v1
kind: Target
metadata: { name: production, labels: { env: production } }
account: "333333333333"
region: eu-west-1
${more}`;
  return { 'drawbridge.yml': config, 'app.yaml': template };
}

const many = (count: number, member: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => member(index));

describe('B-43: a stack name CloudFormation does not accept', () => {
  it.each([
    ['begins with a digit', '1abc'],
    ['has an underscore', 'a_b'],
    ['has 129 characters', 'a'.repeat(129)],
    ['is an ARN', '"arn:aws:cloudformation:eu-west-1:333333333333:stack/app/1"'],
  ])('it %s: exit 2', async (_name, stackName) => {
    const { exit, problems, text } = await refused(files({ stackName }));
    expect([exit, problems]).toEqual([2, ['STACK_NAME drawbridge.yml:7:16 (/stacks/0/stackName)']]);
    expect(text).toMatch(/at most 128 characters/);
  });

  it('a name of 128 characters is one', async () => {
    const { problems } = await refused(files({ stackName: 'a'.repeat(128), template: '' }));
    expect(problems).toEqual([expect.stringMatching(/^TEMPLATE_INVALID/)]);
  });
});

describe('B-44: sizes', () => {
  const parameters = (count: number) => `{ ${many(count, (index) => `P${index}: x`).join(', ')} }`;
  const declared = (names: string) => `Parameters: ${names}\n${topic}`;
  it.each<[string, Said, string, RegExp]>([
    [
      'a value of 4,097 bytes',
      { parameters: `{ P: ${'x'.repeat(4097)} }`, template: declared('{ P: { Type: String } }') },
      'LIMIT drawbridge.yml:8:22 (/stacks/0/parameters/P)',
      /P has 4097 bytes; the limit is 4096/,
    ],
    [
      'a default of 4,097 bytes, which would be sent',
      { template: declared(`{ P: { Type: String, Default: ${'x'.repeat(4097)} } }`) },
      'LIMIT app.yaml:1:34',
      /4097 bytes; the limit is 4096/,
    ],
    [
      'values for 201 parameters',
      { parameters: parameters(201) },
      'LIMIT drawbridge.yml:8:17 (/stacks/0/parameters)',
      /201 parameters; the limit is 200/,
    ],
    [
      'a template of 201 parameters',
      { template: declared(`{ ${many(201, (index) => `P${index}: { Type: String }`).join(', ')} }`) },
      'TEMPLATE_INVALID app.yaml:1:1',
      /Number of parameters, 201, is greater than maximum allowed, 200/,
    ],
    [
      'a template of 200 parameters that needs one more for its code',
      {
        template: `${declared(`{ ${many(200, (index) => `P${index}: { Type: String, Default: x }`).join(', ')} }`).replace('Topic: { Type: AWS::SNS::Topic }', 'Fn: { Type: AWS::Lambda::Function, Properties: { Code: src } }')}`,
      },
      'TEMPLATE_INVALID app.yaml:1:1',
      /Number of parameters, 201/,
    ],
  ])('%s: exit 2', async (_name, said, problem, text) => {
    const found = await refused({ ...files(said), 'src/index.js': '' });
    expect([found.exit, found.problems]).toEqual([2, [problem]]);
    expect(found.text).toMatch(text);
  });
});

describe('B-45: a secret written out for a NoEcho parameter', () => {
  const template = `Parameters: { Password: { Type: String, NoEcho: true } }\n${topic}`;
  const layers = `---\napiVersion: drawbridge/v1\nkind: Parameters\npipeline: app\nlayers:\n  - values: { Password: hunter2-S3cret! }\n`;
  it.each<[string, Said, string]>([
    [
      'in the pipeline',
      { template, parameters: '{ Password: hunter2-S3cret! }' },
      'NOECHO_VALUE drawbridge.yml:8:19 (/stacks/0/parameters/Password)',
    ],
    ['in a layer', { template, more: layers }, 'NOECHO_VALUE drawbridge.yml:22:15 (/layers/0/values/Password)'],
    [
      'in a layer that does not hold',
      { template, more: `${layers}  - target: production\n    values: { Password: { secretRef: /app/password } }\n` },
      'NOECHO_VALUE drawbridge.yml:22:15 (/layers/0/values/Password)',
    ],
  ])('%s: exit 3, told to refer to it, and never shown', async (_name, said, problem) => {
    const { exit, problems, text } = await refused(files(said));
    expect([exit, problems]).toEqual([3, [problem]]);
    expect(text).toMatch(/secretRef/);
    expect(text).not.toContain('hunter2');
  });
});

describe('B-46: an approval nobody could give', () => {
  const policy = (groups: string, approval: string) =>
    `---\napiVersion: drawbridge/v1\nkind: Policy\nmetadata: { name: guard }\ngroups: ${groups}\napproval: ${approval}\n`;
  it.each([
    [
      'a group without members',
      policy('{ security: [] }', '{ groups: [security] }'),
      'FIELD_INVALID drawbridge.yml:21:21 (/groups/security)',
      /nobody could approve/,
    ],
    [
      'no group at all',
      policy('{ security: [bob, carol] }', '{ groups: [] }'),
      'FIELD_INVALID drawbridge.yml:22:21 (/approval/groups)',
      /groups/,
    ],
    [
      'a group of one person, written twice: who asks is left alone',
      policy('{ security: [bob, bob] }', '{ groups: [security] }'),
      'DUPLICATE_NAME drawbridge.yml:21:27 (/groups/security/1)',
      /two members of security bob/,
    ],
    [
      'a group that no policy defines',
      policy('{ security: [bob, carol] }', '{ groups: [securty] }'),
      'REFERENCE_UNKNOWN drawbridge.yml:22:22 (/approval/groups/0)',
      /Did you mean security\?/,
    ],
  ])('%s: exit 2', async (_name, more, problem, text) => {
    const found = await refused(files({ more }));
    expect([found.exit, found.problems]).toEqual([2, [problem]]);
    expect(found.text).toMatch(text);
  });
});

describe('B-49: a template of the wrong shape', () => {
  it.each([
    ['empty', '', 'app.yaml:1:1', /unsupported structure/],
    ['a scalar', 'hello\n', 'app.yaml:1:1', /unsupported structure/],
    ['a list', '- Resources\n', 'app.yaml:1:1', /unsupported structure/],
    [
      'with an unknown section',
      `${topic}Resouces: {}\n`,
      'app.yaml:2:1',
      /Invalid template property or properties \[Resouces\]/,
    ],
    ['not JSON', '{ "Resources": ', 'app.yaml:1:16', /JSON not well-formed/],
  ])('%s: exit 2', async (_name, template, place, text) => {
    const found = await refused(files({ template }));
    expect([found.exit, found.problems]).toEqual([2, [`TEMPLATE_INVALID ${place}`]]);
    expect(found.text).toMatch(text);
  });
});

/** 51,200 bytes is the limit of a template inside a request; Drawbridge hands CloudFormation a URL, so 1 MB holds. */
describe('B-50: a template of the wrong size', () => {
  const sized = (bytes: number) => `${topic}# ${'x'.repeat(bytes - topic.length - 3)}\n`;
  it.each([
    [
      'without Resources',
      'Outputs: { A: { Value: a } }\n',
      'TEMPLATE_INVALID app.yaml:1:1',
      /At least one Resources member/,
    ],
    ['with none in Resources', 'Resources: {}\n', 'TEMPLATE_INVALID app.yaml:1:1', /At least one Resources member/],
    [
      'of 501 resources',
      `Resources: { ${many(501, (index) => `T${index}: { Type: AWS::SNS::Topic }`).join(', ')} }\n`,
      'TEMPLATE_INVALID app.yaml:1:1',
      /Number of resources, 501, is greater than maximum allowed, 500/,
    ],
    [
      'of 201 outputs',
      `${topic}Outputs: { ${many(201, (index) => `O${index}: { Value: x }`).join(', ')} }\n`,
      'TEMPLATE_INVALID app.yaml:2:1',
      /Number of outputs, 201, is greater than maximum allowed, 200/,
    ],
    ['of 1,000,001 bytes', sized(1_000_001), 'LIMIT app.yaml:1:1', /1000001 bytes; the limit is 1000000/],
  ])('%s: exit 2', async (_name, template, problem, text) => {
    const found = await refused(files({ template }));
    expect([found.exit, found.problems]).toEqual([2, [problem]]);
    expect(found.text).toMatch(text);
  });

  it('51,201 bytes are no problem: what is refused is something else', async () => {
    const { problems } = await refused(files({ template: sized(51_201), parameters: '{ Typo: x }' }));
    expect(problems).toEqual([expect.stringMatching(/^PARAMETERS_MISMATCH/)]);
  });
});

describe('B-59: a template that says two things', () => {
  it.each([
    [
      'a logical id twice',
      'Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n  Topic:\n    Type: AWS::SQS::Queue\n',
      'app.yaml:4:3',
      /duplicate key 'Topic'/,
    ],
    ['!Ref of a list', `${topic}Outputs:\n  A:\n    Value: !Ref [Topic]\n`, 'app.yaml:4:17', /!Ref takes a text/],
    [
      '!GetAtt without an attribute',
      `${topic}Outputs:\n  A:\n    Value: !GetAtt Topic\n`,
      'app.yaml:4:20',
      /!GetAtt takes a logical id and an attribute, separated by a dot/,
    ],
    [
      'a short form nobody knows',
      `${topic}Outputs:\n  A:\n    Value: !Reff Topic\n`,
      'app.yaml:4:18',
      /unsupported tag !Reff/,
    ],
  ])('%s: exit 2 with line and column', async (_name, template, place, text) => {
    const found = await refused(files({ template }));
    expect([found.exit, found.problems]).toEqual([2, [`TEMPLATE_INVALID ${place}`]]);
    expect(found.text).toMatch(text);
  });
});

describe('B-60: values that are missing and values that are too many', () => {
  it('are listed together: exit 2', async () => {
    const template = `Parameters: { LogLevel: { Type: String }, Size: { Type: Number }, Set: { Type: String, Default: x } }\n${topic}`;
    const more = '---\napiVersion: drawbridge/v1\nkind: Parameters\npipeline: app\nlayers:\n  - values: { Extra: 1 }\n';
    const { exit, problems, text } = await refused(files({ template, parameters: '{ LogLevl: info }', more }));
    expect([exit, problems]).toEqual([2, ['PARAMETERS_MISMATCH drawbridge.yml:8:19 (/stacks/0/parameters/LogLevl)']]);
    expect(text).toContain(
      'without a value or default: app.LogLevel, app.Size; declared by no template: app.LogLevl (did you mean LogLevel?), Extra.',
    );
  });

  it('stand beside values that do not fit: exit 2', async () => {
    const template = `Parameters: { Size: { Type: Number }, Vpc: { Type: "AWS::EC2::VPC::Id" }, Ports: { Type: List<Number> } }\n${topic}`;
    const { exit, problems } = await refused(files({ template, parameters: '{ Vpc: subnet-1, Ports: [80, http] }' }));
    expect([exit, problems]).toEqual([
      2,
      [
        'PARAMETERS_MISMATCH drawbridge.yml:5:5 (/stacks/0)',
        'PARAMETER_VALUE drawbridge.yml:8:19 (/stacks/0/parameters/Vpc)',
        'PARAMETER_VALUE drawbridge.yml:8:34 (/stacks/0/parameters/Ports)',
      ],
    ]);
  });
});

describe('an output of a stack that cannot be had', () => {
  it('because no target of the environment gets that stack: exit 2', async () => {
    const config = files({}) as Record<string, string>;
    const two = config['drawbridge.yml']?.replace(
      'environments:',
      '  - { name: b, template: b.yaml, stackName: b, parameters: { P: { fromOutput: app.Out } } }\nenvironments:',
    );
    const only = two?.replace('    parameters: {}', '    targets: { matchLabels: { role: network } }');
    const found = await refused({
      'drawbridge.yml': only ?? '',
      'app.yaml': `${topic}Outputs: { Out: { Value: !Ref Topic } }\n`,
      'b.yaml': `Parameters: { P: { Type: String } }\n${topic}`,
    });
    expect([found.exit, found.problems]).toEqual([
      2,
      ['OUTPUT_AMBIGUOUS drawbridge.yml:9:62 (/stacks/1/parameters/P)'],
    ]);
    expect(found.text).toMatch(/Target production takes outputs of stack app, which no target of the environment gets/);
  });
});
