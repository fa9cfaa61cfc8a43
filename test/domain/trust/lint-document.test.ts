/** Trust policies, live roles and templates of others, as they come in files. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateAssumeRole } from '#shared/domain/iam/assume-role.ts';
import { lintDocument } from '#shared/domain/trust/lint-document.ts';
import type { TemplateOptions } from '#shared/domain/trust/lint-template.ts';
import { anything, orchestrator as caller, parsed, sessionOf } from '#test/infra/target-policies.ts';

const orchestrator = 'arn:aws:iam::111111111111:role/drawbridge-orchestrator';
const tags = { 'aws:RequestTag/drawbridge:promotion': '?*', 'aws:RequestTag/drawbridge:environment': '?*' };

function lint(document: unknown, options: TemplateOptions = { orchestrator }) {
  const text = typeof document === 'string' ? document : JSON.stringify(document, null, 2);
  const linted = lintDocument(text, options);
  if (linted.kind !== 'linted') throw new Error(linted.problem.cause);
  return linted.roles;
}
const codesOf = (document: unknown, options?: TemplateOptions) =>
  lint(document, options).flatMap(({ findings }) => findings.map(({ code }) => code));

const policy = (...Statement: unknown[]) => ({ Version: '2012-10-17', Statement });
const allow = (Principal: unknown, Condition?: unknown, Action: unknown = 'sts:AssumeRole') => ({
  Effect: 'Allow',
  Principal,
  Action,
  ...(Condition === undefined ? {} : { Condition }),
});

/** A trust policy as accounts/account.yml has them. */
const good = (principal: unknown = { AWS: orchestrator }, sourceIdentity: unknown = 'prm-*') =>
  policy(
    allow(principal, {
      StringEquals: { 'sts:ExternalId': 'f3b1c0de' },
      StringLike: { 'sts:SourceIdentity': sourceIdentity, ...tags },
    }),
    allow(principal, { StringLike: { 'sts:SourceIdentity': sourceIdentity } }, 'sts:SetSourceIdentity'),
    allow(
      principal,
      {
        StringLike: tags,
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['drawbridge:promotion', 'drawbridge:environment'] },
      },
      'sts:TagSession',
    ),
  );

