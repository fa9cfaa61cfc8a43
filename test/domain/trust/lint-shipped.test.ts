/** accounts/account.yml is clean, and every defect planted into a copy of it is found, and nothing else. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lintDocument } from '#shared/domain/trust/lint-document.ts';
import type { TemplateOptions } from '#shared/domain/trust/lint-template.ts';
import { root } from '#test/infra/shipped.ts';

const shipped = readFileSync(`${root}accounts/account.yml`, 'utf8');

function lint(text: string, options?: TemplateOptions) {
  const linted = lintDocument(text, options);
  if (linted.kind !== 'linted') throw new Error(linted.problem.cause);
  return linted.roles;
}

const findingsOf = (text: string, options?: TemplateOptions) =>
  lint(text, options).flatMap(({ findings, logicalId }) => findings.map(({ code }) => [logicalId, code]));

/** One role of the template, changed. */
function inRole(id: string, change: (role: string) => string): string {
  const start = shipped.indexOf(`\n  ${id}:\n`);
  const after = shipped.slice(start + 1).search(/\n {2}[A-Z]\w+:\n|\n[A-Z]\w+:\n/);
  const role = shipped.slice(start, start + 1 + after);
  const changed = change(role);
  if (changed === role) throw new Error(`nothing was planted into ${id}`);
  return shipped.replace(role, () => changed);
}

const first = (from: string | RegExp, to: string) => (role: string) => role.replace(from, () => to);
const within = (sid: string, change: (statement: string) => string) => (role: string) => {
  const start = role.indexOf(`          - Sid: ${sid}\n`);
  const end = role.slice(start + 1).search(/\n {10}- Sid|\n {6}\w/);
  const statement = role.slice(start, start + 1 + end);
  return role.replace(statement, () => change(statement));
};
const everywhere = (from: string, to: string) => (role: string) => role.replaceAll(from, () => to);
const principal = '{ AWS: !Ref OrchestratorRoleArn }';

describe('accounts/account.yml', () => {
  it('has no finding, whichever way its conditions go', () => {
    expect(findingsOf(shipped)).toEqual([]);
  });

  it('has none with the values of a deployment', () => {
    const orchestrator = 'arn:aws-us-gov:iam::555555555555:role/drawbridge-orchestrator';
    const parameters = { OrchestratorRoleArn: orchestrator, ExternalId: 'f3b1c0de', 'AWS::AccountId': '666666666666' };
    expect(findingsOf(shipped, { orchestrator, parameters })).toEqual([]);
  });

  it('lets exactly one principal into each role, and says why', () => {
    const entries = lint(shipped).map(({ name, admissions }) => [
      name,
      [
        ...new Set(
          admissions.map(({ principal, statement, decision }) => `${principal} ${statement} ${decision?.kind}`),
        ),
      ],
    ]);
    const orchestrator = ['arn:aws:iam::111111111111:role/drawbridge-orchestrator Assume allowed'];
    expect(Object.fromEntries(entries)).toEqual({
      'drawbridge-execution': ['cloudformation.amazonaws.com statement 1 allowed'],
      'drawbridge-preview': orchestrator,
      'drawbridge-deploy': orchestrator,
      'drawbridge-audit': orchestrator,
      'drawbridge-event-forward': ['events.amazonaws.com statement 1 allowed'],
    });
  });

  it('names the conditions, those of one way only with that way, and never the external id', () => {
    const text = shipped.replace('    NoEcho: true\n', '');
    const roles = lint(text, { parameters: { ExternalId: 'f3b1c0de' } });
    const [withOrganization, without] = roles.find(({ name }) => name === 'drawbridge-audit')?.admissions ?? [];
    expect(withOrganization?.conditions).toEqual([
      'StringEquals sts:ExternalId (not shown)',
      'StringEquals aws:PrincipalOrgID o-drawbridge00',
      'StringLike sts:SourceIdentity prm-* or usr-*',
      'StringLike aws:RequestTag/drawbridge:promotion ?*',
      'StringLike aws:RequestTag/drawbridge:environment ?*',
      'when HasOrganization',
    ]);
    expect(without?.conditions.at(-1)).toBe('unless HasOrganization');
    expect(JSON.stringify(roles)).not.toContain('f3b1c0de');
  });

  it('says with which values it was read', () => {
    const assumed = lint(shipped).map((role) => role.assumed);
    const known = { OrchestratorRoleArn: 'arn:aws:iam::111111111111:role/drawbridge-orchestrator' };
    expect(assumed).toEqual([{}, known, known, known, {}]);
  });
});

