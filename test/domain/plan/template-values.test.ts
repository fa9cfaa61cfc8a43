import { describe, expect, it } from 'vitest';
import { templateSides } from '#shared/domain/plan/template-sides.ts';
import { knownValue, presentEntries, propertyValues, type TemplateSide } from '#shared/domain/plan/template-values.ts';
import type { Json, JsonObject } from '#shared/domain/template/template.ts';

const side: TemplateSide = {
  template: {
    Parameters: {
      Stage: { Type: 'String' },
      Size: { Type: 'Number', Default: 3 },
      Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
      Subnets: { Type: 'List<AWS::EC2::Subnet::Id>' },
      Password: { Type: 'String', NoEcho: 'TRUE', Default: 'x' },
      Image: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/images/latest' },
      Missing: { Type: 'String' },
      Odd: 'not a declaration',
    },
    Mappings: { Sizes: { production: { Cpu: 4, Zones: ['a', 'b'] } } },
    Conditions: {
      IsProduction: { 'Fn::Equals': [{ Ref: 'Stage' }, 'production'] },
      IsTest: { 'Fn::Equals': [{ Ref: 'Stage' }, 'test'] },
      InRegion: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
      SameRegion: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, { Ref: 'AWS::Region' }] },
      Neither: { 'Fn::Not': [{ 'Fn::Or': [{ Condition: 'IsTest' }, { 'Fn::Not': [{ Condition: 'IsProduction' }] }] }] },
      Both: { 'Fn::And': [{ Condition: 'IsProduction' }, { Condition: 'InRegion' }] },
      BothNot: { 'Fn::And': [{ Condition: 'IsTest' }, { Condition: 'InRegion' }] },
      NotInRegion: { 'Fn::Not': [{ Condition: 'InRegion' }] },
      Malformed: { 'Fn::Equals': ['a'] },
      Empty: { 'Fn::Equals': 'a' },
    },
    Resources: {},
  },
  parameters: { Stage: 'production', Subnets: 'subnet-1,subnet-2', Undeclared: 'x' },
};
const ref = (name: string): JsonObject => ({ Ref: name });
const either = (condition: Json): JsonObject => ({ 'Fn::If': [condition, 'yes', ref('Stage')] });

