/** Templates that would get round the rule of no static keys. Each file is refused offline, by code, logical id and place. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { validate } from '#cli/commands/validate.ts';
import { runCli } from '#cli/run-cli.ts';
import { recorder } from '#test/cli/workspace.ts';

const folder = 'test/fixtures/hostile';
const boundary = '/Resources/Escape/Properties';
const policy = '/Resources/Everything/Properties/PolicyDocument/Statement';
const trust = (role: string) => `/Resources/${role}/Properties/AssumeRolePolicyDocument/Statement/0`;
const variables = '/Resources/Function/Properties/Environment/Variables';

/** Problems as `CODE line:column logical-id pointer`; the file where it is another one. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'anonymous-pool.yaml': [
    'GATE_TRUST 4:5 Pool /Resources/Pool/Type',
    'GATE_TRUST 10:70 Worker /Resources/Worker/Properties/AssumeRolePolicyDocument/Statement/0',
    'GATE_TRUST 15:70 Foreign /Resources/Foreign/Properties/AssumeRolePolicyDocument/Statement/0',
    'GATE_TRUST 15:70 Foreign /Resources/Foreign/Properties/AssumeRolePolicyDocument/Statement/0',
  ],
  'any-account.yaml': [
    'GATE_POLICY 12:25 Worker /Resources/Worker/Properties/Policies/0/PolicyDocument/Statement/0',
    'GATE_POLICY 12:25 Worker /Resources/Worker/Properties/Policies/0/PolicyDocument/Statement/0',
  ],
  'any-repository.yaml': ['GATE_TRUST 10:13 Runner /Resources/Runner/Properties/AssumeRolePolicyDocument/Statement/0'],
  'api-version.yaml': ['GATE_STATIC_CREDENTIAL 4:5 A /Resources/A/Type'],
  'broad-managed.yaml': [
    'GATE_POLICY 9:11 Worker /Resources/Worker/Properties/ManagedPolicyArns/0',
    'GATE_POLICY 10:11 Worker /Resources/Worker/Properties/ManagedPolicyArns/1',
    'GATE_POLICY 11:11 Worker /Resources/Worker/Properties/ManagedPolicyArns/2',
    'GATE_POLICY 12:11 Worker /Resources/Worker/Properties/ManagedPolicyArns/3',
    'GATE_POLICY 13:11 Worker /Resources/Worker/Properties/ManagedPolicyArns/4',
    'GATE_POLICY 14:16 Worker /Resources/Worker/Properties/ManagedPolicyArns/5',
  ],
  'computed-member.yaml': [
    'GATE_TRANSFORM 2:1 - /Transform',
    'GATE_STATIC_CREDENTIAL 6:5 A /Resources/A/Fn::ForEach::X',
  ],
  'device-certificate.yaml': [
    'GATE_TRUST 7:70 Worker /Resources/Worker/Properties/AssumeRolePolicyDocument/Statement/0',
    'GATE_STATIC_CREDENTIAL 9:5 Alias /Resources/Alias/Type',
    'GATE_STATIC_CREDENTIAL 12:5 Certificate /Resources/Certificate/Type',
  ],
  'foreign-attachment.yaml': [
    'GATE_POLICY 5:42 P /Resources/P/Properties/Roles/0',
    'GATE_POLICY 5:61 P /Resources/P/Properties/Roles/1',
    'GATE_POLICY 5:101 P /Resources/P/Properties/Users/0',
  ],
  'named-like-a-wildcard.yaml': [
    'GATE_POLICY 19:25 Worker /Resources/Worker/Properties/Policies/0/PolicyDocument/Statement/0',
    'GATE_POLICY 14:32 Worker /Resources/Worker/Properties/ManagedPolicyArns/0',
  ],
  'named-like-an-account.yaml': [
    'GATE_TRUST 12:21 Support /Resources/Support/Properties/AssumeRolePolicyDocument/Statement/0',
  ],
  'named-like-an-action.yaml': [
    'GATE_POLICY 18:25 Worker /Resources/Worker/Properties/Policies/0/PolicyDocument/Statement/0',
    'GATE_POLICY 18:25 Worker /Resources/Worker/Properties/Policies/0/PolicyDocument/Statement/0',
  ],
  'serverless.yaml': [
    'GATE_TRANSFORM 2:1 - /Transform',
    'GATE_POLICY 6:80 F /Resources/F/Properties/Policies/0',
    'GATE_POLICY 6:114 F /Resources/F/Properties/Policies/1/Statement/0',
    'GATE_TRANSFORM 8:5 N /Resources/N/Type',
  ],
  'split-key.yaml': [
    'GATE_STATIC_CREDENTIAL 10:35 F /Resources/F/Properties/Environment/Variables/A/Fn::Join',
    'GATE_STATIC_CREDENTIAL 10:76 F /Resources/F/Properties/Environment/Variables/B/Fn::Sub',
    'GATE_STATIC_CREDENTIAL 10:121 F /Resources/F/Properties/Environment/Variables/C/Fn::Base64',
  ],
  'ways-in.yaml': [
    'GATE_TRANSFORM 3:8 R /Resources/R/Type',
    'GATE_TRANSFORM 4:8 H /Resources/H/Type',
    'GATE_TRANSFORM 5:9 Pr /Resources/Pr/Type',
    'GATE_TRANSFORM 6:11 Pack /Resources/Pack/Type',
    'GATE_TRANSFORM 7:10 App /Resources/App/Type',
    'GATE_TRUST 8:10 Acc /Resources/Acc/Type',
    'GATE_TRUST 9:9 Ps /Resources/Ps/Type',
    'GATE_STATIC_CREDENTIAL 10:9 Kp /Resources/Kp/Type',
    'GATE_STATIC_CREDENTIAL 11:9 Tu /Resources/Tu/Type',
  ],
  'composed-type.yaml': [
    'GATE_TRANSFORM 2:1 - /Transform',
    'GATE_STATIC_CREDENTIAL 8:9 Deploy${Kind} /Resources/Fn::ForEach::Members/2/Deploy${Kind}/Type',
    'TEMPLATE_INVALID 4:3 - -',
  ],
  'computed-policy.yaml': [
    'GATE_TRUST 10:7 Chameleon /Resources/Chameleon/Properties/AssumeRolePolicyDocument',
    'GATE_POLICY 11:7 Chameleon /Resources/Chameleon/Properties/ManagedPolicyArns',
  ],
  'conditional-trust.yaml': [`GATE_TRUST 14:13 Worker ${trust('Worker')}`],
  'foreign-template.yaml': [
    'GATE_URL 4:19 Plain /Resources/Plain/Properties/TemplateURL',
    'GATE_URL 7:19 Foreign /Resources/Foreign/Properties/TemplateURL',
    'GATE_URL 10:19 Unpinned /Resources/Unpinned/Properties/TemplateURL',
    'GATE_URL 13:19 Document /Resources/Document/Properties/TemplateURL',
  ],
  'iam-user.yaml': [
    'GATE_STATIC_CREDENTIAL 3:5 Deployer /Resources/Deployer/Type',
    'GATE_STATIC_CREDENTIAL 7:5 DeployerKey /Resources/DeployerKey/Type',
  ],
  'include.yaml': ['GATE_TRANSFORM 5:7 Topic /Resources/Topic/Properties/Fn::Transform'],
  'key-in-environment.yaml': [
    'GATE_STATIC_CREDENTIAL 3:51 DatabasePassword /Parameters/DatabasePassword/Default',
    `GATE_STATIC_CREDENTIAL 12:11 Function ${variables}/AWS_ACCESS_KEY_ID`,
    `GATE_STATIC_CREDENTIAL 13:11 Function ${variables}/AWS_SECRET_ACCESS_KEY`,
    'STATIC_KEY 12:30 - -',
  ],
  'key-in-user-data.yaml': ['GATE_STATIC_CREDENTIAL 7:9 Server /Resources/Server/Properties/UserData/Fn::Base64'],
  'macro.yaml': ['GATE_TRANSFORM 1:13 - /Transform/0'],
  'nested-user.yaml': [
    'GATE_STATIC_CREDENTIAL nested/accounts.yaml:3:5 Platform/Accounts/Backdoor /Resources/Backdoor/Type',
  ],
  'no-boundary.yaml': ['GATE_BOUNDARY 5:3 Escape /Resources/Escape', `GATE_BOUNDARY 8:7 Escape ${boundary}/RoleName`],
  'open-policy.yaml': [0, 1, 2, 3, 4].map((index) => `GATE_POLICY ${10 + index}:13 Everything ${policy}/${index}`),
  'outside-account.yaml': [`GATE_TRUST 9:13 Support ${trust('Support')}`],
  'own-provider.yaml': [
    'GATE_STATIC_CREDENTIAL 3:5 GitHub /Resources/GitHub/Type',
    'GATE_STATIC_CREDENTIAL 8:5 Anchor /Resources/Anchor/Type',
  ],
  'suppressed-user.yaml': ['GATE_STATIC_CREDENTIAL 7:5 Deployer /Resources/Deployer/Type'],
  'unseen-templates.yaml': [
    'GATE_TRANSFORM 3:5 Everywhere /Resources/Everywhere/Type',
    'GATE_TRANSFORM 8:5 Rewrite /Resources/Rewrite/Type',
    'GATE_TRANSFORM 11:5 Part /Resources/Part/Type',
  ],
};

interface Reported {
  readonly code: string;
  readonly cause: string;
  readonly next: string;
  readonly place: { file: string; line: number; column: number; resource?: string; pointer?: string };
}

async function problemsOf(file: string): Promise<{ exit: number; problems: Reported[]; printed: string }> {
  const terminal = recorder();
  const exit = await runCli(['validate', `${folder}/${file}`, '--output', 'json'], terminal, [validate]);
  const printed = terminal.printed.join('\n');
  return { exit, problems: JSON.parse(printed).problems, printed };
}

function line({ code, place }: Reported, file: string): string {
  const elsewhere = place.file === `${folder}/${file}` ? '' : `${place.file.slice(folder.length + 1)}:`;
  return `${code} ${elsewhere}${place.line}:${place.column} ${place.resource ?? '-'} ${place.pointer ?? '-'}`;
}

describe('hostile templates', () => {
  it('are all in the table', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    expect(files.sort()).toEqual(Object.keys(expected).sort());
    expect(files.length).toBeGreaterThanOrEqual(12);
  });

  it.each(Object.keys(expected))('%s is refused by `drawbridge validate`', async (file) => {
    const { exit, problems, printed } = await problemsOf(file);
    expect(exit).toBe(3);
    expect(problems.map((one) => line(one, file)).sort()).toEqual([...(expected[file] ?? [])].sort());
    for (const { cause, next } of problems) expect([cause, next].join(' ')).toMatch(/\S\. \S.*\.$/);
    expect(printed).not.toMatch(/(AKIA|ASIA)[A-Z0-9]{16}|correct-horse|wJalr/);
  });
});

describe('bad inputs', () => {
  const causesOf = async (file: string) =>
    (await problemsOf(file)).problems.map(({ code, cause }) => `${code} ${cause}`);

  it.each([
    [
      'B-48 a literal access key, masked',
      'key-in-environment.yaml',
      `GATE_STATIC_CREDENTIAL The template holds the access key AKIA${'*'.repeat(16)} (not shown).`,
    ],
    ['B-51 a user', 'iam-user.yaml', 'GATE_STATIC_CREDENTIAL AWS::IAM::User is or carries a static credential.'],
    [
      'B-51 an access key',
      'iam-user.yaml',
      'GATE_STATIC_CREDENTIAL AWS::IAM::AccessKey is or carries a static credential.',
    ],
    [
      'B-52 the same behind a nested stack',
      'nested-user.yaml',
      'GATE_STATIC_CREDENTIAL AWS::IAM::User is or carries a static credential.',
    ],
    [
      'B-53 a loop that composes the type',
      'composed-type.yaml',
      'GATE_STATIC_CREDENTIAL The type {"Fn::Sub":"AWS::IAM::${Kind}"} is composed, so it can become an IAM user or key.',
    ],
    [
      'B-54 suppression metadata',
      'suppressed-user.yaml',
      'GATE_STATIC_CREDENTIAL AWS::IAM::User is or carries a static credential. Its suppression for cfn_nag and cfn-guard and checkov and cfn-lint is not heard here.',
    ],
    ['B-55 a macro', 'macro.yaml', 'GATE_TRANSFORM The transform Rewrite is not on the list of allowed transforms.'],
    ['B-55 AWS::Include', 'include.yaml', 'GATE_TRANSFORM Fn::Transform puts in what AWS::Include answers.'],
    [
      'B-56 trust in everybody',
      'conditional-trust.yaml',
      'GATE_TRUST The role trusts *, which is everybody in every account.',
    ],
    [
      'B-56 trust in an outside account',
      'outside-account.yaml',
      'GATE_TRUST The role trusts 999999999999 of another account.',
    ],
    ['B-57 everything allowed', 'open-policy.yaml', 'GATE_POLICY The policy allows every action on every resource.'],
    [
      'B-57 any role passed',
      'open-policy.yaml',
      'GATE_POLICY The policy allows any role to be passed to a service (iam:PassRole).',
    ],
    [
      'B-58 http',
      'foreign-template.yaml',
      'GATE_URL The nested template comes from http://artifacts.s3.amazonaws.com/a.yaml; only a path or an https address of the artifacts bucket is a source.',
    ],
    [
      'B-58 another bucket',
      'foreign-template.yaml',
      'GATE_URL The nested template comes from https://somebody-elses-bucket.s3.eu-west-1.amazonaws.com/a.yaml, which is no pinned object of the artifacts bucket.',
    ],
    [
      'B-58 unpinned',
      'foreign-template.yaml',
      'GATE_URL The nested template is at {"Fn::Sub":"https://${ArtifactsBucket}.s3.${AWS::Region}.${AWS::URLSuffix}/latest.yaml"}, which the template does not decide.',
    ],
  ])('%s', async (_name, file, said) => {
    expect(await causesOf(file)).toContain(said);
  });
});
