import { describe, expect, it } from 'vitest';
import type { PlacedLayer } from '#shared/domain/config/resolve-parameters.ts';
import type { Layer } from '#shared/domain/config/schema.ts';
import { type CheckedStack, parameterProblems } from '#shared/domain/release/check-parameters.ts';
import type { TemplateParameter } from '#shared/domain/template/template.ts';

const stack = (
  name: string,
  declared: Record<string, TemplateParameter>,
  parameters: CheckedStack['parameters'] = {},
): CheckedStack => ({
  name,
  declared,
  parameters,
  tags: {},
  placeOf: (parameter = 'stack') => ({ file: `${name}.${parameter}` }),
});

const layer = (values: Layer['values'], selector: Omit<Layer, 'values'> = {}): PlacedLayer => ({
  layer: { ...selector, values },
  placeOf: (_section, name) => ({ file: `layer.${name}` }),
});

const targets = [
  { environment: 'pre-production', name: 'pre', labels: {} },
  { environment: 'production', name: 'prod', labels: {} },
];
const text: TemplateParameter = { Type: 'String' };
const found = (stacks: CheckedStack[], layers: PlacedLayer[] = [], where = targets) =>
  parameterProblems(stacks, layers, where).map(
    ({ code, cause, place, exit }) => `${code} ${exit} ${place.file ?? ''} ${cause}`,
  );

describe('parameters that fit', () => {
  it.each([
    ['none', {}, {}, []],
    ['a default', { A: { ...text, Default: '' } }, {}, []],
    ['a value of the pipeline', { A: text }, { A: 'x' }, []],
    ['a value of a layer', { A: text }, {}, [layer({ A: 'x' })]],
    ['a reference', { A: { ...text, NoEcho: true } }, { A: { secretRef: 'x' } }, []],
    [
      'a reference that CloudFormation resolves by its name',
      { A: { Type: 'AWS::SSM::Parameter::Value<String>' } },
      { A: { ssmRef: '/x' } },
      [],
    ],
    ['an output, whatever the type', { A: { Type: 'AWS::EC2::VPC::Id' } }, { A: { fromOutput: 'network.VpcId' } }, []],
    ['the bucket, which Drawbridge fills', { ArtifactsBucket: text }, {}, []],
    ['an allowed value', { A: { ...text, AllowedValues: ['x', 'y'] } }, {}, [layer({ A: 'x' })]],
  ])('%s', (_name, declared, values, layers) => {
    expect(found([stack('api', declared, values)], layers)).toEqual([]);
  });

  it('may be declared by only one of the stacks', () => {
    expect(found([stack('api', { A: text }), stack('web', {})], [layer({ A: 'x' })])).toEqual([]);
  });

  it('may be anywhere while no target is known', () => {
    const known = [{ environment: 'production' }];
    expect(parameterProblems([stack('api', { A: text })], [layer({ A: 'x' }, { target: 'prod' })], known)).toEqual([]);
  });
});

describe('parameters that do not fit', () => {
  it('are listed together: what is missing and what is unknown', () => {
    const stacks = [stack('api', { LogLevel: text, Size: text }, { LogLevl: 'x' }), stack('web', { Mode: text })];
    expect(found(stacks, [layer({ Modus: 'x' })])).toEqual([
      'PARAMETERS_MISMATCH 2 api.LogLevl Parameters do not fit the templates in pre-production/pre, production/prod; ' +
        'without a value or default: api.LogLevel, api.Size, web.Mode; ' +
        'declared by no template: api.LogLevl (did you mean LogLevel?), Modus.',
    ]);
  });

  it('are told apart by target', () => {
    const layers = [
      layer({ A: 'x' }, { environment: 'production' }),
      layer({ B: 'x' }, { environment: 'pre-production' }),
    ];
    expect(found([stack('api', { A: text })], layers)).toEqual([
      'PARAMETERS_MISMATCH 2 layer.B Parameters do not fit the templates in pre-production/pre; ' +
        'without a value or default: api.A; declared by no template: B (did you mean A?).',
    ]);
  });

  it('are placed at the stack when something is missing, by environment while no target is known', () => {
    expect(parameterProblems([stack('api', { A: text })], [], [{ environment: 'production' }])).toMatchObject([
      {
        code: 'PARAMETERS_MISMATCH',
        place: { file: 'api.stack' },
        cause: expect.stringContaining('in production; without'),
      },
    ]);
  });

  it('are reported without a place where none is known', () => {
    const bare: PlacedLayer = { layer: { values: { Other: 'x', A: 'z' } } };
    const one = stack('api', { A: { ...text, AllowedValues: ['x'] } });
    expect(parameterProblems([one], [bare], targets).map(({ code, place }) => ({ code, place }))).toEqual([
      { code: 'PARAMETERS_MISMATCH', place: {} },
      { code: 'PARAMETER_VALUE', place: {} },
    ]);
  });
});

describe('values that the template refuses', () => {
  it('are placed where they are written, once', () => {
    const declared = { Level: { ...text, AllowedValues: ['info'] } };
    expect(found([stack('api', declared)], [layer({ Level: 'loud' })])).toEqual([
      "PARAMETER_VALUE 2 layer.Level The template refuses a value for pre-production/pre: Parameter 'Level' must be one of AllowedValues",
    ]);
    expect(found([stack('api', declared, { Level: 'loud' })])).toEqual([
      expect.stringMatching(/^PARAMETER_VALUE 2 api\.Level /),
    ]);
  });

  it('include secrets that are written out', () => {
    const secret = { Password: { ...text, NoEcho: true } };
    const problems = found([stack('api', secret)], [layer({ Password: 'hunter2' })]);
    expect(problems).toEqual([expect.stringMatching(/^NOECHO_VALUE 3 layer\.Password /)]);
    expect(problems.join()).not.toContain('hunter2');
  });
});