describe('what a template says before it is deployed', () => {
  it.each<[string, Json, Json]>([
    ['plain values', [1, true, null, 'text', { a: 'b' }], [1, true, null, 'text', { a: 'b' }]],
    ['a parameter', ref('Stage'), 'production'],
    ['a default', ref('Size'), '3'],
    ['a list', ref('Subnets'), ['subnet-1', 'subnet-2']],
    ['a list by default', ref('Zones'), ['a', 'b']],
    ['a parameter that is not shown', ref('Password'), '${Password}'],
    ['a parameter kept elsewhere', ref('Image'), '${ssm /images/latest}'],
    ['a parameter without a value', ref('Missing'), '${Missing}'],
    ['a parameter whose declaration is none', ref('Odd'), '${Odd}'],
    ['a value of no parameter', ref('Undeclared'), '${Undeclared}'],
    ['a resource', ref('Queue'), '${Queue}'],
    ['a pseudo parameter', ref('AWS::Region'), '${AWS::Region}'],
    ['no value', ref('AWS::NoValue'), ref('AWS::NoValue')],
    ['an attribute', { 'Fn::GetAtt': ['Queue', 'Arn'] }, '${Queue.Arn}'],
    ['an attribute in one text', { 'Fn::GetAtt': 'Queue.Arn' }, '${Queue.Arn}'],
    ['an import', { 'Fn::ImportValue': { 'Fn::Sub': '${Stage}-vpc' } }, '${import production-vpc}'],
    ['a text', { 'Fn::Sub': '${Stage}-${ Queue.Arn }-${!aws:username}' }, 'production-${Queue.Arn}-${aws:username}'],
    ['a text with variables', { 'Fn::Sub': ['${A}-${Size}', { A: ref('Stage') }] }, 'production-3'],
    ['a text with odd variables', { 'Fn::Sub': ['${Stage}', 'x'] }, 'production'],
    ['a text that is none', { 'Fn::Sub': [1] }, '${Fn::Sub [1]}'],
    ['a joined list', { 'Fn::Join': ['/', ['a', ref('Stage'), ref('Queue')]] }, 'a/production/${Queue}'],
    [
      'a list that is not known',
      { 'Fn::Join': [',', { 'Fn::Cidr': ['x'] }] },
      '${Fn::Join [",","${Fn::Cidr [\\"x\\"]}"]}',
    ],
    ['a split text', { 'Fn::Split': [',', 'a,b'] }, ['a', 'b']],
    ['a text that cannot be split yet', { 'Fn::Split': [',', ref('Queue')] }, '${Fn::Split [",","${Queue}"]}'],
    ['one of a list', { 'Fn::Select': ['1', ref('Subnets')] }, 'subnet-2'],
    ['one that is not there', { 'Fn::Select': [7, ref('Zones')] }, '${Fn::Select [7,["a","b"]]}'],
    ['a mapping', { 'Fn::FindInMap': ['Sizes', ref('Stage'), 'Cpu'] }, 4],
    [
      'a mapping that is not there',
      { 'Fn::FindInMap': ['Sizes', 'test', 'Cpu'] },
      '${Fn::FindInMap ["Sizes","test","Cpu"]}',
    ],
    ['a function without arguments', { 'Fn::GetAZs': '' }, '${Fn::GetAZs }'],
    ['a true condition', either('IsProduction'), 'yes'],
    ['a false condition', either('IsTest'), 'production'],
    ['a condition of conditions', either('Neither'), 'yes'],
    ['an undecided condition', either('InRegion'), { 'Fn::If': ['InRegion', 'yes', 'production'] }],
    ['the same on both sides', either('SameRegion'), 'yes'],
    ['one undecided of both', either('Both'), { 'Fn::If': ['Both', 'yes', 'production'] }],
    ['one false of both', either('BothNot'), 'production'],
    ['not undecided', either('NotInRegion'), { 'Fn::If': ['NotInRegion', 'yes', 'production'] }],
    ['a malformed condition', either('Malformed'), { 'Fn::If': ['Malformed', 'yes', 'production'] }],
    ['an empty condition', either('Empty'), { 'Fn::If': ['Empty', 'yes', 'production'] }],
    ['a condition that is not there', either('Nowhere'), { 'Fn::If': ['Nowhere', 'yes', 'production'] }],
    ['a malformed choice', { 'Fn::If': ['IsTest'] }, '${Fn::If ["IsTest"]}'],
  ])('%s', (_name, value, expected) => {
    expect(knownValue(value, side)).toEqual(expected);
  });

  it('leaves out what a condition takes away, and what is nothing', () => {
    const template: JsonObject = {
      ...side.template,
      Resources: {
        A: { Condition: 'IsTest' },
        B: { Condition: 'IsProduction' },
        C: { Condition: 'InRegion' },
        D: {},
        E: 1,
      },
    };
    expect(presentEntries({ ...side, template }, 'Resources').map(([name]) => name)).toEqual(['B', 'C', 'D']);
    expect(presentEntries(side, 'Outputs')).toEqual([]);
  });

  it('knows every alternative of a property', () => {
    const value = knownValue({ A: { 'Fn::If': ['InRegion', 'x', ref('AWS::NoValue')] } }, side);
    expect(propertyValues(value, 'A')).toEqual(['x']);
    expect(propertyValues(value, 'B')).toEqual([]);
    expect(propertyValues('computed', 'A')).toEqual([]);
  });
});

describe('the templates of nested stacks', () => {
  const nested = (parameters: Json, more: JsonObject = {}): JsonObject => ({
    Type: 'AWS::CloudFormation::Stack',
    Properties: { Parameters: parameters },
    ...more,
  });
  const templates = {
    '': {
      after: {
        Parameters: { Stage: { Type: 'String' } },
        Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
        Resources: {
          Child: nested({ Name: { Ref: 'Stage' }, List: ['a', 'b'], Count: 1, Arn: { 'Fn::GetAtt': ['Q', 'Arn'] } }),
          Absent: nested({}, { Condition: 'Never' }),
          Unread: nested({}),
          Odd: nested('computed'),
          Bare: { Type: 'AWS::CloudFormation::Stack' },
          Computed: { Type: 'AWS::CloudFormation::Stack', Properties: { 'Fn::Transform': {} } },
        },
      },
    },
    Child: { before: { Resources: {} }, after: { Resources: { Inner: nested({ Name: { Ref: 'Name' } }) } } },
    'Child/Inner': { after: { Resources: {} } },
    Absent: { after: { Resources: {} } },
    Odd: { after: { Resources: {} } },
    Bare: { after: { Resources: {} } },
    Computed: { after: { Resources: {} } },
  };

  it('get their values from their parents', () => {
    const sides = templateSides(templates, 'after', { Stage: 'production' });
    expect([...sides].map(([within, { parameters }]) => [within, parameters])).toEqual([
      ['', { Stage: 'production' }],
      ['Child', { Name: 'production', List: 'a,b', Count: '1', Arn: '${Q.Arn}' }],
      ['Child/Inner', { Name: '${Name}' }],
      ['Odd', {}],
      ['Bare', {}],
      ['Computed', {}],
    ]);
  });

  it('are nothing on a side without a template', () => {
    expect(templateSides(templates, 'before', {}).size).toBe(0);
  });
});