describe('a trust policy alone', () => {
  it.each<[string, unknown, string[]]>([
    ['like the shipped ones', good(), []],
    [
      'whose three actions are one statement',
      policy(
        allow(
          { AWS: orchestrator },
          { StringEquals: { 'sts:ExternalId': 'x1' }, StringLike: { 'sts:SourceIdentity': 'prm-*', ...tags } },
          ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
        ),
      ),
      [],
    ],
    [
      'whose only statement is not in a list',
      { Version: '2012-10-17', Statement: allow({ Service: 'lambda.amazonaws.com' }) },
      [],
    ],
    ['of a service', policy(allow({ Service: 'lambda.amazonaws.com' })), []],
    [
      'with nothing but a principal',
      policy(allow({ AWS: orchestrator })),
      [
        'TRUST_EXTERNAL_ID',
        'TRUST_SOURCE_IDENTITY',
        'TRUST_SESSION_TAGS',
        'TRUST_SESSION_ACTION',
        'TRUST_SESSION_ACTION',
      ],
    ],
    [
      'that names only an action of tags',
      policy(allow({ AWS: orchestrator }, { StringLike: tags }, 'sts:TagSession')),
      ['TRUST_SESSION_ACTION'],
    ],
    ['of a deleted role', good({ AWS: 'AROAEXAMPLEEXAMPLE001' }), ['TRUST_DELETED_PRINCIPAL']],
    ['of one session of a deleted role', good({ AWS: 'AROAEXAMPLEEXAMPLE001:someone' }), ['TRUST_SESSION']],
    ['of everyone', good('*'), ['TRUST_WILDCARD']],
    ['that only denies', policy({ Effect: 'Deny', Principal: '*', Action: 'sts:*' }), []],
    [
      'with presence asked for by Null',
      policy(
        allow(
          { Service: 'pods.eks.amazonaws.com' },
          { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] }, Null: { 'aws:TagKeys': 'false' } },
          ['sts:AssumeRole', 'sts:TagSession'],
        ),
      ),
      [],
    ],
    [
      'with absence asked for by Null',
      policy(
        allow(
          { Service: 'pods.eks.amazonaws.com' },
          { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] }, Null: { 'aws:TagKeys': 'true' } },
        ),
      ),
      ['TRUST_FOR_ALL_VALUES'],
    ],
    [
      'with ForAllValues and tags that need not be there',
      policy(
        allow(
          { Service: 'pods.eks.amazonaws.com' },
          { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] }, StringLikeIfExists: { 'aws:RequestTag/a': '?*' } },
        ),
      ),
      ['TRUST_FOR_ALL_VALUES'],
    ],
    [
      'with an ARN condition that says nothing',
      policy(allow({ Service: 'sns.amazonaws.com' }, { ArnLike: { 'aws:SourceArn': '*:*:*:*:*:*' } })),
      ['TRUST_OPEN_CONDITION'],
    ],
    ...['${aws:PrincipalTag/a}', "x-${aws:PrincipalTag/a, 'x'}"].map((value): [string, unknown, string[]] => [
      `whose external id is whatever the caller says: ${value}`,
      policy(
        ...good().Statement.map((statement, index) =>
          index > 0
            ? statement
            : allow(
                { AWS: orchestrator },
                {
                  StringEquals: { 'sts:ExternalId': value },
                  StringLike: { 'sts:SourceIdentity': 'prm-*', ...tags },
                },
              ),
        ),
      ),
      ['TRUST_OPEN_CONDITION'],
    ]),
    [
      'that compares a key with itself',
      policy(allow({ Service: 'sns.amazonaws.com' }, { ArnEquals: { 'aws:SourceArn': '${aws:SourceArn}' } })),
      ['TRUST_OPEN_CONDITION'],
    ],
    [
      'that compares a tag with itself by StringEquals',
      policy(allow({ Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:RequestTag/a': '${aws:RequestTag/a}' } })),
      ['TRUST_OPEN_CONDITION'],
    ],
    [
      'that writes a dollar or a star',
      policy(allow({ Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:RequestTag/a': '${$}{x}${*}' } })),
      [],
    ],
    [
      'of an account that a variable is to narrow',
      policy(
        ...good({ AWS: '111111111111' }).Statement.map((statement) => {
          const { Condition, ...rest } = statement as { Condition: object };
          return { ...rest, Condition: { ...Condition, ArnEquals: { 'aws:PrincipalArn': '${aws:PrincipalArn}' } } };
        }),
      ),
      ['TRUST_ACCOUNT', ...Array(3).fill('TRUST_OPEN_CONDITION')],
    ],
    ['as text that is no policy', { Statement: [{ Effect: 'Allow' }] }, ['TRUST_UNREADABLE', 'TRUST_UNREADABLE']],
  ])('%s', (_, document, codes) => {
    expect(codesOf(document)).toEqual(codes);
  });

  it('may let people in as source identity, since it may be the audit role’s', () => {
    expect(codesOf(good(undefined, ['prm-*', 'usr-*']))).toEqual([]);
  });

  it('is judged against the orchestrator role that is named', () => {
    expect(codesOf(good(), { orchestrator })).toEqual([]);
    const other = 'arn:aws:iam::555555555555:role/drawbridge-orchestrator';
    const [finding] = lint(good(), { orchestrator: other })[0]?.findings ?? [];
    expect(finding?.cause).toBe(`${orchestrator} is trusted, which is not ${other}.`);
  });

  it('that trusts a role by the orchestrator’s name passes with a warning, where nobody says which account is meant', () => {
    const [warning, ...others] = lint(good(), {})[0]?.findings ?? [];
    expect([warning?.code, warning?.severity, others]).toEqual(['TRUST_ORCHESTRATOR_UNCHECKED', 'warning', []]);
  });

  it.each<[string, object, string, string[]]>([
    ['one external id', { 'sts:ExternalId': ['f3b1c0de'] }, 'StringEquals', []],
    ['either of two', { 'sts:ExternalId': ['f3b1c0de', 'guess'] }, 'StringEquals', ['TRUST_OPEN_CONDITION']],
    ['one organization', { 'aws:PrincipalOrgID': 'o-0123456789' }, 'StringLike', []],
    ['any organization', { 'aws:PrincipalOrgID': 'o-*' }, 'StringLike', ['TRUST_OPEN_CONDITION']],
  ])('asks for %s', (_, condition, operator, codes) => {
    const document = good();
    const [assume] = document.Statement as [{ Condition: Record<string, object> }];
    assume.Condition[operator] = { ...assume.Condition[operator], ...condition };
    const findings = lint(document)[0]?.findings ?? [];
    expect(findings.map(({ code }) => code)).toEqual(codes);
    expect(JSON.stringify(findings)).not.toContain('guess');
  });

  it('is placed in the file, in JSON as in YAML', () => {
    const { Statement } = good();
    const [first] = Statement as Record<string, unknown>[];
    const loose = policy(
      { ...first, Condition: { StringLike: { 'sts:SourceIdentity': 'prm-*', ...tags } } },
      ...Statement.slice(1),
    );
    const [finding] = lint(loose)[0]?.findings ?? [];
    expect(finding?.place).toEqual({ pointer: '/Statement/0', line: 4, column: 5 });
    const [inYaml] =
      lint('Version: "2012-10-17"\nStatement:\n  Effect: Allow\n  Principal: "*"\n  Action: sts:AssumeRole\n')[0]
        ?.findings ?? [];
    expect(inYaml?.place).toEqual({ pointer: '/Statement', line: 2, column: 1 });
  });

  it('names the member that nobody can judge, also one whose name has a slash', () => {
    const text = JSON.stringify(
      policy(allow({ Service: 'sns.amazonaws.com' }, { IpAddress: { 'aws:RequestTag/a': 'x' } })),
      null,
      2,
    );
    const [finding] = lint(text)[0]?.findings ?? [];
    expect(finding?.cause).toBe('The policy cannot be judged: condition operator IpAddress is not supported.');
    expect(finding?.place).toMatchObject({ pointer: '/Statement/0/Condition/IpAddress/aws:RequestTag~1a' });
    expect(text.split('\n')[Number(finding?.place.line) - 1]).toContain('aws:RequestTag/a');
  });
});

describe('who is let in', () => {
  const admissionsOf = (document: unknown) => lint(document)[0]?.admissions ?? [];

  it.each<[string, unknown, unknown[]]>([
    ['a role', good(), [[orchestrator, 'sts:AssumeRole', 'allowed']]],
    ['an account', policy(allow({ AWS: '444444444444' })), [['444444444444', 'sts:AssumeRole', 'allowed']]],
    [
      'everyone, three ways',
      policy(allow('*', undefined, 'sts:*')),
      ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'].map((action) => [
        '*',
        action,
        'allowed',
      ]),
    ],
    [
      'a user, whom the evaluator does not know',
      policy(allow({ AWS: 'arn:aws:iam::444444444444:user/eve' })),
      [['arn:aws:iam::444444444444:user/eve', 'sts:AssumeRole', undefined]],
    ],
    [
      'somebody who is denied elsewhere',
      policy(allow({ AWS: orchestrator }), { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }),
      [[orchestrator, 'sts:AssumeRole', 'denied']],
    ],
    [
      'somebody who cannot set what he must',
      policy(allow({ AWS: orchestrator }, { StringEquals: { 'sts:SourceIdentity': 'x1' } })),
      [[orchestrator, 'sts:AssumeRole', 'denied']],
    ],
    [
      'a service under its conditions',
      policy(
        allow(
          { Service: 'sns.amazonaws.com' },
          {
            StringEquals: { 'aws:SourceAccount': '444444444444' },
            ArnNotLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:x' },
            Null: { 'aws:SourceArn': 'true', 'aws:SourceOrgID': 'false' },
          },
        ),
      ),
      [['sns.amazonaws.com', 'sts:AssumeRole', 'allowed']],
    ],
    ['nobody by a statement about tags', policy(allow({ AWS: orchestrator }, undefined, 'sts:TagSession')), []],
  ])('%s', (_, document, expected) => {
    expect(
      admissionsOf(document).map(({ principal, action, decision }) => [principal, action, decision?.kind]),
    ).toEqual(expected);
  });

  it('conditions are told as they are written, but the external id', () => {
    const document = policy(
      allow(
        { AWS: orchestrator },
        {
          'ForAnyValue:StringLikeIfExists': { 'aws:TagKeys': ['a', 'b*'] },
          StringEquals: { 'STS:externalid': 'f3b1c0de' },
        },
      ),
    );
    expect(admissionsOf(document)[0]?.conditions).toEqual([
      'ForAnyValue:StringLikeIfExists aws:TagKeys a or b*',
      'StringEquals STS:externalid (not shown)',
    ]);
  });
});

