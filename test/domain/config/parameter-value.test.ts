import { describe, expect, it } from 'vitest';
import {
  isLiteral,
  LayerValue,
  outputReference,
  parameterText,
  StackValue,
} from '#shared/domain/config/parameter-value.ts';

describe('what CloudFormation is sent', () => {
  it.each([
    ['text', 'info', 'String', 'info'],
    ['a number', 2.5, 'Number', '2.5'],
    ['true', true, 'String', 'true'],
    ['a list', ['a', 'b'], 'CommaDelimitedList', 'a,b'],
    ['an empty list', [], 'CommaDelimitedList', ''],
    ['a list of numbers', [80, 443], 'List<Number>', '80,443'],
    ['a parameter of Systems Manager', { ssmRef: '/db/host:3' }, 'String', '{{resolve:ssm:/db/host:3}}'],
    ['its name, for SSM types', { ssmRef: '/db/host' }, 'AWS::SSM::Parameter::Value<String>', '/db/host'],
    ['a secret', { secretRef: '/orders/db' }, 'String', '{{resolve:secretsmanager:/orders/db:SecretString}}'],
    [
      'a member of a secret',
      { secretRef: '/orders/db', jsonKey: 'password' },
      'String',
      '{{resolve:secretsmanager:/orders/db:SecretString:password}}',
    ],
  ])('for %s', (_name, value, type, expected) => {
    expect(LayerValue.parse(value)).toEqual(value);
    expect(parameterText(value, type)).toBe(expected);
  });
});

describe('which values stand in the file', () => {
  it.each([
    ['text', 'a', true],
    ['a list', ['a'], true],
    ['a secret', { secretRef: 'a' }, false],
    ['an output', { fromOutput: 'a.B' }, false],
  ])('%s', (_name, value, expected) => {
    expect(isLiteral(StackValue.parse(value))).toBe(expected);
  });
});

describe('where a value comes from', () => {
  it.each([
    ['an output', { fromOutput: 'network.VpcId' }, { stack: 'network', output: 'VpcId' }],
    ['text', 'network.VpcId', undefined],
    ['a secret', { secretRef: 'a' }, undefined],
  ])('%s', (_name, value, expected) => {
    expect(outputReference(value)).toEqual(expected);
  });
});

describe('values that are refused', () => {
  it.each([
    ['an output without a stack', { fromOutput: 'VpcId' }],
    ['an output of two parts too many', { fromOutput: 'a.B.c' }],
    ['a reference that closes itself', { ssmRef: 'a}}' }],
    ['a secret by ARN', { secretRef: 'arn:aws:secretsmanager:eu-west-1:1:secret:a' }],
    ['two references', { ssmRef: 'a', secretRef: 'b' }],
    ['nothing', null],
    ['a list of lists', [['a']]],
    ['a list with true in it', [true]],
  ])('%s', (_name, value) => {
    expect(StackValue.safeParse(value).success).toBe(false);
  });

  it.each([
    [4096, true],
    [4097, false],
  ])('%i bytes fit: %s', (bytes, fits) => {
    expect(StackValue.safeParse('x'.repeat(bytes)).success).toBe(fits);
  });
});