describe.each(['PreviewRole', 'DeployRole', 'AuditRole'])('a defect in %s', (role) => {
  const arn = (rest: string) => `{ AWS: 'arn:aws:iam::444444444444:${rest}' }`;
  it.each<[string, string, (text: string) => string]>([
    ['everyone as the principal', 'TRUST_WILDCARD', everywhere(principal, "{ AWS: '*' }")],
    ['everyone, written short', 'TRUST_WILDCARD', everywhere(principal, "'*'")],
    ['an account id as the principal', 'TRUST_ACCOUNT', everywhere(principal, "{ AWS: '444444444444' }")],
    ['an account root as the principal', 'TRUST_ACCOUNT', everywhere(principal, arn('root'))],
    ['another role as the principal', 'TRUST_FOREIGN_PRINCIPAL', everywhere(principal, arn('role/someone'))],
    [
      'a role that only begins like the orchestrator',
      'TRUST_FOREIGN_PRINCIPAL',
      everywhere(principal, arn('role/drawbridge-orchestrator-2')),
    ],
    [
      'a second principal',
      'TRUST_SECOND_PRINCIPAL',
      within(
        'Assume',
        first(principal, "{ AWS: [!Ref OrchestratorRoleArn, 'arn:aws:iam::444444444444:role/someone'] }"),
      ),
    ],
    [
      'the orchestrator role of a second account',
      'TRUST_SECOND_PRINCIPAL',
      within(
        'Assume',
        first(
          principal,
          "{ AWS: [!Ref OrchestratorRoleArn, 'arn:aws:iam::444444444444:role/drawbridge-orchestrator'] }",
        ),
      ),
    ],
    [
      'a service as the second principal',
      'TRUST_SECOND_PRINCIPAL',
      within('Assume', first(principal, '{ AWS: !Ref OrchestratorRoleArn, Service: lambda.amazonaws.com }')),
    ],
    ['a user', 'TRUST_USER', everywhere(principal, arn('user/someone'))],
    [
      'one session',
      'TRUST_SESSION',
      everywhere(
        principal,
        "{ AWS: 'arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/drawbridge-plan' }",
      ),
    ],
    [
      'the unique id of a deleted role',
      'TRUST_DELETED_PRINCIPAL',
      everywhere(principal, '{ AWS: AROAEXAMPLEEXAMPLE001 }'),
    ],
    [
      'the unique id of a deleted user',
      'TRUST_DELETED_PRINCIPAL',
      everywhere(principal, '{ AWS: AIDAEXAMPLEEXAMPLE001 }'),
    ],
    ['no external id', 'TRUST_EXTERNAL_ID', first(/ +sts:ExternalId: .*\n/, '')],
    [
      'an external id only if there is one',
      'TRUST_EXTERNAL_ID',
      within('Assume', first('StringEquals:', 'StringEqualsIfExists:')),
    ],
    [
      'an external id only in an organization',
      'TRUST_EXTERNAL_ID',
      first('!Ref ExternalId', '!If [HasOrganization, !Ref ExternalId, !Ref AWS::NoValue]'),
    ],
    ['any external id but one', 'TRUST_EXTERNAL_ID', within('Assume', first('StringEquals:', 'StringNotEquals:'))],
    [
      'an external id of any kind',
      'TRUST_OPEN_CONDITION',
      within('Assume', (text) =>
        text
          .replace(/ +sts:ExternalId: .*\n/, '')
          .replace('StringLike:\n', "StringLike:\n                sts:ExternalId: 'x*'\n"),
      ),
    ],
    ['no source identity', 'TRUST_SOURCE_IDENTITY', within('Assume', first(/ +sts:SourceIdentity: .*\n/, ''))],
    [
      'no source identity where it is set',
      'TRUST_SOURCE_IDENTITY',
      within('SourceIdentity', first(/StringLike: .*/, "StringLike: { aws:RequestTag/drawbridge:promotion: '?*' }")),
    ],
    [
      'any source identity',
      'TRUST_OPEN_CONDITION',
      within('Assume', first(/(sts:SourceIdentity: ).*/, "sts:SourceIdentity: '*'")),
    ],
    [
      'a source identity of another kind',
      'TRUST_OPEN_CONDITION',
      within('SourceIdentity', first(/sts:SourceIdentity: (\[.*\]|\S+)/, 'sts:SourceIdentity: [prm-*, adm-*]')),
    ],
    [
      'no promotion tag',
      'TRUST_SESSION_TAGS',
      within('Assume', first(/ +aws:RequestTag\/drawbridge:promotion: .*\n/, '')),
    ],
    [
      'no environment tag',
      'TRUST_SESSION_TAGS',
      within('Assume', first(/ +aws:RequestTag\/drawbridge:environment: .*/, '')),
    ],
    [
      'an environment tag that may be empty',
      'TRUST_OPEN_CONDITION',
      within('Assume', first(/drawbridge:environment: .*/, "drawbridge:environment: '*'")),
    ],
    [
      'no promotion tag where tags are set',
      'TRUST_SESSION_TAGS',
      within('SessionTags', first(/ +aws:RequestTag\/drawbridge:promotion: .*\n/, '')),
    ],
    ['no statement for the source identity', 'TRUST_SESSION_ACTION', within('SourceIdentity', () => '')],
    ['no statement for tags', 'TRUST_SESSION_ACTION', within('SessionTags', () => '')],
    ['every action of STS', 'TRUST_ACTION', within('Assume', first('Action: sts:AssumeRole', "Action: 'sts:*'"))],
    [
      'an action of web identities',
      'TRUST_ACTION',
      within('Assume', first('Action: sts:AssumeRole', 'Action: [sts:AssumeRole, sts:AssumeRoleWithWebIdentity]')),
    ],
    [
      'everything but one action',
      'TRUST_ACTION',
      within('Assume', first('Action: sts:AssumeRole', 'NotAction: iam:PassRole')),
    ],
    [
      'ForAllValues without a check for presence',
      'TRUST_FOR_ALL_VALUES',
      within(
        'SourceIdentity',
        first(
          'Condition:\n',
          'Condition:\n              ForAllValues:StringEquals: { aws:TagKeys: [drawbridge:promotion] }\n',
        ),
      ),
    ],
    ['a statement nobody can judge', 'TRUST_UNREADABLE', within('SourceIdentity', first('StringLike:', 'IpAddress:'))],
    ['long sessions', 'TRUST_SESSION_DURATION', first('MaxSessionDuration: 3600', 'MaxSessionDuration: 43200')],
  ])('%s is %s', (_, code, plant) => {
    expect(findingsOf(inRole(role, plant))).toEqual([[role, code]]);
  });

  it.each<[string, string, (text: string) => string]>([
    ['everyone but somebody', 'TRUST_WILDCARD', everywhere(`Principal: ${principal}`, `NotPrincipal: ${principal}`)],
    ['a wildcard in an ARN', 'TRUST_WILDCARD', everywhere(principal, arn('role/drawbridge-*'))],
  ])('%s is %s', (_, code, plant) => {
    const found = findingsOf(inRole(role, plant));
    expect(new Set(found.map(String))).toEqual(new Set([`${role},${code}`]));
  });

  it('a trusted account that aws:PrincipalArn narrows is a warning, unless a wildcard widens it again', () => {
    const narrowed = (arn: string) =>
      inRole(role, (text) =>
        text
          .replaceAll(principal, "{ AWS: '111111111111' }")
          .replaceAll(
            '\n            Condition:\n',
            `\n            Condition:\n              ArnLike: { aws:PrincipalArn: '${arn}' }\n`,
          ),
      );
    const orchestrator = 'arn:aws:iam::111111111111:role/drawbridge-orchestrator';
    expect(findingsOf(narrowed(orchestrator))).toEqual([[role, 'TRUST_ACCOUNT_PINNED']]);
    expect(findingsOf(narrowed('arn:aws:iam::111111111111:role/drawbridge-*'))).toEqual([[role, 'TRUST_ACCOUNT']]);
  });

  it('only the first statement narrowed is the account trusted', () => {
    const text = inRole(role, (whole) =>
      whole
        .replaceAll(principal, "{ AWS: '111111111111' }")
        .replace(
          '            Condition:\n',
          "            Condition:\n              ArnEquals: { aws:PrincipalArn: 'arn:aws:iam::111111111111:role/drawbridge-orchestrator' }\n",
        ),
    );
    expect(findingsOf(text)).toEqual([[role, 'TRUST_ACCOUNT']]);
  });
});

