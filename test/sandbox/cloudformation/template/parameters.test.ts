import { describe, expect, it } from 'vitest';
import { resolveParameters, type SuppliedParameter } from '#sandbox/cloudformation/template/parameters.ts';
import type { TemplateParameter } from '#shared/domain/template/template.ts';

const declared: Record<string, TemplateParameter> = {
  Env: { Type: 'String', AllowedValues: ['dev', 'prod'] },
  Size: { Type: 'Number', Default: 3 },
  Secret: { Type: 'String', Default: 'x', NoEcho: 'TRUE' },
};

const resolve = (supplied: SuppliedParameter[], previous: Record<string, string> = {}) =>
  resolveParameters({ Resources: {}, Parameters: declared }, supplied, previous);

describe('parameters of a stack', () => {
  it.each<[string, SuppliedParameter[], Record<string, string>, Record<string, string>]>([
    [
      'supplied, or their defaults',
      [{ ParameterKey: 'Env', ParameterValue: 'dev' }],
      {},
      { Env: 'dev', Size: '3', Secret: 'x' },
    ],
    [
      'previous only where asked for',
      [{ ParameterKey: 'Env', UsePreviousValue: true }],
      { Env: 'prod', Size: '7' },
      { Env: 'prod', Size: '3', Secret: 'x' },
    ],
    [
      'UsePreviousValue false with a value',
      [{ ParameterKey: 'Env', ParameterValue: 'dev', UsePreviousValue: false }],
      { Env: 'prod' },
      { Env: 'dev', Size: '3', Secret: 'x' },
    ],
  ])('%s', (_case, supplied, previous, values) => {
    expect(resolve(supplied, previous)).toEqual({ kind: 'parameters', values, noEcho: ['Secret'] });
  });

  it('are none where the template has none', () => {
    expect(resolveParameters({ Resources: {} }, [], {})).toEqual({ kind: 'parameters', values: {}, noEcho: [] });
  });

  it.each<[string, SuppliedParameter[], string]>([
    ['missing', [], 'Parameters: [Env] must have values'],
    [
      'unknown',
      [
        { ParameterKey: 'Foo', ParameterValue: 'x' },
        { ParameterKey: 'Bar', ParameterValue: 'x' },
      ],
      'Parameters: [Foo, Bar] do not exist in the template',
    ],
    ['not allowed', [{ ParameterKey: 'Env', ParameterValue: 'test' }], "Parameter 'Env' must be one of AllowedValues"],
    [
      'given twice',
      [
        { ParameterKey: 'Env', ParameterValue: 'dev' },
        { ParameterKey: 'Env', ParameterValue: 'prod' },
      ],
      'Parameter Env is specified more than once',
    ],
    ['without value', [{ ParameterKey: 'Env' }], 'Need to specify either usePreviousValue as true or value'],
    ['with both', [{ ParameterKey: 'Env', ParameterValue: 'dev', UsePreviousValue: true }], 'as true and a value'],
    ['previous without one', [{ ParameterKey: 'Env', UsePreviousValue: true }], 'not in the previous template'],
    ['too long', [{ ParameterKey: 'Env', ParameterValue: 'x'.repeat(4097) }], 'exceeds the limit of 4096 bytes'],
    ['nameless', [{ ParameterValue: 'x' }], 'Parameters: [] do not exist in the template'],
  ])('%s is refused', (_case, supplied, message) => {
    expect(resolve(supplied)).toEqual({ kind: 'invalid', message: expect.stringContaining(message) });
  });
});