describe('a law: what the linter passes, the evaluator holds to', () => {
  const context = {
    'sts:ExternalId': 'f3b1c0de',
    'sts:SourceIdentity': 'prm-1',
    'aws:RequestTag/drawbridge:promotion': 'prm-1',
    'aws:RequestTag/drawbridge:environment': 'production',
    'aws:TagKeys': ['drawbridge:promotion', 'drawbridge:environment'],
  };
  const operators = [
    'StringEquals',
    'StringLike',
    'StringEqualsIfExists',
    'StringNotEquals',
    'ForAllValues:StringLike',
  ] as const;
  const conditions = fc.uniqueArray(
    fc.record({
      operator: fc.constantFrom(...operators),
      key: fc.constantFrom('sts:ExternalId', 'sts:SourceIdentity', ...Object.keys(tags), 'aws:TagKeys'),
      value: fc.constantFrom('*', '?*', 'prm-1', 'prm-*', 'f3b1c0de', 'x'),
    }),
    { selector: ({ operator, key }) => `${operator} ${key}`, maxLength: 6 },
  );
  const statement = fc.record({
    action: fc.constantFrom('sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession', 'sts:*'),
    principal: fc.constantFrom(orchestrator, 'arn:aws:iam::444444444444:role/someone', '444444444444'),
    conditions,
  });
  const written = (one: {
    action: string;
    principal: string;
    conditions: { operator: string; key: string; value: string }[];
  }) => {
    const Condition: Record<string, Record<string, string>> = {};
    for (const { operator, key, value } of one.conditions)
      Condition[operator] = { ...Condition[operator], [key]: value };
    return allow({ AWS: one.principal }, Condition, one.action);
  };
  /** The good policy with statements added, removed and changed. */
  const policies = fc
    .tuple(fc.array(statement, { maxLength: 2 }), fc.subarray([0, 1, 2], { minLength: 1 }))
    .map(([more, kept]) => policy(...kept.map((index) => good().Statement[index]), ...more.map(written)));

  it('nobody else gets in, and nobody who leaves anything out', () => {
    let clean = 0;
    const property = fc.property(policies, (document) => {
      if (codesOf(document).length > 0) return;
      clean += 1;
      const trust = parsed('trust', JSON.parse(JSON.stringify(document)), 'trust');
      const request = { resource: 'arn:aws:iam::222222222222:role/x', resourceAccount: '222222222222' };
      const gets = (asked: Record<string, string | readonly string[]>, requester = caller) =>
        evaluateAssumeRole({ ...request, requester, context: asked }, { identity: anything, trust }).every(
          ({ decision }) => decision.kind === 'allowed',
        );
      for (const key of Object.keys(context).filter((name) => name !== 'aws:TagKeys')) {
        const { [key]: _, ...rest } = context as Record<string, string | readonly string[]>;
        expect([key, gets(rest)]).toEqual([key, false]);
      }
      expect(gets({})).toBe(false);
      expect(gets(context, sessionOf('arn:aws:iam::444444444444:role/someone'))).toBe(false);
    });
    fc.assert(property, { seed: 20260105, numRuns: 1500 });
    expect(clean).toBeGreaterThan(50);
  });
});

