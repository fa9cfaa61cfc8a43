/** Which values reach CloudFormation, and which are refused before any call. */
import { describe, expect, it } from 'vitest';
import type { StackValue } from '#shared/domain/config/parameter-value.ts';
import type { Layer } from '#shared/domain/config/schema.ts';
import { type CheckedStack, parameterProblems } from '#shared/domain/release/check-parameters.ts';
import type { TemplateParameter } from '#shared/domain/template/template.ts';

const targets = [{ environment: 'production', name: 'prod', labels: { env: 'prod' } }];

const stack = (declared: CheckedStack['declared'], said: Partial<CheckedStack> = {}): CheckedStack => ({
  name: 'api',
  declared,
  parameters: {},
  tags: {},
  placeOf: (parameter = 'stack') => ({ file: parameter }),
  ...said,
});

/** What is wrong with one value of one parameter: `CODE cause`, or nothing. */
function refusal(declaration: TemplateParameter, value: StackValue): string | undefined {
  const [found] = parameterProblems([stack({ P: declaration }, { parameters: { P: value } })], [], targets);
  return found && `${found.code} ${found.cause.replace('The template refuses a value for production/prod: ', '')}`;
}

const text: TemplateParameter = { Type: 'String' };

describe('values that fit their declaration', () => {
  it.each<[string, TemplateParameter, StackValue]>([
    ['true for text', text, true],
    ['a number for text', text, 5],
    ['text with commas for text', text, 'a,b'],
    ['a number', { Type: 'Number' }, -1.5],
    ['text for a number', { Type: 'Number' }, '12'],
    ['a list of numbers', { Type: 'List<Number>' }, [80, 443]],
    ['a list of numbers as texts', { Type: 'List<Number>' }, ['80', '443']],
    ['a list as one text', { Type: 'CommaDelimitedList' }, 'a, b'],
    ['a list of texts', { Type: 'CommaDelimitedList' }, ['a', 'b']],
    ['a list with nothing in it', { Type: 'CommaDelimitedList' }, []],
    ['true among the allowed values', { ...text, AllowedValues: ['true', 'false'] }, true],
    ['an allowed number', { Type: 'Number', AllowedValues: [1, 7] }, 7],
    ['numbers inside bounds', { Type: 'List<Number>', MinValue: 1, MaxValue: 10 }, [1, 10]],
    ['an id', { Type: 'AWS::EC2::VPC::Id' }, 'vpc-0a1b'],
    ['ids', { Type: 'List<AWS::EC2::Subnet::Id>' }, ['subnet-0a', 'subnet-0b']],
    ['a hosted zone', { Type: 'AWS::Route53::HostedZone::Id' }, 'Z0123ABC'],
    ['the name of a Systems Manager parameter', { Type: 'AWS::SSM::Parameter::Name' }, '/golden/ami'],
    [
      'the same, as a reference',
      { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>' },
      { ssmRef: '/golden/ami' },
    ],
    ['a reference for text', text, { ssmRef: '/level:3' }],
    ['a secret for text', { ...text, NoEcho: true }, { secretRef: '/db', jsonKey: 'password' }],
    ['a secret long enough', { ...text, NoEcho: true, MinLength: 12 }, { secretRef: '/db' }],
    ['an output, which only its stack knows', { Type: 'Number', MinValue: 3 }, { fromOutput: 'network.Size' }],
  ])('%s', (_name, declaration, value) => {
    expect(refusal(declaration, value)).toBeUndefined();
  });
});

describe('values that do not', () => {
  const refers = (shown: string) => ` (CloudFormation checks the reference, ${shown}, and not what it stands for.`;
  const named = ' A type AWS::SSM::Parameter::Value<...> is checked by its name.';
  it.each<[string, TemplateParameter, StackValue, string]>([
    ['text for a number', { Type: 'Number' }, 'ten', "Parameter 'P' must be a number."],
    ['true for a number', { Type: 'Number' }, true, "Parameter 'P' must be a number."],
    ['a list with text in it for numbers', { Type: 'List<Number>' }, [1, 'x'], "Parameter 'P' must be a number."],
    [
      'True, which YAML reads as true',
      { ...text, AllowedValues: ['True'] },
      true,
      "Parameter 'P' must be one of AllowedValues",
    ],
    ['a list for text', text, ['a', 'b'], "Parameter 'P' is of type String and takes no list."],
    ['a list for a number', { Type: 'Number' }, [1], "Parameter 'P' is of type Number and takes no list."],
    [
      'a list for the name of a Systems Manager parameter',
      { Type: 'AWS::SSM::Parameter::Value<List<String>>' },
      ['/a'],
      "Parameter 'P' is of type AWS::SSM::Parameter::Value<List<String>> and takes no list.",
    ],
    [
      'a member that would become two',
      { Type: 'CommaDelimitedList' },
      ['a,b'],
      "Parameter 'P' has the member 'a,b', and commas separate members.",
    ],
    [
      'a pattern broken by one member',
      { Type: 'CommaDelimitedList', AllowedPattern: '[a-z]' },
      ['a', '1'],
      "Parameter 'P' must match pattern [a-z]",
    ],
    [
      'a number out of bounds',
      { Type: 'Number', MaxValue: 10 },
      11,
      "Parameter 'P' must be a number not greater than 10",
    ],
    [
      'an id of another kind',
      { Type: 'AWS::EC2::VPC::Id' },
      'subnet-0a',
      'Parameter validation failed: parameter value subnet-0a for parameter name P does not exist',
    ],
    [
      'a secret for a Systems Manager parameter',
      { Type: 'AWS::SSM::Parameter::Value<String>' },
      { secretRef: '/db' },
      `Parameter validation failed: parameter value {{resolve:secretsmanager:/db:SecretString}} for parameter name P does not exist${refers('{{resolve:secretsmanager:/db:SecretString}}')})`,
    ],
    [
      'a reference for a number',
      { Type: 'Number' },
      { ssmRef: '/size' },
      `Parameter 'P' must be a number.${refers('{{resolve:ssm:/size}}')}${named})`,
    ],
    [
      'a secret longer as a reference than the template lets it be',
      { ...text, NoEcho: true, MaxLength: 20 },
      { secretRef: '/db' },
      `Parameter 'P' must contain at most 20 characters${refers('{{resolve:secretsmanager:/db:SecretString}}')})`,
    ],
  ])('%s', (_name, declaration, value, detail) => {
    expect(refusal(declaration, value)).toBe(`PARAMETER_VALUE ${detail}`);
  });
});

describe('defaults', () => {
  const declared = { P: { Type: 'Number', Default: 'many' } };
  const found = (checked: CheckedStack) =>
    parameterProblems([checked], [], targets).map(({ code, place }) => `${code} ${place.file}`);

  it('are held against the declaration where nothing else is said', () => {
    const placeOfDefault = () => ({ file: 'app.yaml' });
    expect(found(stack(declared, { placeOfDefault }))).toEqual(['PARAMETER_VALUE app.yaml']);
    expect(found(stack(declared))).toEqual(['PARAMETER_VALUE stack']);
    expect(found(stack(declared, { parameters: { P: 1 } }))).toEqual([]);
  });

  it('have a size too, since they are sent', () => {
    const long = (length: number) => found(stack({ P: { ...text, Default: 'x'.repeat(length) } }));
    expect([long(4096), long(4097)]).toEqual([[], ['LIMIT stack']]);
  });
});

describe('secrets written out for NoEcho parameters', () => {
  const secret = { Password: { ...text, NoEcho: 'true' } };
  const layer = (values: Layer['values'], selector: Omit<Layer, 'values'> = {}) => ({
    layer: { ...selector, values },
    placeOf: () => ({ file: 'layer' }),
  });

  it.each([
    ['in the pipeline', stack(secret, { parameters: { Password: 'hunter2' } }), [], 'Password'],
    ['in a layer', stack(secret), [layer({ Password: 'hunter2' })], 'layer'],
    [
      'in a layer that another one overrides',
      stack(secret),
      [layer({ Password: 'hunter2' }), { layer: { target: 'prod', values: { Password: { secretRef: '/db' } } } }],
      'layer',
    ],
    [
      'in a layer for a target that is not here',
      stack(secret),
      [
        layer({ Password: 'hunter2' }, { target: 'elsewhere' }),
        { layer: { values: { Password: { secretRef: '/db' } } } },
      ],
      'layer',
    ],
  ])('%s: all of it would travel', (_name, checked, layers, file) => {
    const problems = parameterProblems([checked], layers, targets);
    expect(problems).toMatchObject([{ code: 'NOECHO_VALUE', exit: 3, place: { file } }]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  const user = { User: { Type: 'String', NoEcho: true, MaxLength: 8 } } as const;

  it.each([
    ['a user name that may be read', stack(user, { parameters: { User: { notSecret: 'admin' } } }), []],
    [
      'one that its template refuses',
      stack(user, { parameters: { User: { notSecret: 'administrator' } } }),
      ['PARAMETER_VALUE'],
    ],
    ['a user name of which nothing is said', stack(user, { parameters: { User: 'admin' } }), ['NOECHO_VALUE']],
    [
      'what is called a password',
      stack(secret, { parameters: { Password: { notSecret: 'hunter2' } } }),
      ['NOECHO_VALUE'],
    ],
  ])('or are said to be none: %s', (_name, checked, codes) => {
    const problems = parameterProblems([checked], [], targets);
    expect(problems.map(({ code }) => code)).toEqual(codes);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('are found where no place is known', () => {
    const bare = { layer: { values: { Password: 'hunter2' } } };
    expect(parameterProblems([stack(secret)], [bare], targets)).toMatchObject([{ code: 'NOECHO_VALUE', place: {} }]);
  });
});

describe('tags', () => {
  const some = (count: number, prefix: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 'x']));

  it.each([
    [49, []],
    [50, ['LIMIT Stack api in production/prod has 51 tags with drawbridge:pipeline; the limit is 50.']],
  ])('%i of the pipeline and its layers together', (count, expected) => {
    const layers = [{ layer: { values: {}, tags: some(count - 30, 'layer') } }];
    const problems = parameterProblems([stack({}, { tags: some(30, 'own') })], layers, targets);
    expect(problems.map(({ code, cause }) => `${code} ${cause}`)).toEqual(expected);
  });
});

describe('a value of a layer that only some targets need', () => {
  const of = (name: string, declared: CheckedStack['declared'], role: string): CheckedStack => ({
    ...stack(declared),
    name,
    matchLabels: { role },
  });
  const stacks = [of('network', { Cidr: text }, 'network'), of('app', {}, 'app')];
  const where = ['network', 'app'].map((role) => ({ environment: 'production', name: role, labels: { role } }));
  const problems = (...layers: Layer[]) =>
    parameterProblems(
      stacks,
      layers.map((layer) => ({ layer })),
      where,
    ).map(({ cause }) => cause);

  it.each<[string, Layer[]]>([
    ['for all of them', [{ values: { Cidr: 'x' } }]],
    ['overridden where it is needed', [{ values: { Cidr: 'x' } }, { target: 'network', values: { Cidr: 'y' } }]],
  ])('is right %s', (_name, layers) => {
    expect(problems(...layers)).toEqual([]);
  });

  it('is wrong in a layer that no such target has', () => {
    expect(problems({ values: { Cidr: 'x' } }, { target: 'app', values: { Cidr: 'y' } })).toEqual([
      'Parameters do not fit the templates in production/app; declared by no template: Cidr.',
    ]);
  });
});
