/** Rehearsals with account templates that lack something: the rehearsal fails, and says which role lacks what. */
import { describe, expect, it } from 'vitest';
import { drawbridgeJson, type Edits, newFolder, variant } from './cli-world.ts';

const small = 'test/e2e/cli-small';

async function rehearseWith(accountEdits: Edits, pipelineEdits: Edits = {}) {
  const accounts = await variant('accounts', accountEdits);
  const pipeline = await variant(small, pipelineEdits);
  return drawbridgeJson('rehearse', pipeline, '--world', newFolder(), '--accounts', accounts);
}

/** Removes one statement of the first role in which it occurs. */
const without = (sid: string): [RegExp, string] => [new RegExp(`^( +)- Sid: ${sid}\\n(\\1 .*\\n)+`, 'm'), ''];
const previewOnly = (edit: [RegExp, string]): [RegExp, string] => [
  new RegExp(`(?<=RoleName: drawbridge-preview\\n[\\s\\S]*?)${edit[0].source}`, 'm'),
  edit[1],
];

describe('a rehearsal with doctored accounts', () => {
  it.each<[string, Edits, { code: string; says: RegExp[] }]>([
    [
      'without iam:PassRole for the preview role',
      { 'account.yml': [previewOnly(without('ExecutionRole'))] },
      {
        code: 'ACCESS_DENIED',
        says: [/assumed-role\/drawbridge-preview\//, /iam:PassRole/, /role\/drawbridge\/drawbridge-execution/],
      },
    ],
    [
      'whose roles trust another principal',
      {
        'account.yml': [
          [
            /AWS: !Ref OrchestratorRoleArn/g,
            'AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/OrganizationAccountAccessRole"',
          ],
        ],
      },
      {
        code: 'ASSUME_ROLE_DENIED',
        says: [/assumed-role\/drawbridge-orchestrator\//, /sts:AssumeRole/, /role\/drawbridge\/drawbridge-audit/],
      },
    ],
  ])('%s exits 4', async (_name, edits, { code, says }) => {
    const { exit, json } = await rehearseWith(edits);
    expect([exit, json.ok, json.outcome]).toEqual([4, false, 'errored']);
    const [preProduction, production] = json.environments;
    expect(preProduction.reasons).toMatchObject([{ code }]);
    for (const words of says) expect(preProduction.reasons[0].text).toMatch(words);
    expect(production.outcome).toBe('not-reached');
  });

  it.each<[string, Edits, RegExp]>([
    [
      'with a resource type that does not exist',
      { 'account.yml': [['Type: AWS::IAM::ManagedPolicy', 'Type: AWS::IAM::NoSuchPolicy']] },
      /AWS::IAM::NoSuchPolicy/,
    ],
    [
      'with a trust that names nobody',
      {
        'account.yml': [
          [/AWS: !Ref OrchestratorRoleArn/, 'AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/nobody"'],
        ],
      },
      /ended in ROLLBACK_COMPLETE: \w+ \(AWS::IAM::Role\): .*Invalid principal/,
    ],
  ])('%s exits 1 with what CloudFormation says, before any promotion', async (_name, edits, cause) => {
    const { exit, json } = await rehearseWith(edits);
    expect(exit).toBe(1);
    expect(json.problems).toMatchObject([
      { code: 'SET_UP_FAILED', place: { stack: 'drawbridge-account', account: '222222222222' } },
    ]);
    expect(json.problems[0].cause).toMatch(cause);
  });

  it('of which a file is missing exits 2 and names it', async () => {
    const folder = newFolder();
    const { exit, json } = await drawbridgeJson('rehearse', small, '--world', newFolder(), '--accounts', folder);
    expect(exit).toBe(2);
    expect(json.problems).toMatchObject([{ code: 'FILE_NOT_FOUND', place: { file: `${folder}/account.yml` } }]);
  });
});

describe('a rehearsal of a template that the target accounts do not allow', () => {
  it('exits 3 before anything is asked of AWS, and names the role that is made without the boundary', async () => {
    const role = `  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
`;
    const { exit, json } = await rehearseWith({}, { 'app.yaml': [[/$/, role]] });
    expect(exit).toBe(3);
    expect(json.problems).toMatchObject([{ code: 'GATE_BOUNDARY', place: { resource: 'Role' } }]);
  });
});
