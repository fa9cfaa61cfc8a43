import { describe, expect, it } from 'vitest';
import { parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import type { PolicyUse } from '#shared/domain/iam/parse-statement.ts';
import { readPrincipal } from '#shared/domain/iam/principal.ts';
import { allow, document, type StatementDocument } from './policy-builders.ts';

const problemsOf = (value: unknown, use?: PolicyUse) => {
  const parsed = parsePolicy(value, use);
  return parsed.kind === 'unsupported' ? parsed.problems.map(({ pointer, message }) => `${pointer}: ${message}`) : [];
};

describe('parsePolicy reads', () => {
  it('a whole policy, every element normalised to lists', () => {
    const parsed = parsePolicy({
      Version: '2012-10-17',
      Id: 'example',
      Statement: [
        {
          Sid: 'Read',
          Effect: 'Allow',
          Principal: { AWS: '111111111111', Service: ['lambda.amazonaws.com'], Federated: 'accounts.google.com' },
          NotAction: 's3:Put*',
          NotResource: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/${aws:PrincipalTag/team}'],
          Condition: {
            'ForAnyValue:StringLikeIfExists': { 'aws:TagKeys': ['a', 'b'] },
            Bool: { 'aws:ViaAWSService': false },
          },
        },
      ],
    });
    expect(parsed).toEqual({
      kind: 'policy',
      policy: {
        version: '2012-10-17',
        id: 'example',
        statements: [
          {
            label: 'Read',
            effect: 'Allow',
            principals: [
              { kind: 'account', name: '111111111111' },
              { kind: 'service', name: 'lambda.amazonaws.com' },
              { kind: 'federated', name: 'accounts.google.com' },
            ],
            action: { except: true, patterns: ['s3:Put*'] },
            resource: { except: true, patterns: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/${aws:PrincipalTag/team}'] },
            conditions: [
              {
                operator: 'StringLike',
                ifExists: true,
                quantifier: 'ForAnyValue',
                key: 'aws:TagKeys',
                values: ['a', 'b'],
              },
              { operator: 'Bool', ifExists: false, key: 'aws:ViaAWSService', values: ['false'] },
            ],
          },
        ],
      },
    });
  });

  it('a single statement, JSON text, and no version as 2008-10-17', () => {
    const parsed = parsePolicy(JSON.stringify({ Statement: allow('*') }));
    expect(parsed).toMatchObject({
      kind: 'policy',
      policy: { version: '2008-10-17', statements: [{ label: 'statement 1' }] },
    });
  });

  it.each<[string, StatementDocument]>([
    ['a wildcard principal', { Principal: '*' }],
    ['a default for a variable', { Resource: "arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}" }],
    ['literal characters as variables', { Resource: 'arn:aws:s3:::b/${*}${?}${$}' }],
    [
      'a key of an identity provider',
      { Condition: { StringEquals: { 'token.actions.githubusercontent.com:sub': 'a' } } },
    ],
    ['an ARN pattern with a variable', { Condition: { ArnLike: { 'aws:SourceArn': '${aws:PrincipalArn}' } } }],
    ['a date in seconds', { Condition: { DateLessThan: { 'aws:CurrentTime': 1_767_000_000 } } }],
    ['numbers', { Condition: { NumericLessThan: { 's3:max-keys': [10, '1.5'] } } }],
    ['Null', { Condition: { Null: { 'aws:TagKeys': true } } }],
  ])('%s', (_name, element) => {
    expect(problemsOf(document(allow('s3:*', '*', element)))).toEqual([]);
  });
});

describe('parsePolicy reports as unsupported, with its place', () => {
  it.each<[string, unknown, string]>([
    ['text that is not JSON', '{', ': Invalid input: expected object, received undefined'],
    ['null', null, ': Invalid input: expected object, received null'],
    ['an unknown top-level key', { ...document(), Statements: [] }, '/Statements: Statements is not supported'],
    [
      'an unknown version',
      { Version: '2020-01-01', Statement: [] },
      '/Version: Invalid option: expected one of "2012-10-17"|"2008-10-17"',
    ],
    ['a statement that is a text', { Statement: 'Allow' }, '/Statement: must be a statement or a list of statements'],
    [
      'a list entry that is no statement',
      { Statement: ['Allow'] },
      '/Statement/0: Invalid input: expected object, received string',
    ],
    ['no statement', { Version: '2012-10-17' }, '/Statement: must be a statement or a list of statements'],
  ])('%s', (_name, value, problem) => {
    expect(problemsOf(value)).toContain(problem);
  });

  it.each<[string, StatementDocument, string]>([
    ['NotPrincipal', { NotPrincipal: '*' }, '/Statement/0/NotPrincipal: NotPrincipal is not supported'],
    ['a lower-case effect', { Effect: 'allow' }, '/Statement/0/Effect: Invalid option: expected one of "Allow"|"Deny"'],
    ['no action', { Action: undefined }, '/Statement/0: exactly one of Action and NotAction is needed'],
    ['Action with NotAction', { NotAction: 's3:*' }, '/Statement/0: exactly one of Action and NotAction is needed'],
    ['Resource with NotResource', { NotResource: '*' }, '/Statement/0: Resource and NotResource exclude each other'],
    ['an empty action list', { Action: [] }, '/Statement/0/Action: Too small: expected array to have >=1 items'],
    ['an action without service', { Action: 'GetObject' }, '/Statement/0: GetObject is not an action'],
    ['a resource that is no ARN', { Resource: 'bucket/*' }, '/Statement/0: bucket/* is neither an ARN nor *'],
    [
      'an unknown variable in a resource',
      { Resource: 'arn:aws:s3:::${saml:sub}' },
      '/Statement/0: policy variable ${saml:sub} is not supported',
    ],
    [
      'a multivalued key as variable',
      { Resource: 'arn:aws:s3:::${aws:TagKeys}' },
      '/Statement/0: policy variable ${aws:TagKeys} is not supported',
    ],
    ['an empty variable', { Resource: 'arn:aws:s3:::${}' }, '/Statement/0: policy variable ${} is not supported'],
    [
      'a malformed default',
      { Resource: "arn:aws:s3:::${aws:username,'a}" },
      "/Statement/0: policy variable ${aws:username,'a} is not supported",
    ],
    [
      'a principal with a wildcard inside',
      { Principal: { AWS: 'arn:aws:iam::111111111111:role/*' } },
      '/Statement/0: arn:aws:iam::111111111111:role/* is not a principal',
    ],
    [
      'a canonical user',
      { Principal: { CanonicalUser: '79a5' } },
      '/Statement/0/Principal/CanonicalUser: CanonicalUser is not supported',
    ],
    ['a principal that names nobody', { Principal: {} }, '/Statement/0: Principal names nobody'],
    ['a service that is none', { Principal: { Service: '*' } }, '/Statement/0: * is not a principal'],
    ['a provider that is none', { Principal: { Federated: 'nobody' } }, '/Statement/0: nobody is not a principal'],
    [
      'an unknown operator',
      { Condition: { StringMatches: { 'aws:userid': 'a' } } },
      '/Statement/0/Condition/StringMatches/aws:userid: condition operator StringMatches is not supported',
    ],
    [
      'an IP address operator',
      { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
      '/Statement/0/Condition/IpAddress/aws:SourceIp: condition operator IpAddress is not supported',
    ],
    [
      'NullIfExists',
      { Condition: { NullIfExists: { 'aws:userid': 'true' } } },
      '/Statement/0/Condition/NullIfExists/aws:userid: condition operator NullIfExists is not supported',
    ],
    [
      'ForAnyValue:Null',
      { Condition: { 'ForAnyValue:Null': { 'aws:TagKeys': 'true' } } },
      '/Statement/0/Condition/ForAnyValue:Null/aws:TagKeys: condition operator ForAnyValue:Null is not supported',
    ],
    [
      'an unknown set qualifier',
      { Condition: { 'ForSome:StringLike': { 'aws:userid': 'a' } } },
      '/Statement/0/Condition/ForSome:StringLike/aws:userid: condition operator ForSome:StringLike is not supported',
    ],
    [
      'a mistyped global key',
      { Condition: { StringNotEquals: { 'aws:PrincipalOrgI': 'o' } } },
      '/Statement/0/Condition/StringNotEquals/aws:PrincipalOrgI: aws:PrincipalOrgI is not a condition key',
    ],
    [
      'a tag key without a tag',
      { Condition: { StringEquals: { 'aws:RequestTag/': 'o' } } },
      '/Statement/0/Condition/StringEquals/aws:RequestTag~1: aws:RequestTag/ is not a condition key',
    ],
    [
      'a key without a service',
      { Condition: { StringEquals: { user: 'o' } } },
      '/Statement/0/Condition/StringEquals/user: user is not a condition key',
    ],
    [
      'a variable unknown in a condition',
      { Condition: { StringEquals: { 'aws:userid': '${user}' } } },
      '/Statement/0/Condition/StringEquals/aws:userid: policy variable ${user} is not supported',
    ],
    [
      'a variable under Null',
      { Condition: { Null: { 'aws:userid': '${aws:userid}' } } },
      '/Statement/0/Condition/Null/aws:userid: ${aws:userid} cannot be compared by Null',
    ],
    [
      'Null with another value',
      { Condition: { Null: { 'aws:userid': 'yes' } } },
      '/Statement/0/Condition/Null/aws:userid: yes cannot be compared by Null',
    ],
    [
      'a number that is none',
      { Condition: { NumericEquals: { 's3:max-keys': 'ten' } } },
      '/Statement/0/Condition/NumericEquals/s3:max-keys: ten cannot be compared by NumericEquals',
    ],
    [
      'a date that is none',
      { Condition: { DateLessThan: { 'aws:CurrentTime': '2026-13-01' } } },
      '/Statement/0/Condition/DateLessThan/aws:CurrentTime: 2026-13-01 cannot be compared by DateLessThan',
    ],
    [
      'a boolean that is none',
      { Condition: { Bool: { 'aws:SecureTransport': 'on' } } },
      '/Statement/0/Condition/Bool/aws:SecureTransport: on cannot be compared by Bool',
    ],
    [
      'an ARN pattern that is none',
      { Condition: { ArnLike: { 'aws:SourceArn': '*' } } },
      '/Statement/0/Condition/ArnLike/aws:SourceArn: * cannot be compared by ArnLike',
    ],
    [
      'an external id that is no ARN, which is not told',
      { Condition: { ArnLike: { 'sts:ExternalId': 'CANARY' } } },
      '/Statement/0/Condition/ArnLike/sts:ExternalId: a value of sts:ExternalId cannot be compared by ArnLike',
    ],
    [
      'an empty list of values',
      { Condition: { StringEquals: { 'aws:userid': [] } } },
      '/Statement/0/Condition/StringEquals/aws:userid: Too small: expected array to have >=1 items',
    ],
  ])('%s', (_name, element, problem) => {
    expect(problemsOf(document({ ...allow('s3:*'), ...element }))).toContain(problem);
  });

  it.each([
    ['{"__proto__": {}, "Statement": []}', '/__proto__'],
    [
      '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"__proto__": {"k:v": "a"}}}]}',
      '/Statement/0/Condition/__proto__',
    ],
    [
      '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"__proto__": "a"}}}}',
      '/Statement/Condition/Bool/__proto__',
    ],
  ])('a member that object walkers would pass over: %s', (text, pointer) => {
    expect(problemsOf(text)).toEqual([`${pointer}: __proto__ is not supported`]);
  });

  it('a single statement under its own pointer', () => {
    expect(problemsOf({ Statement: { ...allow('s3:*'), Extra: 1 } })).toEqual([
      '/Statement/Extra: Extra is not supported',
    ]);
  });

  it('a Sid used twice', () => {
    const twice = document({ Sid: 'A', ...allow('s3:*') }, { Sid: 'A', ...allow('s3:*') });
    expect(problemsOf(twice)).toEqual(['/Statement: Sid A is used more than once']);
  });

  it('a variable in a policy of the old version, which would be plain text', () => {
    const old = { Version: '2008-10-17', Statement: [allow('s3:*', 'arn:aws:s3:::b/${aws:username}')] };
    expect(problemsOf(old)).toEqual(['/Version: policy variables need Version 2012-10-17']);
  });
});

describe('parsePolicy holds each use to its elements', () => {
  it.each<[PolicyUse, StatementDocument, string[]]>([
    ['identity', { Effect: 'Allow', Action: 's3:*' }, ['Resource is missing']],
    ['identity', { ...allow('s3:*'), Principal: '*' }, ['Principal is prohibited here']],
    ['resource', { Effect: 'Allow', Action: 's3:*' }, ['Principal is missing', 'Resource is missing']],
    ['trust', allow('sts:AssumeRole'), ['Principal is missing', 'Resource is prohibited here']],
    ['trust', { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' }, []],
  ])('%s: %o', (use, statement, messages) => {
    expect(problemsOf(document(statement), use)).toEqual(messages.map((message) => `/Statement/0: ${message}`));
  });
});

describe('readPrincipal', () => {
  it.each([
    ['*', { kind: 'everyone' }],
    ['222222222222', { kind: 'account', name: '222222222222' }],
    ['arn:aws:iam::222222222222:root', { kind: 'account', name: '222222222222' }],
    [
      'arn:aws-cn:iam::222222222222:role/path/name',
      { kind: 'role', name: 'arn:aws-cn:iam::222222222222:role/path/name' },
    ],
    [
      'arn:aws:sts::222222222222:assumed-role/name/session',
      { kind: 'session', name: 'arn:aws:sts::222222222222:assumed-role/name/session' },
    ],
    ['AROAABCDEFGHIJKLMNOPQ', { kind: 'role-id', name: 'AROAABCDEFGHIJKLMNOPQ' }],
    ['AROAABCDEFGHIJKLMNOPQ:session', { kind: 'session-id', name: 'AROAABCDEFGHIJKLMNOPQ:session' }],
    ['arn:aws:iam::222222222222:user/ann', { kind: 'user', name: 'arn:aws:iam::222222222222:user/ann' }],
    ['22222222222', undefined],
    ['arn:aws:sts::222222222222:assumed-role/name/*', undefined],
  ])('reads %s', (text, expected) => {
    expect(readPrincipal('AWS', text)).toEqual(expected);
  });

  it.each([
    ['arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com', true],
    ['arn:aws:iam::111111111111:saml-provider/sso', true],
    ['accounts.google.com', true],
    ['arn:aws:iam::111111111111:role/name', false],
  ])('reads the provider %s: %s', (text, readable) => {
    expect(readPrincipal('Federated', text) !== undefined).toBe(readable);
  });
});