describe('identity providers', () => {
  const github = 'token.actions.githubusercontent.com';
  const provider = `arn:aws:iam::111111111111:oidc-provider/${github}`;
  const claims = {
    aud: 'sts.amazonaws.com',
    sub: 'repo:acme@1/orders@2:environment:production',
    repository_id: '2',
    environment: 'production',
  };
  const pinned = (without: string[] = []) =>
    Object.fromEntries(
      Object.entries(claims)
        .filter(([name]) => !without.includes(name))
        .map(([name, value]) => [`${github}:${name}`, value]),
    );
  const web = (Condition?: unknown) =>
    policy(allow({ Federated: provider }, Condition, 'sts:AssumeRoleWithWebIdentity'));
  const saml = (Condition?: unknown) =>
    policy(
      allow({ Federated: 'arn:aws:iam::111111111111:saml-provider/idp' }, Condition, [
        'sts:AssumeRoleWithSAML',
        'sts:TagSession',
      ]),
    );
  const other = (Condition: unknown) =>
    policy(
      allow(
        { Federated: 'arn:aws:iam::111111111111:oidc-provider/gitlab.com' },
        Condition,
        'sts:AssumeRoleWithWebIdentity',
      ),
    );

  it.each<[string, unknown, string[]]>([
    ['GitHub pinned on four claims', web({ StringEquals: pinned() }), []],
    ...Object.keys(claims).map((claim): [string, unknown, string[]] => [
      `GitHub without ${claim}`,
      web({ StringEquals: pinned([claim]) }),
      ['TRUST_WEB_IDENTITY'],
    ]),
    ['GitHub without any condition', web(), ['TRUST_WEB_IDENTITY']],
    [
      'GitHub with a wildcard for a subject',
      web({ StringEquals: pinned(['sub']), StringLike: { [`${github}:sub`]: 'repo:acme/*' } }),
      ['TRUST_WEB_IDENTITY'],
    ],
    [
      'GitHub with StringLike and nothing to match',
      web({ StringEquals: pinned(['sub']), StringLike: { [`${github}:sub`]: claims.sub } }),
      [],
    ],
    [
      'GitHub where a claim may be absent',
      web({ StringEquals: pinned(['environment']), StringEqualsIfExists: { [`${github}:environment`]: 'production' } }),
      ['TRUST_WEB_IDENTITY'],
    ],
    [
      'GitHub by ForAllValues',
      web({
        StringEquals: pinned(['repository_id']),
        'ForAllValues:StringEquals': { [`${github}:repository_id`]: '2' },
      }),
      ['TRUST_FOR_ALL_VALUES', 'TRUST_WEB_IDENTITY'],
    ],
    ['GitHub by the action of roles', policy(allow({ Federated: provider })), ['TRUST_ACTION']],
    [
      'another provider on audience and subject',
      other({ StringEquals: { 'gitlab.com:aud': 'a', 'gitlab.com:sub': 'b' } }),
      [],
    ],
    [
      'another provider on its audience alone',
      other({ StringEquals: { 'gitlab.com:aud': 'a' } }),
      ['TRUST_WEB_IDENTITY'],
    ],
    ['SAML with an audience', saml({ StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } }), []],
    ['SAML without', saml(), ['TRUST_SAML_AUDIENCE']],
    [
      'SAML that only tags',
      policy(allow({ Federated: 'arn:aws:iam::111111111111:saml-provider/idp' }, undefined, 'sts:TagSession')),
      [],
    ],
    [
      'a provider beside the orchestrator role',
      policy(...good().Statement, ...web({ StringEquals: pinned() }).Statement),
      ['TRUST_SECOND_PRINCIPAL'],
    ],
  ])('%s', (_, document, codes) => {
    expect(codesOf(document)).toEqual(codes);
  });

  it('the finding names the claims that are not pinned', () => {
    const [finding] = lint(web({ StringEquals: pinned(['sub', 'environment']) }))[0]?.findings ?? [];
    expect(finding?.cause).toBe(`Statement 1 trusts tokens of ${github} without pinning sub, environment.`);
    expect(finding?.next).toContain(`${github}:sub, ${github}:environment`);
  });

  it.each([
    ['tokens', web({ StringEquals: pinned() }), 'sts:AssumeRoleWithWebIdentity'],
    ['assertions', saml({ StringEquals: { 'SAML:aud': 'a' } }), 'sts:AssumeRoleWithSAML'],
  ])('the evaluator confirms who comes in with %s', (_, document, action) => {
    expect(lint(document)[0]?.admissions).toMatchObject([{ action, decision: { kind: 'allowed' } }]);
  });
});

