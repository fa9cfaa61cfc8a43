import { describe, expect, it } from 'vitest';
import { own, role, saidOf } from './gate.ts';

type Trust = Record<string, unknown>;
const trusting = (Principal: unknown, more: Trust = {}) =>
  role({ AssumeRolePolicyDocument: { Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more } } });
const said = (principal: unknown, more: Trust = {}, context = {}) =>
  saidOf(trusting(principal, more), context, { Other: role() });

const everybody = 'The role trusts *, which is everybody in every account';
const outside = (name: string) => `The role trusts ${name} of another account.`;

describe('whom a role may trust', () => {
  it.each([
    ['a service', { Service: 'lambda.amazonaws.com' }],
    ['services', { Service: ['lambda.amazonaws.com', 'ec2.amazonaws.com'] }],
    ['its own account', { AWS: { Ref: 'AWS::AccountId' } }],
    ['the root of its own account', { AWS: own('root') }],
    ['a role of its own account', { AWS: own('role/service/reader') }],
    ['a role of this template', { AWS: { 'Fn::GetAtt': ['Other', 'Arn'] } }],
    [
      'a session of its own account',
      { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:sts::${AWS::AccountId}:assumed-role/reader/session' } },
    ],
    [
      'nobody of one branch',
      { AWS: [own('role/reader'), { 'Fn::If': ['C', own('role/writer'), { Ref: 'AWS::NoValue' }] }] },
    ],
  ])('%s', (_name, principal) => {
    expect(said(principal)).toEqual([]);
  });

  it('the account the template is for, by its number', () => {
    expect(said({ AWS: '222222222222' }, {}, { account: '222222222222' })).toEqual([]);
    expect(said({ AWS: 'arn:aws-cn:iam::222222222222:root' }, {}, { account: '222222222222' })).toEqual([]);
    expect(said({ AWS: own('root') }, {}, { account: '222222222222' })).toEqual([]);
    expect(said({ AWS: '222222222222' })).toEqual([outside('222222222222')]);
  });

  it('anybody in a denial', () => {
    expect(said('*', { Effect: 'Deny' })).toEqual([]);
  });
});

describe('whom a role may not trust', () => {
  it.each([
    ['*', '*'],
    ['* as an AWS principal', { AWS: '*' }],
    ['* among others', { AWS: [own('root'), '*'] }],
    ['* in a list', ['*']],
    ['* in one branch', { 'Fn::If': ['C', { Service: 'lambda.amazonaws.com' }, '*'] }],
    ['* in one branch of a name', { AWS: { 'Fn::If': ['C', own('root'), '*'] } }],
  ])('%s', (_name, principal) => {
    expect(said(principal)).toEqual([`${everybody}.`]);
  });

  it('* under whatever condition', () => {
    expect(said('*', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-example' } } })).toEqual([
      `${everybody}.`,
    ]);
  });

  it.each([
    ['a parameter', { AWS: { Ref: 'Who' } }, '{"Ref":"Who"}'],
    ['a whole element from a parameter', { Ref: 'Who' }, '{"Ref":"Who"}'],
    [
      'a function in the place of the element',
      { 'Fn::Select': 'x', AWS: own('root') },
      '{"Fn::Select":"x","AWS":{"Fn::Sub":"arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}',
    ],
    ['a dynamic reference', { AWS: '{{resolve:ssm:/who}}' }, '{{resolve:ssm:/who}}'],
  ])('%s, which may be *', (_name, principal, written) => {
    expect(said(principal)).toEqual([`${everybody} (${written} is not decided by the template).`]);
  });

  it.each([
    ['another account', '999999999999'],
    ['the root of another account', 'arn:aws:iam::999999999999:root'],
    ['a role of another account', 'arn:aws:iam::999999999999:role/reader'],
    ['a session of another account', 'arn:aws:sts::999999999999:assumed-role/reader/session'],
  ])('%s', (_name, name) => {
    const shown = name === 'arn:aws:iam::999999999999:root' ? '999999999999' : name;
    expect(said({ AWS: name })).toEqual([outside(shown)]);
  });

  it.each([
    ['arn:aws:iam::111111111111:role/drawbridge-orchestrator', 'of another account, a role of Drawbridge'],
    ['arn:aws:iam::111111111111:role/platform/Drawbridge-Orchestrator', 'of another account, a role of Drawbridge'],
  ])('the orchestrator, %s', (name, what) => {
    expect(said({ AWS: name })).toEqual([`The role trusts ${name} ${what}.`]);
  });

  it.each(['role/drawbridge/drawbridge-deploy', 'role/drawbridge/anything', 'role/drawbridge-preview'])(
    '%s of its own account',
    (name) => {
      expect(said({ AWS: own(name) })).toEqual([
        `The role trusts arn:aws:iam::000000000000:${name}, a role of Drawbridge.`,
      ]);
    },
  );

  it('a session of such a role', () => {
    const session = { 'Fn::Sub': 'arn:aws:sts::${AWS::AccountId}:assumed-role/drawbridge-audit/session' };
    expect(said({ AWS: session })).toEqual([
      'The role trusts arn:aws:sts::000000000000:assumed-role/drawbridge-audit/session, a role of Drawbridge.',
    ]);
  });

  it('users, of whom there are none', () => {
    expect(said({ AWS: own('user/ci') })).toEqual([
      'The role trusts the user arn:aws:iam::000000000000:user/ci; there are no IAM users.',
    ]);
  });

  it.each(['AROAIOSFODNN7EXAMPLE1', 'AROAIOSFODNN7EXAMPLE1:session'])('the unique id %s', (id) => {
    expect(said({ AWS: id })).toEqual([`The role trusts ${id}, which does not say its account.`]);
  });

  it.each(['rolesanywhere.amazonaws.com', 'credentials.iot.amazonaws.com'])('the service %s', (Service) => {
    expect(said({ Service: ['lambda.amazonaws.com', Service] })).toEqual([
      `The role trusts ${Service}, which lets certificates stand for roles.`,
    ]);
  });

  it('each of several', () => {
    expect(said({ AWS: ['999999999999', '*'], Service: 'lambda.amazonaws.com' })).toEqual([
      outside('999999999999'),
      `${everybody}.`,
    ]);
  });
});

describe('trust that cannot be judged is refused', () => {
  it.each([
    [
      'NotPrincipal',
      { NotPrincipal: { AWS: own('root') }, Principal: undefined },
      'NotPrincipal is not supported; Principal is missing',
    ],
    ['a name with a wildcard', { Principal: { AWS: 'arn:aws:iam::*:root' } }, 'arn:aws:iam::*:root is not a principal'],
    ['a service from a parameter', { Principal: { Service: { Ref: 'S' } } }, '* is not a principal'],
    ['nobody', { Principal: {} }, 'Principal names nobody'],
    [
      'a principal of another kind',
      { Principal: { CanonicalUser: 'x' } },
      'Principal/CanonicalUser: CanonicalUser is not supported',
    ],
    ['a name of a role', { Principal: { AWS: { Ref: 'AWS::StackName' } } }, 'stack is not a principal'],
  ])('%s', (_name, more, why) => {
    const statement = JSON.parse(JSON.stringify({ Effect: 'Allow', Action: 'sts:AssumeRole', ...more }));
    const found = saidOf(role({ AssumeRolePolicyDocument: { Statement: [statement] } }));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("The role's trust policy cannot be judged: ");
    expect(found[0]).toContain(why.split(';')[0]);
  });

  it('a document from a parameter', () => {
    expect(saidOf(role({ AssumeRolePolicyDocument: { Ref: 'Trust' } }))).toEqual([
      'The role\'s trust policy cannot be judged: {"Ref":"Trust"} is not decided by the template.',
    ]);
  });

  it('no document', () => {
    expect(saidOf(role({ AssumeRolePolicyDocument: { Ref: 'AWS::NoValue' } }))).toEqual([
      'The role has no trust policy that can be read.',
    ]);
  });

  it('a document as text is read', () => {
    const text = JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] });
    expect(saidOf(role({ AssumeRolePolicyDocument: text }))).toEqual([`${everybody}.`]);
  });

  const asText = (AWS: string) =>
    JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }] });

  it('the own account in such a text is the own account', () => {
    const written = asText('arn:aws:iam::${AWS::AccountId}:root');
    expect(saidOf(role({ AssumeRolePolicyDocument: { 'Fn::Sub': written } }))).toEqual([]);
    expect(saidOf(role({ AssumeRolePolicyDocument: { 'Fn::Sub': written } }), { account: '222222222222' })).toEqual([]);
  });

  it.each([
    ['a number that poses as it', asText('000000000000'), everybody],
    ['another account', asText('999999999999'), 'The role trusts 999999999999 of another account'],
    ['a character of ours', asText('\u{E000}'), "The role's trust policy cannot be judged"],
    ['text that is no object', '["x"]', "The role's trust policy cannot be judged"],
  ])('%s in such a text is not', (_name, text, what) => {
    const found = saidOf(role({ AssumeRolePolicyDocument: { 'Fn::Sub': text } }));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(what);
  });
});