describe('a person as source identity', () => {
  const people = within('Assume', first(/sts:SourceIdentity: (\[.*\]|\S+)/, 'sts:SourceIdentity: [prm-*, usr-*]'));
  it.each(['PreviewRole', 'DeployRole'])('is not let into %s', (role) => {
    expect(findingsOf(inRole(role, people))).toEqual([[role, 'TRUST_OPEN_CONDITION']]);
  });
});

describe('a parameter that decides who is trusted', () => {
  const declared = /(OrchestratorRoleArn:\n {4}Type: String\n) {4}AllowedPattern: .*\n/;
  const undecided = ['PreviewRole', 'DeployRole', 'AuditRole'].map((role) => [role, 'TRUST_UNDECIDED']);

  it.each([
    ['no pattern', '$1'],
    ['a pattern for any role', '$1    AllowedPattern: ^arn:aws:iam::[0-9]{12}:role/.*$\n'],
    [
      'a pattern for names that begin alike',
      '$1    AllowedPattern: ^arn:aws:iam::[0-9]{12}:role/drawbridge-orchestrator.*$\n',
    ],
    [
      'a value list with a stranger',
      '$1    AllowedValues: [arn:aws:iam::111111111111:role/drawbridge-orchestrator, arn:aws:iam::111111111111:role/deployer]\n',
    ],
    ['a default that may be overridden', '$1    Default: arn:aws:iam::111111111111:role/drawbridge-orchestrator\n'],
  ])('is a finding with %s', (_, declaration) => {
    expect(findingsOf(shipped.replace(declared, declaration))).toEqual(undecided);
  });

  it('is none any more once its value is given', () => {
    const parameters = { OrchestratorRoleArn: 'arn:aws:iam::111111111111:role/drawbridge-orchestrator' };
    expect(findingsOf(shipped.replace(declared, '$1'), { parameters })).toEqual([]);
  });

  it('is judged by the value that is given', () => {
    const parameters = { OrchestratorRoleArn: 'arn:aws:iam::444444444444:role/someone' };
    const codes = findingsOf(shipped.replace(declared, '$1'), { parameters }).map(([, code]) => code);
    expect(codes).toEqual(['TRUST_FOREIGN_PRINCIPAL', 'TRUST_FOREIGN_PRINCIPAL', 'TRUST_FOREIGN_PRINCIPAL']);
  });

  it('names the parameter, and somebody it would let in', () => {
    const [finding] = lint(shipped.replace(declared, '$1'))[1]?.findings ?? [];
    expect(finding?.cause).toBe(
      'Who is trusted depends on parameter OrchestratorRoleArn, which may also be arn:aws:iam::444444444444:role/someone.',
    );
    expect(finding?.place).toMatchObject({ pointer: '/Parameters/OrchestratorRoleArn', resource: 'PreviewRole' });
  });
});

