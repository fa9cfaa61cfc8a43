import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GateSource } from '#shared/domain/gate/finding.ts';
import { gateProblems } from '#shared/domain/gate/gate-problems.ts';
import { gateTemplate } from '#shared/domain/gate/gate-template.ts';
import type { JsonObject } from '#shared/domain/template/template.ts';
import { findingsOf, namesOf, role, sourceOf } from './gate.ts';

const user = { Type: 'AWS::IAM::User' };
const stack = { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'child.yaml' } };
const context = { transforms: [] };

describe('the place of a finding', () => {
  const text = `Description: example
Transform: Rewrite
Resources:
  Worker:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: '*'
            Action: sts:AssumeRole
`;

  it('is a pointer with its line and column, or where its owner stands', () => {
    const found = gateTemplate({ ...sourceOf(text), file: 'app.yaml' }, context);
    expect(found.map(({ code, pointer, file, line, column }) => [code, pointer, file, line, column])).toEqual([
      ['GATE_TRANSFORM', '/Transform', 'app.yaml', 2, 1],
      ['GATE_TRUST', '/Resources/Worker/Properties/AssumeRolePolicyDocument/Statement/0', 'app.yaml', 9, 13],
      ['GATE_BOUNDARY', '/Resources/Worker', 'app.yaml', 4, 3],
    ]);
  });

  it('stands where the closest owner is, if it has no place of its own', () => {
    const positionOf = (path: readonly unknown[]) => (path.length === 1 ? { line: 7, column: 1 } : undefined);
    expect(gateTemplate({ template: { Resources: { It: user } }, positionOf }, context)).toMatchObject([{ line: 7 }]);
  });

  it('is a pointer alone where the text is not known', () => {
    expect(findingsOf({ Resources: { It: user } })).toEqual([
      {
        code: 'GATE_STATIC_CREDENTIAL',
        resource: 'It',
        pointer: '/Resources/It/Type',
        what: 'AWS::IAM::User is or carries a static credential.',
        next: 'Take it out; use a role, which has no keys.',
        waived: false,
      },
    ]);
    expect(
      gateTemplate({ template: { Resources: { It: user } }, positionOf: () => undefined }, context)[0],
    ).not.toHaveProperty('line');
  });

  it('is a pointer of RFC 6901', () => {
    expect(findingsOf({ Metadata: { 'a/b~c': { password: 'x' } } })[0]?.pointer).toBe('/Metadata/a~1b~0c/password');
  });
});

describe('nested templates', () => {
  const child = (nested?: GateSource['nested']): GateSource => ({
    template: { Resources: { Inner: stack, Key: { Type: 'AWS::IAM::AccessKey' } } } as unknown as JsonObject,
    file: 'child.yaml',
    ...(nested && { nested }),
  });

  it('are walked, and what is found is named by the way to it', () => {
    const grandchild: GateSource = { template: { Transform: 'M', Resources: { User: user } }, file: 'grandchild.yaml' };
    const found = findingsOf({ Resources: { Outer: stack } }, {}, { Outer: child({ Inner: grandchild }) });
    expect(found.map(({ code, resource, file }) => [code, resource, file])).toEqual([
      ['GATE_STATIC_CREDENTIAL', 'Outer/Key', 'child.yaml'],
      ['GATE_TRANSFORM', 'Outer/Inner', 'grandchild.yaml'],
      ['GATE_STATIC_CREDENTIAL', 'Outer/Inner/User', 'grandchild.yaml'],
    ]);
  });

  it('that are missing are found one level down as well', () => {
    expect(namesOf({ Resources: { Outer: stack } }, {}, { Outer: child() })).toEqual([
      'GATE_STATIC_CREDENTIAL Outer/Key',
      'GATE_URL Outer/Inner',
    ]);
  });

  it('see their own resources only', () => {
    const arn = { 'Fn::GetAtt': ['Role', 'Arn'] };
    const inner = {
      Policy: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { PolicyDocument: { Statement: { Effect: 'Allow', Action: 'iam:PassRole', Resource: arn } } },
      },
    };
    expect(findingsOf({ Resources: { Role: role(), ...inner } })).toEqual([]);
    const nested = { Outer: { template: { Resources: inner } as unknown as JsonObject } };
    expect(namesOf({ Resources: { Role: role(), Outer: stack } }, {}, nested)).toEqual(['GATE_POLICY Outer/Policy']);
  });
});

