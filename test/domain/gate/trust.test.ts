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
  const cognito = 'cognito-identity.amazonaws.com';
  const without = (key: string) => `The role trusts ${cognito} without a condition that pins ${key}.`;
  const noPool = without(`${cognito}:aud to an identity pool of this template`);
  const noSignIn = without(`${cognito}:amr to authenticated`);
  const Users = { Type: 'AWS::Cognito::UserPool' };
  const pool = (properties: object = {}) => ({
    Type: 'AWS::Cognito::IdentityPool',
    Properties: { AllowUnauthenticatedIdentities: false, ...properties },
  });
  const trusted = (Condition: unknown, Federated: unknown = cognito) =>
    saidOf(trusting({ Federated }, Condition === undefined ? {} : { Condition }), {}, { Pool: pool(), Other: role() });
  const aud = { [`${cognito}:aud`]: { Ref: 'Pool' } };
  const amr = { [`${cognito}:amr`]: 'authenticated' };
  const signedIn = { StringEquals: { ...aud, ...amr } };

  it.each([
    ['equality', signedIn],
    ['likeness of one of the ways of signing in', { StringEquals: aud, 'ForAnyValue:StringLike': amr }],
    [
      'keys in another case',
      { StringEquals: { [`${cognito}:AUD`]: { Ref: 'Pool' }, [`${cognito}:Amr`]: 'authenticated' } },
    ],
    ['equality in several branches', { StringEquals: { 'Fn::If': ['C', { ...aud, ...amr }, { ...aud, ...amr }] } }],
    ['one of several values', { 'ForAnyValue:StringEquals': { ...aud, [`${cognito}:amr`]: ['authenticated'] } }],
  ])('is a pool of this template, and those who signed in, by %s', (_name, condition) => {
    expect(trusted(condition)).toEqual([]);
  });

  it.each([
    ['no condition', undefined, [noPool, noSignIn]],
    ['an empty condition', {}, [noPool, noSignIn]],
    ['the pool alone', { StringEquals: aud }, [noSignIn]],
    ['no way of signing in', { StringEquals: { ...aud, [`${cognito}:amr`]: 'unauthenticated' } }, [noSignIn]],
    ['every way of signing in', { StringEquals: aud, StringLike: { [`${cognito}:amr`]: '*' } }, [noSignIn]],
    ['whatever way the token has', { StringEquals: { ...aud, [`${cognito}:amr`]: `\${${cognito}:amr}` } }, [noSignIn]],
    ['another pool', { StringEquals: { ...amr, [`${cognito}:aud`]: 'eu-west-1:11111111-2222' } }, [noPool]],
    ['whatever pool the token has', { StringEquals: { ...amr, [`${cognito}:aud`]: `\${${cognito}:aud}` } }, [noPool]],
    [
      'the same, written by Fn::Sub',
      { StringEquals: { ...amr, [`${cognito}:aud`]: { 'Fn::Sub': `\${!${cognito}:aud}` } } },
      [noPool],
    ],
    ['what is no pool', { StringEquals: { ...amr, [`${cognito}:aud`]: { Ref: 'Other' } } }, [noPool]],
    ['a pool among others', { StringEquals: { ...amr, [`${cognito}:aud`]: [{ Ref: 'Pool' }, 'x'] } }, [noPool]],
    ['a pool from a parameter', { StringEquals: { ...amr, [`${cognito}:aud`]: { Ref: 'Some' } } }, [noPool]],
    ['operators that hold without the key', { StringEqualsIfExists: { ...aud, ...amr } }, [noPool, noSignIn]],
    [
      'a quantifier that holds without the key',
      { 'ForAllValues:StringEquals': { ...aud, ...amr } },
      [noPool, noSignIn],
    ],
    ['a condition that can be taken away', { 'Fn::If': ['C', signedIn, { Ref: 'AWS::NoValue' }] }, [noPool, noSignIn]],
    [
      'a pool that can be taken away',
      { StringEquals: { ...amr, [`${cognito}:aud`]: { 'Fn::If': ['C', { Ref: 'Pool' }, { Ref: 'AWS::NoValue' }] } } },
      [noPool, noSignIn],
    ],
    ['a condition in one branch only', { 'Fn::If': ['C', signedIn, { StringEquals: aud }] }, [noSignIn]],
    ['an operator in one branch only', { StringEquals: { 'Fn::If': ['C', { ...aud, ...amr }, aud] } }, [noSignIn]],
    ['a condition from a parameter', { Ref: 'Condition' }, [noPool, noSignIn]],
    ['an operator that is text', { StringEquals: 'x' }, [noPool, noSignIn]],
    ['no value', { StringEquals: { ...aud, [`${cognito}:amr`]: [] } }, [noSignIn]],
  ])('of Amazon Cognito is not trusted with %s', (_name, condition, said) => {
    expect(trusted(condition)).toEqual(said);
  });

  const github = 'token.actions.githubusercontent.com';
  const pinned = (issuer: string) => ({
    StringEquals: {
      [`${issuer}:aud`]: 'sts.amazonaws.com',
      [`${issuer}:sub`]: 'repo:evil/evil:environment:x',
      [`${issuer}:repository_id`]: '1',
      [`${issuer}:environment`]: 'x',
    },
  });
  const oidc = (account: string) => `arn:aws:iam::${account}:oidc-provider/${github}`;

  it.each([
    ['Google', 'accounts.google.com', 'accounts.google.com', pinned('accounts.google.com')],
    [
      'Google, with whatever subject comes',
      'accounts.google.com',
      'accounts.google.com',
      {
        StringEquals: {
          'accounts.google.com:aud': '${accounts.google.com:aud}',
          'accounts.google.com:sub': { 'Fn::Sub': '${!accounts.google.com:sub}' },
        },
      },
    ],
    ['Amazon', 'www.amazon.com', 'www.amazon.com', pinned('www.amazon.com')],
    ['GitHub, whose repositories are anybody’s', own(`oidc-provider/${github}`), oidc('000000000000'), pinned(github)],
    [
      'GitHub, with whatever the token has',
      own(`oidc-provider/${github}`),
      oidc('000000000000'),
      { StringEquals: { [`${github}:sub`]: `\${${github}:sub}` } },
    ],
    ['another account', oidc('999999999999'), oidc('999999999999'), pinned(github)],
    [
      'SAML that was there before',
      own('saml-provider/legacy'),
      'arn:aws:iam::000000000000:saml-provider/legacy',
      { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
    ],
  ])('of %s vouches for outsiders, whatever a condition pins', (_name, Federated, shown, condition) => {
    const found = [`The role trusts the identity provider ${shown}, which vouches for people from outside.`];
    expect(trusted(condition, Federated)).toEqual(found);
    expect(trusted(undefined, Federated)).toEqual(found);
  });

  describe('an identity pool', () => {
    const saidOfPool = (properties: object) => saidOf(pool(properties), {}, { Users, Other: role() });
    const by = (ProviderName: unknown) => ({ CognitoIdentityProviders: [{ ClientId: 'x', ProviderName }] });
    const foreign = (written: unknown) => [
      `The identity pool lets in whom ${typeof written === 'string' ? written : JSON.stringify(written)} vouches for, which is no user pool of this template.`,
    ];

    it.each([[true], ['true'], [undefined], [{ Ref: 'Open' }]])('may not let in strangers: %j', (open) => {
      expect(saidOfPool({ AllowUnauthenticatedIdentities: open })).toEqual([
        'AWS::Cognito::IdentityPool lets in whoever did not sign in.',
      ]);
    });

    it.each([
      ['nobody, yet', {}],
      ['those who sign in', { AllowUnauthenticatedIdentities: 'false' }],
      ['those of a user pool of this template', by({ 'Fn::GetAtt': ['Users', 'ProviderName'] })],
      ['the same in short', by({ 'Fn::GetAtt': 'Users.ProviderName' })],
      ['the same by its name', by({ 'Fn::Sub': 'cognito-idp.${AWS::Region}.amazonaws.com/${Users}' })],
      ['the same in any partition', by({ 'Fn::Sub': 'cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${Users}' })],
      ['no other provider', { SamlProviderARNs: [], SupportedLoginProviders: {} }],
    ])('may let in %s', (_name, properties) => {
      expect(saidOfPool(properties)).toEqual([]);
    });

    it.each([
      ['a foreign user pool', 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_ATTACKER'],
      ['a user pool of a parameter', { Ref: 'Pool' }],
      ['another attribute', { 'Fn::GetAtt': ['Users', 'Arn'] }],
      ['another resource', { 'Fn::GetAtt': ['Other', 'ProviderName'] }],
      ['another resource by name', { 'Fn::Sub': 'cognito-idp.${AWS::Region}.amazonaws.com/${Other}' }],
      ['one pool or another', { 'Fn::If': ['C', { 'Fn::GetAtt': ['Users', 'ProviderName'] }, 'x'] }],
      [
        'nothing, in one branch',
        { 'Fn::If': ['C', { 'Fn::GetAtt': ['Users', 'ProviderName'] }, { Ref: 'AWS::NoValue' }] },
      ],
    ])('may not let in those of %s', (_name, name) => {
      expect(saidOfPool(by(name))).toEqual(foreign({ ClientId: 'x', ProviderName: name }).map((one) => one));
    });

    it('may not take its user pools from elsewhere', () => {
      expect(saidOfPool({ CognitoIdentityProviders: { Ref: 'Providers' } })).toEqual(foreign({ Ref: 'Providers' }));
      expect(saidOfPool({ CognitoIdentityProviders: ['x'] })).toEqual(foreign('x'));
    });

    it.each([
      ['DeveloperProviderName', 'evil'],
      ['OpenIdConnectProviderARNs', ['arn:aws:iam::999999999999:oidc-provider/evil']],
      ['SamlProviderARNs', { Ref: 'Arns' }],
      ['SupportedLoginProviders', { 'graph.facebook.com': '666666666' }],
      ['Fn::ForEach::X', ['A', ['B'], { '${A}': 'x' }]],
    ])('may not have %s', (name, value) => {
      expect(saidOfPool({ [name]: value })).toEqual(foreign(value));
    });
  });
});