describe('a live role', () => {
  const live = (change: object = {}) => ({
    RoleName: 'drawbridge-deploy',
    Path: '/drawbridge/',
    Arn: 'arn:aws:iam::222222222222:role/drawbridge/drawbridge-deploy',
    CreateDate: '2026-01-05T09:00:00+00:00',
    AssumeRolePolicyDocument: good(),
    MaxSessionDuration: 3600,
    ...change,
  });
  const execution = (change: object = {}) =>
    live({
      RoleName: 'drawbridge-execution',
      AssumeRolePolicyDocument: policy(allow({ Service: 'cloudformation.amazonaws.com' })),
      ...change,
    });
  const within = (arn: string) => ({
    PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn },
  });
  const passing = [
    { PolicyName: 'pass', PolicyDocument: policy({ Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' }) },
  ];

  it.each<[string, unknown, string[]]>([
    ['of `aws iam get-role`', { Role: live() }, []],
    ['without its envelope', live(), []],
    [
      'as the API writes documents',
      { Role: live({ AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(good())) }) },
      [],
    ],
    ['whose document is broken', { Role: live({ AssumeRolePolicyDocument: '%E0%A4%A' }) }, ['TRUST_UNREADABLE']],
    [
      'of `aws iam list-roles`',
      { Roles: [live(), live({ AssumeRolePolicyDocument: good({ AWS: 'AROAEXAMPLEEXAMPLE001' }) })] },
      ['TRUST_DELETED_PRINCIPAL'],
    ],
    [
      'of `aws iam get-account-authorization-details`',
      { RoleDetailList: [live({ RolePolicyList: passing })] },
      ['TRUST_PASS_ROLE'],
    ],
    [
      'with managed policies attached',
      {
        RoleDetailList: [
          live({
            AttachedManagedPolicies: [{ PolicyName: 'A', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
          }),
        ],
      },
      ['TRUST_MANAGED_POLICY'],
    ],
    ['that does not say how long sessions last', { Role: { ...live(), MaxSessionDuration: undefined } }, []],
    ['whose sessions last twelve hours', { Role: live({ MaxSessionDuration: 43200 }) }, ['TRUST_SESSION_DURATION']],
    [
      'of CloudFormation inside its boundary',
      { Role: execution(within('arn:aws:iam::222222222222:policy/drawbridge/drawbridge-boundary')) },
      [],
    ],
    ['of CloudFormation without boundary', { Role: execution() }, ['TRUST_BOUNDARY']],
    [
      'of CloudFormation in another boundary',
      { Role: execution(within('arn:aws:iam::222222222222:policy/drawbridge-boundary')) },
      ['TRUST_BOUNDARY'],
    ],
    [
      'of CloudFormation in the boundary of another account',
      { Role: execution(within('arn:aws:iam::999999999999:policy/drawbridge/drawbridge-boundary')) },
      ['TRUST_BOUNDARY'],
    ],
    [
      'of CloudFormation with the policies its owner chose',
      {
        Role: execution({
          ...within('arn:aws:iam::222222222222:policy/drawbridge/drawbridge-boundary'),
          AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/PowerUserAccess' }],
        }),
      },
      [],
    ],
    ...['saml', 'oidc'].map((kind): [string, unknown, string[]] => [
      `that trusts a provider (${kind}) of another account`,
      {
        Role: live({
          RoleName: 'support',
          AssumeRolePolicyDocument: policy(
            allow(
              { Federated: `arn:aws:iam::999999999999:${kind}-provider/x.example` },
              { StringEquals: { 'SAML:aud': 'x', 'x.example:aud': 'x', 'x.example:sub': 'y' } },
              kind === 'saml' ? 'sts:AssumeRoleWithSAML' : 'sts:AssumeRoleWithWebIdentity',
            ),
          ),
        }),
      },
      ['TRUST_FOREIGN_PROVIDER'],
    ]),
    [
      'of people, which is none of ours',
      {
        Role: live({
          RoleName: 'AWSReservedSSO_Viewer_0123456789abcdef',
          AssumeRolePolicyDocument: policy(
            allow(
              { Federated: 'arn:aws:iam::222222222222:saml-provider/sso' },
              { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
              ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
            ),
          ),
        }),
      },
      [],
    ],
    [
      'that trusts a role of its own account',
      {
        Role: live({
          RoleName: 'reports',
          AssumeRolePolicyDocument: policy(allow({ AWS: 'arn:aws:iam::222222222222:role/reader' })),
        }),
      },
      [],
    ],
    [
      'that trusts a role of another account',
      {
        Role: live({
          RoleName: 'reports',
          AssumeRolePolicyDocument: good({ AWS: 'arn:aws:iam::444444444444:role/reader' }),
        }),
      },
      ['TRUST_FOREIGN_PRINCIPAL'],
    ],
  ])('%s', (_, document, codes) => {
    expect(codesOf(document)).toEqual(codes);
  });

  it('with the id of a deleted principal is told how to repair it', () => {
    const [role] = lint({ Role: live({ AssumeRolePolicyDocument: good({ AWS: 'AROAEXAMPLEEXAMPLE001' }) }) });
    expect(role?.name).toBe('drawbridge-deploy');
    expect(role?.findings[0]).toMatchObject({
      place: { pointer: '/Role/AssumeRolePolicyDocument/Statement/0', line: 10 },
    });
    expect(role?.findings[0]?.next).toMatch(
      /^Deploy accounts\/account\.yml again with the ARN of the orchestrator role/,
    );
  });
});

describe('a template of others', () => {
  const role = (Properties: object, more: object = {}) => ({
    Resources: { App: { Type: 'AWS::IAM::Role', Properties }, ...more },
  });
  const bounded = {
    PermissionsBoundary: {
      'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/drawbridge/drawbridge-boundary',
    },
  };
  const trusting = (Principal: unknown, more: object = {}) => ({
    ...bounded,
    AssumeRolePolicyDocument: policy(allow(Principal)),
    ...more,
  });
  const lambda = { Service: 'lambda.amazonaws.com' };
  const passAny = policy({ Effect: 'Allow', Action: ['iam:*'], Resource: ['*'] });
  const parameter = (Type: string) => ({ Parameters: { Who: { Type } } });

  it.each<[string, object, string[]]>([
    ['a role for a function', role(trusting(lambda)), []],
    ['a role without a boundary', role({ AssumeRolePolicyDocument: policy(allow(lambda)) }), ['TRUST_BOUNDARY']],
    [
      'a role without properties',
      { Resources: { App: { Type: 'AWS::IAM::Role' } } },
      ['TRUST_UNREADABLE', 'TRUST_BOUNDARY'],
    ],
    [
      'a role of Drawbridge’s own without a boundary',
      role({ RoleName: 'drawbridge-api', AssumeRolePolicyDocument: policy(allow(lambda)) }),
      [],
    ],
    [
      'a trust policy as text',
      role({ ...bounded, AssumeRolePolicyDocument: JSON.stringify(policy(allow(lambda))) }),
      [],
    ],
    [
      'a trust policy as substituted text',
      role({
        ...bounded,
        AssumeRolePolicyDocument: {
          'Fn::Sub': JSON.stringify(policy(allow({ AWS: 'arn:aws:iam::${AWS::AccountId}:root' }))),
        },
      }),
      [
        'TRUST_ACCOUNT',
        'TRUST_EXTERNAL_ID',
        'TRUST_SOURCE_IDENTITY',
        'TRUST_SESSION_TAGS',
        'TRUST_SESSION_ACTION',
        'TRUST_SESSION_ACTION',
      ],
    ],
    [
      'a role of the same template',
      role(trusting({ AWS: { 'Fn::GetAtt': ['Other', 'Arn'] } }), {
        Other: { Type: 'AWS::IAM::Role', Properties: trusting(lambda) },
      }),
      [],
    ],
    [
      'a role of the same template by its name',
      role(trusting({ AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Other}' } }), {
        Other: { Type: 'AWS::IAM::Role', Properties: trusting(lambda, { RoleName: 'other' }) },
      }),
      [],
    ],
    [
      'a provider of the same template',
      role(
        trusting(lambda, {
          AssumeRolePolicyDocument: policy(
            allow({ Federated: { Ref: 'Idp' } }, { StringEquals: { 'SAML:aud': 'a' } }, 'sts:AssumeRoleWithSAML'),
          ),
        }),
        { Idp: { Type: 'AWS::IAM::SAMLProvider', Properties: { Name: 'idp' } } },
      ),
      [],
    ],
    [
      'GitHub as a provider of the same template',
      role(
        trusting(lambda, {
          AssumeRolePolicyDocument: policy(
            allow(
              { Federated: { 'Fn::GetAtt': ['Idp', 'Arn'] } },
              { StringEquals: { 'token.actions.githubusercontent.com:sub': 'x' } },
              'sts:AssumeRoleWithWebIdentity',
            ),
          ),
        }),
        { Idp: { Type: 'AWS::IAM::OIDCProvider', Properties: { Url: 'https://token.actions.githubusercontent.com' } } },
      ),
      ['TRUST_WEB_IDENTITY'],
    ],
    [
      'a provider whose address is a parameter',
      role(
        trusting(lambda, {
          AssumeRolePolicyDocument: policy(
            allow(
              { Federated: { Ref: 'Idp' } },
              { StringEquals: { 'Idp:sub': 'x', 'Idp:aud': 'y' } },
              'sts:AssumeRoleWithWebIdentity',
            ),
          ),
        }),
        { Idp: { Type: 'AWS::IAM::OIDCProvider', Properties: { Url: { Ref: 'AWS::StackName' } } } },
      ),
      [],
    ],
    [
      'an attribute only a deployment knows',
      role(trusting({ AWS: { 'Fn::GetAtt': ['Custom', 'RoleArn'] } })),
      ['TRUST_UNDECIDED'],
    ],
    ['a resource that only a deployment knows', role(trusting({ AWS: { Ref: 'Custom' } })), ['TRUST_UNDECIDED']],
    ['properties that come to nothing', role({ Ref: 'AWS::NoValue' }), ['TRUST_UNREADABLE', 'TRUST_BOUNDARY']],
    ['an import', role(trusting({ AWS: { 'Fn::ImportValue': 'somebody' } })), ['TRUST_UNDECIDED']],
    [
      'an attribute in a condition',
      role(
        trusting(lambda, {
          AssumeRolePolicyDocument: policy(
            allow(lambda, { ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': 'Topic.TopicArn' } } }),
          ),
        }),
      ),
      [],
    ],
    [
      'a parameter for anybody',
      { ...role(trusting({ AWS: { Ref: 'Who' } })), ...parameter('String') },
      [
        'TRUST_EXTERNAL_ID',
        'TRUST_SOURCE_IDENTITY',
        'TRUST_SESSION_TAGS',
        'TRUST_SESSION_ACTION',
        'TRUST_SESSION_ACTION',
        'TRUST_UNDECIDED',
      ],
    ],
    [
      'a list for anybody',
      { ...role(trusting({ AWS: { Ref: 'Who' } })), ...parameter('CommaDelimitedList') },
      [
        'TRUST_EXTERNAL_ID',
        'TRUST_SOURCE_IDENTITY',
        'TRUST_SESSION_TAGS',
        'TRUST_SESSION_ACTION',
        'TRUST_SESSION_ACTION',
        'TRUST_UNDECIDED',
      ],
    ],
    [
      'a parameter that is no principal',
      { ...role(trusting({ AWS: { Ref: 'Who' } })), Parameters: { Who: { Type: 'String', AllowedPattern: '^x$' } } },
      ['TRUST_UNDECIDED'],
    ],
    [
      'a parameter for services of AWS alone',
      {
        ...role(trusting({ Service: { Ref: 'Who' } })),
        Parameters: { Who: { Type: 'String', Default: 'sns.amazonaws.com', AllowedPattern: '[a-z]+.amazonaws.com' } },
      },
      [],
    ],
    [
      'a parameter for a service',
      {
        ...role(trusting({ Service: { Ref: 'Who' } })),
        Parameters: { Who: { Type: 'String', Default: 'sns.amazonaws.com' } },
      },
      ['TRUST_UNDECIDED'],
    ],
    [
      'an open policy beside the role',
      role(trusting(lambda), {
        Pass: { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'App' }], PolicyDocument: passAny } },
      }),
      ['TRUST_PASS_ROLE'],
    ],
    [
      'an open policy by the role’s name',
      role(trusting(lambda, { RoleName: 'app' }), {
        Pass: { Type: 'AWS::IAM::RolePolicy', Properties: { RoleName: 'app', PolicyDocument: passAny } },
      }),
      ['TRUST_PASS_ROLE'],
    ],
    [
      'an open managed policy the role names',
      role(trusting(lambda, { ManagedPolicyArns: [{ Ref: 'Pass' }] }), {
        Pass: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: passAny } },
      }),
      ['TRUST_PASS_ROLE'],
    ],
    [
      'an open policy of another role',
      role(trusting(lambda), {
        Pass: { Type: 'AWS::IAM::ManagedPolicy', Properties: { Roles: ['someone'], PolicyDocument: passAny } },
      }),
      [],
    ],
    [
      'a policy without a resource',
      role(
        trusting(lambda, {
          Policies: [{ PolicyName: 'odd', PolicyDocument: policy({ Effect: 'Allow', Action: 'iam:PassRole' }) }],
        }),
      ),
      ['TRUST_UNREADABLE'],
    ],
    [
      'a policy on resources of the template',
      role(
        trusting(lambda, {
          Policies: [
            {
              PolicyName: 'read',
              PolicyDocument: policy({
                Effect: 'Allow',
                Action: 'sqs:ReceiveMessage',
                Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] },
              }),
            },
          ],
        }),
      ),
      [],
    ],
  ])('%s', (_, template, codes) => {
    expect(codesOf(template)).toEqual(codes);
  });

  it.each<[string, unknown, string]>([
    [
      'Join',
      { 'Fn::Join': [':', ['arn', { Ref: 'AWS::Partition' }, 'iam:', '444444444444', 'role/x']] },
      'arn:aws:iam::444444444444:role/x',
    ],
    [
      'Select and Split',
      { 'Fn::Select': [1, { 'Fn::Split': ['|', 'a|arn:aws:iam::444444444444:role/x'] }] },
      'arn:aws:iam::444444444444:role/x',
    ],
    [
      'Sub with variables',
      { 'Fn::Sub': ['arn:aws:iam::${Account}:role/x', { Account: { Ref: 'AWS::AccountId' } }] },
      'arn:aws:iam::000000000000:role/x',
    ],
    ['Sub with an attribute', { 'Fn::Sub': '${Other.Arn}' }, 'arn:aws:iam::000000000000:role/team/other'],
    ['Sub with a literal', { 'Fn::Sub': 'arn:aws:iam::444444444444:role/x${!y}' }, 'TRUST_UNREADABLE'],
    [
      'Sub with variables that are none',
      { 'Fn::Sub': ['arn:aws:iam::444444444444:role/x', 'y'] },
      'arn:aws:iam::444444444444:role/x',
    ],
    ['Sub with what is no text', { 'Fn::Sub': ['${Account}', { Account: ['x'] }] }, 'TRUST_UNDECIDED'],
    ['Sub without anything', { 'Fn::Sub': '${AWS::NoValue}' }, 'TRUST_UNDECIDED'],
    ['Join of what is no list', { 'Fn::Join': [':', 'x'] }, 'TRUST_UNDECIDED'],
    ['Split of what is no text', { 'Fn::Select': [0, { 'Fn::Split': [':', ['x']] }] }, 'TRUST_UNDECIDED'],
    ['Select beyond the end', { 'Fn::Select': [7, ['x']] }, 'TRUST_UNDECIDED'],
    ['Select without arguments', { 'Fn::Select': 'x' }, 'TRUST_UNDECIDED'],
    ['If without arguments', { 'Fn::If': 'x' }, 'TRUST_UNREADABLE'],
  ])('understands %s', (_, written, read) => {
    const template = role(trusting({ AWS: written }), {
      Other: { Type: 'AWS::IAM::Role', Properties: trusting(lambda, { RoleName: 'other', Path: '/team/' }) },
    });
    const [linted] = lint(template);
    const named = linted?.admissions.map(({ principal }) => principal) ?? [];
    expect([...named, ...(linted?.findings.map(({ code }) => code) ?? [])]).toContain(read);
  });

  it('is read both ways where a condition decides', () => {
    const Principal = { 'Fn::If': ['Open', '*', { Service: 'lambda.amazonaws.com' }] };
    const Conditions = { Open: { 'Fn::Equals': ['a', 'b'] } };
    const [linted] = lint({ Conditions, ...role(trusting(Principal)) });
    expect(linted?.findings.map(({ code }) => code)).toContain('TRUST_WILDCARD');
    expect(linted?.admissions).toMatchObject([
      { principal: '*', conditions: ['when Open'] },
      { principal: 'lambda.amazonaws.com', conditions: ['unless Open'] },
    ]);
  });

  it('tells of two conditions the one that matters', () => {
    const Principal = { 'Fn::If': ['Lambda', { Service: 'lambda.amazonaws.com' }, { Service: 'sns.amazonaws.com' }] };
    const Tags = [{ 'Fn::If': ['Tagged', { Key: 'a', Value: 'b' }, { Ref: 'AWS::NoValue' }] }];
    const [linted] = lint(role(trusting(Principal, { Tags })));
    expect(linted?.admissions.map(({ principal, conditions }) => [principal, ...conditions])).toEqual([
      ['lambda.amazonaws.com', 'when Lambda'],
      ['sns.amazonaws.com', 'unless Lambda'],
    ]);
  });

  it('is not passed where nobody can go through its conditions', () => {
    const Condition = [...'ABCDEFG'].map((name) => ({ 'Fn::If': [name, 'x', 'y'] }));
    const [linted] = lint(role(trusting(lambda, { Tags: Condition })));
    expect(linted?.findings).toMatchObject([{ code: 'TRUST_UNDECIDED', place: { resource: 'App', line: 3 } }]);
  });

  it('does not print what a secret parameter was read as', () => {
    const template = {
      Parameters: { Who: { Type: 'String', NoEcho: true } },
      ...role(trusting({ AWS: { Ref: 'Who' } })),
    };
    expect(lint(template)[0]?.assumed).toEqual({});
  });
});