describe('suppression inside the template', () => {
  it.each([
    ['cfn_nag', 'cfn_nag'],
    ['guard', 'cfn-guard'],
    ['checkov', 'checkov'],
    ['cfn-lint', 'cfn-lint'],
  ])('for %s is not heard, and the finding says so', (key, name) => {
    const said = `AWS::IAM::User is or carries a static credential. Its suppression for ${name} is not heard here.`;
    expect(findingsOf({ Resources: { It: { ...user, Metadata: { [key]: {} } } } })[0]?.what).toBe(said);
    expect(findingsOf({ Metadata: { [key]: {} }, Resources: { It: user } })[0]?.what).toBe(said);
  });

  it('names all of them once', () => {
    const Metadata = { cfn_nag: {}, checkov: {} };
    expect(findingsOf({ Metadata, Resources: { It: { ...user, Metadata } } })[0]?.what).toMatch(
      /for cfn_nag and checkov is not heard here\.$/,
    );
  });

  it.each([
    ['other metadata', { Resources: { It: { ...user, Metadata: { note: 'cfn_nag' } } } }],
    ['another resource', { Resources: { It: user, Topic: { Type: 'AWS::SNS::Topic', Metadata: { cfn_nag: {} } } } }],
    ['metadata that is no object', { Resources: { It: { ...user, Metadata: 'cfn_nag' } } }],
  ])('is not said of %s', (_name, template) => {
    expect(findingsOf(template)[0]?.what).not.toContain('suppression');
  });
});

describe('waived codes', () => {
  const template = { Transform: 'M', Resources: { It: user } };

  it('are kept and marked, and stop nothing', () => {
    const found = findingsOf(template, { waive: ['GATE_TRANSFORM'] });
    expect(found.map(({ code, waived }) => [code, waived])).toEqual([
      ['GATE_TRANSFORM', true],
      ['GATE_STATIC_CREDENTIAL', false],
    ]);
    expect(gateProblems(found).map(({ code }) => code)).toEqual(['GATE_STATIC_CREDENTIAL']);
  });

  it('are none unless they are named', () => {
    expect(findingsOf(template, { waive: [] }).every(({ waived }) => !waived)).toBe(true);
  });
});

describe('a finding as a problem', () => {
  it('has the code, the place, the cause and the next step, and is a refusal', () => {
    const [found] = gateTemplate(
      { template: { Resources: { It: user } }, file: 'app.yaml', positionOf: () => ({ line: 3, column: 5 }) },
      context,
    );
    expect(gateProblems([found!])).toEqual([
      {
        code: 'GATE_STATIC_CREDENTIAL',
        exit: 3,
        status: 422,
        cause: 'AWS::IAM::User is or carries a static credential.',
        next: 'Take it out; use a role, which has no keys.',
        place: { file: 'app.yaml', line: 3, column: 5, pointer: '/Resources/It/Type', resource: 'It' },
      },
    ]);
  });
});

describe('laws', () => {
  const seed = 20_251_123;
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<never>;

  it('whatever stands in a template, the gate answers and throws nothing', () => {
    const part = fc.oneof(
      json,
      fc.constantFrom(user, role(), stack, { 'Fn::If': ['C', user] }, { Ref: 'AWS::NoValue' }),
    );
    const template = fc.record({
      Transform: part,
      Parameters: part,
      Metadata: part,
      Resources: fc.oneof(part, fc.dictionary(fc.string(), part)),
    });
    fc.assert(
      fc.property(template, (one) => Array.isArray(findingsOf(one))),
      { seed },
    );
  });

  it('a user is found whatever stands around it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), json, (others, metadata) => {
        const Resources = { ...others, Deployer: { ...user, Metadata: metadata, Condition: metadata } };
        expect(namesOf({ Resources })).toContain('GATE_STATIC_CREDENTIAL Deployer');
      }),
      { seed },
    );
  });

  it('a branch never hides what is refused in plain sight', () => {
    const wide = { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' };
    const narrow = { ...wide, Principal: { Service: 'lambda.amazonaws.com' } };
    const hidden = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constant(wide),
        fc.record({
          'Fn::If': fc.oneof(
            fc.tuple(fc.constant('C'), tie('value'), fc.constantFrom(narrow, { Ref: 'AWS::NoValue' })),
            fc.tuple(fc.constant('C'), fc.constantFrom(narrow, { Ref: 'AWS::NoValue' }), tie('value')),
          ),
        }),
      ),
    })).value;
    fc.assert(
      fc.property(hidden, (statement) => {
        const document = { Statement: [narrow, statement] };
        expect(namesOf({ Resources: { It: role({ AssumeRolePolicyDocument: document }) } })).toEqual(['GATE_TRUST It']);
      }),
      { seed },
    );
  });
});
