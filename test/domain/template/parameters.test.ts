import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parameterMembers, parameterType } from '#shared/domain/template/parameter-types.ts';
import { parameterErrors } from '#shared/domain/template/parameter-values.ts';
import type { TemplateParameter } from '#shared/domain/template/template.ts';

const errorOf = (P: TemplateParameter, value: string) => parameterErrors({ P }, { P: value })[0]?.message;

describe('parameter types', () => {
  it.each<[string, ReturnType<typeof parameterType>]>([
    ['String', { list: false, number: false }],
    ['Number', { list: false, number: true }],
    ['CommaDelimitedList', { list: true, number: false }],
    ['List<Number>', { list: true, number: true }],
    ['AWS::EC2::VPC::Id', { list: false, number: false, resource: 'AWS::EC2::VPC::Id' }],
    ['List<AWS::EC2::Subnet::Id>', { list: true, number: false, resource: 'AWS::EC2::Subnet::Id' }],
    ['AWS::SSM::Parameter::Name', { list: false, number: false, ssm: 'name' }],
    [
      'AWS::SSM::Parameter::Value<String>',
      { list: false, number: false, ssm: 'value', inner: { list: false, number: false } },
    ],
    [
      'AWS::SSM::Parameter::Value<CommaDelimitedList>',
      { list: false, number: false, ssm: 'value', inner: { list: true, number: false } },
    ],
    ['AWS::SSM::Parameter::Value<Number>', undefined],
    ['AWS::SSM::Parameter::Value<Foo>', undefined],
    ['List<AWS::EC2::KeyPair::KeyName>', undefined],
    ['Boolean', undefined],
    ['List<Foo>', undefined],
  ])('%s', (declared, expected) => {
    expect(parameterType(declared)).toEqual(expected);
  });

  it.each([
    ['a list is split and trimmed', 'a, b ,,c', ['a', 'b', '', 'c']],
    ['an empty list has no members', '', []],
  ])('%s', (_case, value, expected) => {
    expect(parameterMembers({ list: true, number: false }, value)).toEqual(expected);
  });
});

describe('values that satisfy their declaration', () => {
  it.each<[string, TemplateParameter, string]>([
    ['any text', { Type: 'String' }, ''],
    ['a number with exponent', { Type: 'Number' }, '-1.5e3'],
    ['an allowed number', { Type: 'Number', AllowedValues: [1, 2] }, '2'],
    ['an allowed boolean', { Type: 'String', AllowedValues: [true, false] }, 'true'],
    ['every member of a list allowed', { Type: 'CommaDelimitedList', AllowedValues: ['a', 'b'] }, 'b, a'],
    ['a pattern that matches all of it', { Type: 'String', AllowedPattern: 'a+|b+' }, 'bbb'],
    ['lengths at the bounds', { Type: 'String', MinLength: '2', MaxLength: 2 }, 'ab'],
    ['numbers at the bounds', { Type: 'Number', MinValue: 0, MaxValue: '10' }, '10'],
    ['an id in form', { Type: 'List<AWS::EC2::Subnet::Id>' }, 'subnet-0a1, subnet-2'],
    ['a parameter name', { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>' }, '/aws/service/ami:1'],
  ])('%s', (_case, declaration, value) => {
    expect(errorOf(declaration, value)).toBeUndefined();
  });

  it('says nothing about values that are not given or not declared', () => {
    expect(parameterErrors({ P: { Type: 'Number' } }, { Q: 'x' })).toEqual([]);
  });
});

describe('values that do not', () => {
  it.each<[string, TemplateParameter, string, string]>([
    ['an unknown type', { Type: 'Foo' }, 'x', 'Unrecognized parameter type: Foo'],
    ['text for a number', { Type: 'Number' }, '1a', "Parameter 'P' must be a number."],
    ['nothing for a number', { Type: 'Number' }, '', "Parameter 'P' must be a number."],
    ['text in a list of numbers', { Type: 'List<Number>' }, '1,x', "Parameter 'P' must be a number."],
    [
      'a value not allowed',
      { Type: 'String', AllowedValues: ['a'] },
      'b',
      "Parameter 'P' must be one of AllowedValues",
    ],
    ['a partial match', { Type: 'String', AllowedPattern: 'a|b' }, 'ab', "Parameter 'P' must match pattern a|b"],
    ['a pattern nothing can match', { Type: 'String', AllowedPattern: '(' }, 'a', "Parameter 'P' must match pattern ("],
    ['too short', { Type: 'String', MinLength: 12 }, 'a', "Parameter 'P' must contain at least 12 characters"],
    ['too long', { Type: 'String', MaxLength: 1 }, 'ab', "Parameter 'P' must contain at most 1 characters"],
    ['too small', { Type: 'Number', MinValue: 1 }, '0', "Parameter 'P' must be a number not less than 1"],
    ['too great', { Type: 'Number', MaxValue: 1 }, '2', "Parameter 'P' must be a number not greater than 1"],
    [
      'a described constraint',
      { Type: 'String', AllowedPattern: 'a', ConstraintDescription: 'only a' },
      'b',
      'Parameter P failed to satisfy constraint: only a',
    ],
    [
      'an id of another kind',
      { Type: 'AWS::EC2::VPC::Id' },
      'subnet-1',
      'Parameter validation failed: parameter value subnet-1 for parameter name P does not exist',
    ],
    [
      'an impossible parameter name',
      { Type: 'AWS::SSM::Parameter::Name' },
      'a b',
      'Parameter validation failed: parameter value a b for parameter name P does not exist',
    ],
  ])('%s', (_case, declaration, value, message) => {
    expect(errorOf(declaration, value)).toBe(message);
  });
});

describe('laws', () => {
  it('every integer is a number, and within the bounds it sets itself', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(errorOf({ Type: 'Number', MinValue: value, MaxValue: value }, String(value))).toBeUndefined();
      }),
      { seed: 3 },
    );
  });

  it('a list is valid exactly if each of its members is', () => {
    const declaration = { AllowedPattern: '[ab]{1,2}' };
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1 }), { minLength: 1 }),
        (list) => {
          const whole = errorOf({ Type: 'CommaDelimitedList', ...declaration }, list.join(',')) === undefined;
          const each = list.every((member) => errorOf({ Type: 'String', ...declaration }, member) === undefined);
          expect(whole).toBe(each);
        },
      ),
      { seed: 4 },
    );
  });
});