describe('a file without roles', () => {
  it.each([
    ['text that is no JSON', '{', 'JSON not well-formed'],
    ['text that is no YAML', 'a: [', 'YAML not well-formed'],
    ['a list', '[]', 'it is a list or a single value'],
    ['something else', '{"a": 1}', 'it has no AWS::IAM::Role, no Statement and no Role'],
    ['a template without roles', '{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}', 'it has no AWS::IAM::Role'],
    ['a broken template', '{"Resources": {"Q": {}}}', 'Every Resources object must contain a Type member'],
    ['a role without trust policy', '{"Role": {"RoleName": "x"}}', 'it has no AWS::IAM::Role'],
  ])('%s cannot be judged', (_, text, cause) => {
    const linted = lintDocument(text);
    if (linted.kind !== 'unusable') throw new Error('it was judged');
    expect(linted.problem).toMatchObject({ code: 'TRUST_FILE', exit: 2 });
    expect(linted.problem.cause).toContain(cause);
    expect(linted.problem.cause).toMatch(/[^.]\.$/);
  });

  it('is placed where its structure breaks', () => {
    const linted = lintDocument('Resources:\n  Q:\n    Properties: {}\n');
    expect(linted).toMatchObject({ problem: { place: { line: 2, column: 3 } } });
  });
});