describe('the orchestrator role by its ARN', () => {
  it('is the only one to be trusted', () => {
    const orchestrator = 'arn:aws:iam::111111111111:role/drawbridge-orchestrator';
    const parameters = { OrchestratorRoleArn: 'arn:aws:iam::444444444444:role/drawbridge-orchestrator' };
    expect(findingsOf(shipped, { orchestrator, parameters }).map(([, code]) => code)).toEqual([
      'TRUST_FOREIGN_PRINCIPAL',
      'TRUST_FOREIGN_PRINCIPAL',
      'TRUST_FOREIGN_PRINCIPAL',
    ]);
  });
});

describe('a defect in the execution role', () => {
  const trusted = '{ Service: cloudformation.amazonaws.com }';
  it.each<[string, string, (text: string) => string]>([
    [
      'a second service',
      'TRUST_EXECUTION',
      first(trusted, '{ Service: [cloudformation.amazonaws.com, lambda.amazonaws.com] }'),
    ],
    ['the orchestrator role', 'TRUST_EXECUTION', first(trusted, '{ AWS: !Ref OrchestratorRoleArn }')],
    ['the account', 'TRUST_EXECUTION', first(trusted, '{ AWS: !Ref AWS::AccountId }')],
    ['everyone', 'TRUST_WILDCARD', first(trusted, "'*'")],
    ['no boundary', 'TRUST_BOUNDARY', first('      PermissionsBoundary: !Ref Boundary\n', '')],
    ['another boundary', 'TRUST_BOUNDARY', first('!Ref Boundary\n', 'arn:aws:iam::aws:policy/PowerUserAccess\n')],
    ['a boundary by a parameter', 'TRUST_BOUNDARY', first('!Ref Boundary\n', '!Ref ExternalId\n')],
    ['a tag key that is no condition', 'TRUST_UNREADABLE', first('aws:SourceAccount', 'aws:SourceAcount')],
  ])('%s is %s', (_, code, plant) => {
    expect(findingsOf(inRole('ExecutionRole', plant))).toEqual([['ExecutionRole', code]]);
  });

  it('a boundary by a parameter is none once its value is given', () => {
    const plant = first('!Ref Boundary\n', '!Ref ExternalId\n');
    const parameters = { ExternalId: 'arn:aws:iam::222222222222:policy/drawbridge/drawbridge-boundary' };
    expect(findingsOf(inRole('ExecutionRole', plant), { parameters })).toEqual([]);
  });
});