describe('an identity provider', () => {
  const issuer = 'issuer.example.com';
  const provider = own(`oidc-provider/${issuer}`);
  const named = `arn:aws:iam::000000000000:oidc-provider/${issuer}`;
  const without = (key: string, name = named) => `The role trusts ${name} without a condition that pins ${key}.`;
  const aud = { [`${issuer}:aud`]: 'sts.amazonaws.com' };
  const sub = { [`${issuer}:sub`]: 'repo:example/orders:environment:production' };
  const federated = (Condition: unknown, Federated: unknown = provider) =>
    said({ Federated }, Condition === undefined ? {} : { Condition });

  it.each([
    ['audience and subject', { StringEquals: { ...aud, ...sub } }],
    [
      'one of several values',
      { 'ForAnyValue:StringEquals': { ...aud, [`${issuer}:sub`]: ['repo:example/a:x', 'repo:example/b:x'] } },
    ],
    [
      'keys in another case',
      { StringEquals: { [`${issuer}:AUD`]: 'sts.amazonaws.com', [`${issuer}:Sub`]: 'repo:example/orders:x' } },
    ],
    ['values without wildcards', { StringLike: { ...aud, ...sub } }],
    [
      'different subjects in the branches',
      { StringEquals: { ...aud, [`${issuer}:sub`]: { 'Fn::If': ['C', 'repo:example/a:x', 'repo:example/b:x'] } } },
    ],
  ])('with %s may be trusted', (_name, condition) => {
    expect(federated(condition)).toEqual([]);
  });

  it.each([
    ['no condition', undefined, [':aud', ':sub']],
    ['an empty condition', {}, [':aud', ':sub']],
    ['the audience alone', { StringEquals: aud }, [':sub']],
    ['the subject alone', { StringEquals: sub }, [':aud']],
    ['every subject', { StringEquals: aud, StringLike: { [`${issuer}:sub`]: '*' } }, [':sub']],
    ['every repository', { StringEquals: aud, StringLike: { [`${issuer}:sub`]: 'repo:*' } }, [':sub']],
    ['owners that begin alike', { StringEquals: aud, StringLike: { [`${issuer}:sub`]: 'repo:example*' } }, [':sub']],
    [
      'one subject of several that is open',
      { StringEquals: aud, StringLike: { [`${issuer}:sub`]: ['repo:example/a:x', 'repo:?:*'] } },
      [':sub'],
    ],
    ['a repository of one owner', { StringEquals: aud, StringLike: { [`${issuer}:sub`]: 'repo:example/*' } }, [':sub']],
    [
      'a branch of one repository',
      { StringEquals: aud, StringLike: { [`${issuer}:sub`]: 'repo:example/a:*' } },
      [':sub'],
    ],
    ['every audience', { StringLike: { [`${issuer}:aud`]: '*', ...sub } }, [':aud']],
    ['operators that hold without the key', { StringEqualsIfExists: { ...aud, ...sub } }, [':aud', ':sub']],
    ['a quantifier that holds without the key', { 'ForAllValues:StringEquals': { ...aud, ...sub } }, [':aud', ':sub']],
    ['a subject from a parameter', { StringEquals: { ...aud, [`${issuer}:sub`]: { Ref: 'Subject' } } }, [':sub']],
    [
      'a condition that can be taken away',
      { 'Fn::If': ['C', { StringEquals: { ...aud, ...sub } }, { Ref: 'AWS::NoValue' }] },
      [':aud', ':sub'],
    ],
    [
      'a subject that can be taken away',
      { StringEquals: { ...aud, [`${issuer}:sub`]: { 'Fn::If': ['C', 'repo:example/a:x', { Ref: 'AWS::NoValue' }] } } },
      [':aud', ':sub'],
    ],
    [
      'a condition in one branch only',
      { 'Fn::If': ['C', { StringEquals: { ...aud, ...sub } }, { StringEquals: aud }] },
      [':sub'],
    ],
    ['an operator in one branch only', { StringEquals: { 'Fn::If': ['C', { ...aud, ...sub }, aud] } }, [':sub']],
    ['a condition from a parameter', { Ref: 'Condition' }, [':aud', ':sub']],
    ['an operator that is text', { StringEquals: 'x' }, [':aud', ':sub']],
    ['no value', { StringEquals: { ...aud, [`${issuer}:sub`]: [] } }, [':sub']],
    ['whatever subject the token has', { StringEquals: { ...aud, [`${issuer}:sub`]: `\${${issuer}:sub}` } }, [':sub']],
    [
      'whatever the token has, written by Fn::Sub',
      {
        StringEquals: {
          [`${issuer}:aud`]: { 'Fn::Sub': `\${!${issuer}:aud}` },
          [`${issuer}:sub`]: { 'Fn::Sub': `\${!${issuer}:sub}` },
        },
      },
      [':aud', ':sub'],
    ],
    [
      'one subject of several that is whatever comes',
      { StringEquals: { ...aud, [`${issuer}:sub`]: ['repo:example/a:x', `a\${${issuer}:sub, '*'}`] } },
      [':sub'],
    ],
  ])('with %s may not', (_name, condition, missing) => {
    expect(federated(condition)).toEqual(missing.map((key) => without(`${issuer}${key}`)));
  });

  it('of another account may not', () => {
    const foreign = `arn:aws:iam::999999999999:oidc-provider/${issuer}`;
    expect(federated({ StringEquals: { ...aud, ...sub } }, foreign)).toEqual([
      `The role trusts the identity provider ${foreign} of another account.`,
    ]);
  });

  describe('of GitHub', () => {
    const github = 'token.actions.githubusercontent.com';
    const full = {
      [`${github}:aud`]: 'sts.amazonaws.com',
      [`${github}:sub`]: 'repo:example/orders:environment:production',
      [`${github}:repository_id`]: '123456789',
      [`${github}:environment`]: 'production',
    };
    const trusted = (condition: unknown) => federated(condition, own(`oidc-provider/${github}`));

    it.each([
      ['by equality', { StringEquals: full }],
      ['by likeness without wildcards', { StringLike: full }],
      ['in several branches', { StringEquals: { 'Fn::If': ['C', full, full] } }],
    ])('is trusted with repository and environment pinned %s', (_name, condition) => {
      expect(trusted(condition)).toEqual([]);
    });

    it.each(Object.keys(full) as (keyof typeof full)[])('is not trusted without %s, or with any value of it', (key) => {
      const { [key]: _, ...rest } = full;
      const said = [without(key, `arn:aws:iam::000000000000:oidc-provider/${github}`)];
      expect(trusted({ StringEquals: rest })).toEqual(said);
      expect(trusted({ StringEquals: rest, StringLike: { [key]: 'repo:evil-org/*' } })).toEqual(said);
    });
  });

  describe('of Amazon Cognito', () => {
    const cognito = 'cognito-identity.amazonaws.com';
    const pool = (AllowUnauthenticatedIdentities: unknown) => ({
      Type: 'AWS::Cognito::IdentityPool',
      Properties: { AllowUnauthenticatedIdentities },
    });
    const noPool = without(`${cognito}:aud to an identity pool of this template`, cognito);
    const noSignIn = without(`${cognito}:amr to authenticated`, cognito);
    const trusted = (Condition: unknown) =>
      saidOf(trusting({ Federated: cognito }, { Condition }), {}, { Pool: pool(false), Other: role() });
    const aud = { [`${cognito}:aud`]: { Ref: 'Pool' } };
    const amr = { [`${cognito}:amr`]: 'authenticated' };

    it.each([
      ['equality', { StringEquals: { ...aud, ...amr } }],
      ['likeness of one of the ways of signing in', { StringEquals: aud, 'ForAnyValue:StringLike': amr }],
    ])('is trusted for those who signed in to a pool of this template, by %s', (_name, condition) => {
      expect(trusted(condition)).toEqual([]);
    });

    it.each([
      ['nothing said', {}, [noPool, noSignIn]],
      ['any way of signing in', { StringEquals: aud }, [noSignIn]],
      ['no way of signing in', { StringEquals: { ...aud, [`${cognito}:amr`]: 'unauthenticated' } }, [noSignIn]],
      ['another pool', { StringEquals: { ...amr, [`${cognito}:aud`]: 'eu-west-1:11111111-2222' } }, [noPool]],
      ['what is no pool', { StringEquals: { ...amr, [`${cognito}:aud`]: { Ref: 'Other' } } }, [noPool]],
      ['a pool among others', { StringEquals: { ...amr, [`${cognito}:aud`]: [{ Ref: 'Pool' }, 'x'] } }, [noPool]],
    ])('is not trusted with %s', (_name, condition, said) => {
      expect(trusted(condition)).toEqual(said);
    });

    it.each([[true], ['true'], [undefined], [{ Ref: 'Open' }]])('may not let in strangers: %j', (open) => {
      expect(saidOf(pool(open))).toEqual(['AWS::Cognito::IdentityPool lets in whoever did not sign in.']);
    });

    it.each([[false], ['false']])('may be made for those who sign in: %j', (open) => {
      expect(saidOf(pool(open))).toEqual([]);
    });
  });

  it('of Facebook calls its audience app_id', () => {
    const facebook = 'graph.facebook.com';
    expect(federated({ StringEquals: { [`${facebook}:app_id`]: '1', [`${facebook}:sub`]: '2' } }, facebook)).toEqual(
      [],
    );
  });

  it('of SAML is pinned by its audience', () => {
    const saml = own('saml-provider/Staff');
    expect(federated({ StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } }, saml)).toEqual([]);
    expect(federated(undefined, saml)).toEqual([without('SAML:aud', 'arn:aws:iam::000000000000:saml-provider/Staff')]);
  });
});