describe('iam:PassRole', () => {
  const passed =
    /Resource: !Sub arn:.*drawbridge-execution\n {16}Condition:\n {18}StringEquals: \{ iam:PassedToService: cloudformation.amazonaws.com \}/;
  const arn = 'arn:aws:iam::222222222222:role/drawbridge/drawbridge-execution';
  const to = (service: string) => `\n                Condition: { ${service} }`;
  const toCloudFormation = to('StringEquals: { iam:PassedToService: cloudformation.amazonaws.com }');
  it.each([
    ['on every resource', `Resource: '*'${toCloudFormation}`],
    ['on every role of an account', `Resource: arn:aws:iam::222222222222:role/*${toCloudFormation}`],
    ['on everything of IAM', `Resource: arn:aws:iam::222222222222:*${toCloudFormation}`],
    ['on every role but one', `NotResource: ${arn}${toCloudFormation}`],
    ['to every service', `Resource: ${arn}`],
    ['to every service, spelled out', `Resource: ${arn}${to("StringLike: { iam:PassedToService: '*' }")}`],
    [
      'to a service only if one is named',
      `Resource: ${arn}${to('StringEqualsIfExists: { iam:PassedToService: cloudformation.amazonaws.com }')}`,
    ],
  ])('%s is a finding', (_, written) => {
    expect(findingsOf(inRole('PreviewRole', first(passed, written)))).toEqual([['PreviewRole', 'TRUST_PASS_ROLE']]);
  });

  it('on roles of one path is none', () => {
    const written = `Resource: arn:aws:iam::222222222222:role/drawbridge/*${toCloudFormation}`;
    expect(findingsOf(inRole('PreviewRole', first(passed, written)))).toEqual([]);
  });

  it('is found behind a wildcard of actions', () => {
    const all = first('- iam:GetAccountSummary', "- 'iam:*'");
    expect(findingsOf(inRole('AuditRole', all))).toEqual([['AuditRole', 'TRUST_PASS_ROLE']]);
  });
});

it('a finding tells where it is, by line and by pointer', () => {
  const text = inRole('DeployRole', first(/ +sts:ExternalId: .*\n/, ''));
  const [finding] = lint(text).flatMap(({ findings }) => findings);
  const line = text
    .slice(0, text.indexOf('          - Sid: Assume', text.indexOf('\n  DeployRole:')))
    .split('\n').length;
  expect(finding?.place).toEqual({
    pointer: '/Resources/DeployRole/Properties/AssumeRolePolicyDocument/Statement/0',
    resource: 'DeployRole',
    line,
    column: 13,
  });
  expect(finding).toMatchObject({ severity: 'error', exit: 3 });
});
