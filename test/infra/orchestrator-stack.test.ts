/** The orchestrator stack as packaged: which function runs as whom, what each may do, and how it is reached. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import type { Json, Template } from '#shared/domain/template/template.ts';
import { steps } from '#shared/steps.ts';
import { resolveProperties } from './intrinsics.ts';
import { home, packaged, policiesOf, root } from './shipped.ts';

const taskFunctions = Object.keys(steps);
const runsAs: Record<string, string> = {
  admit: 'AdmitRole',
  plan: 'OrchestratorRole',
  decide: 'DecideRole',
  awaitApproval: 'AwaitApprovalRole',
  recover: 'OrchestratorRole',
  openTarget: 'OpenTargetRole',
  execute: 'OrchestratorRole',
  verify: 'OrchestratorRole',
  detectDrift: 'OrchestratorRole',
  closeTarget: 'CloseTargetRole',
  closeWave: 'CloseWaveRole',
  soak: 'OrchestratorRole',
  audit: 'OrchestratorRole',
  discard: 'OrchestratorRole',
  settle: 'SettleRole',
  admission: 'AdmissionRole',
  api: 'ApiRole',
  webhook: 'WebhookRole',
  github: 'GitHubRole',
  broker: 'OrchestratorRole',
  doctor: 'OrchestratorRole',
  resume: 'OrchestratorRole',
  reconcile: 'ReconcileRole',
  schedule: 'ScheduleFunctionRole',
};
const names = Object.keys(runsAs);
/** The folder and the name of a function, in kebab case. */
const folderOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const logicalIdOf = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`;

let stack: Template;
beforeAll(async () => {
  stack = await packaged();
}, 120_000);

const resourcesOfType = (type: string) =>
  Object.entries(stack.Resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));
const properties = (id: string) => resolveProperties(stack, id, home);

it('the API takes no more than a limit of requests, whoever sends them', () => {
  expect(properties('HttpApiStage')['DefaultRouteSettings']).toMatchObject({
    ThrottlingBurstLimit: 100,
    ThrottlingRateLimit: 50,
  });
});

describe('functions, folders, states and the contract table', () => {
  it('name the same functions', () => {
    const folders = readdirSync(`${root}functions`).filter((name) => existsSync(`${root}functions/${name}/handler.ts`));
    expect(folders.sort()).toEqual(names.map(folderOf).sort());
    expect(resourcesOfType('AWS::Lambda::Function').sort()).toEqual(names.map(logicalIdOf).sort());
  });

  it('name the same tasks', () => {
    const { DefinitionSubstitutions } = properties('Promotion') as never;
    const { Partition, ...functionArns } = DefinitionSubstitutions as Record<string, string>;
    expect(Partition).toBe('aws');
    expect(Object.values(functionArns).sort()).toEqual(
      taskFunctions.map((name) => `<${logicalIdOf(name)}.Arn>`).sort(),
    );
    const definition = JSON.stringify(stack.Resources['Promotion']?.Properties?.['Definition']);
    const used = new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(['Partition', ...Object.keys(functionArns)].sort());
  });

  it('leave the state machine the right to invoke exactly its tasks', () => {
    const allowed = statementsOf('PromotionRole').flatMap(({ actions, resources }) =>
      actions.includes('lambda:InvokeFunction') ? resources : [],
    );
    expect(allowed.sort()).toEqual(taskFunctions.map((name) => arnOf(logicalIdOf(name))).sort());
  });
});

describe.each(names)('%s', (name) => {
  const id = logicalIdOf(name);

  it('has its name, its bundle and its own role or the orchestrator role', () => {
    expect(properties(id)).toMatchObject({
      FunctionName: `drawbridge-${folderOf(name)}`,
      Handler: `build/functions/${folderOf(name)}.handler`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      Role: `<${runsAs[name]}.Arn>`,
    });
  });

  it('logs to a group that forgets', () => {
    const group = properties(id.replace('LambdaFunction', 'LogGroup'));
    expect(group).toEqual({ LogGroupName: `/aws/lambda/drawbridge-${folderOf(name)}`, RetentionInDays: 365 });
  });
});

describe('functions get the variables of the resources they use, and no other', () => {
  const variableOf: Record<string, string> = {
    ledger: 'LEDGER_TABLE',
    documents: 'DOCUMENTS_BUCKET',
    bus: 'EVENT_BUS',
    gitHubApi: 'GITHUB_API',
    gitHubSecret: 'GITHUB_SECRET',
    artifacts: 'ARTIFACTS_BUCKET_PREFIX',
    stateMachine: 'STATE_MACHINE_ARN',
    admissionFunction: 'ADMISSION_FUNCTION',
    brokerFunction: 'BROKER_FUNCTION',
    doctorFunction: 'DOCTOR_FUNCTION',
    scheduleFunction: 'SCHEDULE_FUNCTION_ARN',
    scheduleRole: 'SCHEDULE_ROLE_ARN',
  };

  it.each(names)('%s', (name) => {
    const used = resourcesUsedIn(`${root}functions/${folderOf(name)}`).filter((each) => each in variableOf);
    const expected = ['LOG_LEVEL', 'POWERTOOLS_SERVICE_NAME', ...used.map((each) => variableOf[each] ?? '')];
    const { Environment } = properties(logicalIdOf(name)) as { Environment: { Variables: Record<string, Json> } };
    expect(Object.keys(Environment.Variables).sort()).toEqual(expected.sort());
  });
});

/** Named as `resources.<name>`, or taken apart where a function receives them. */
function resourcesUsedIn(folder: string): string[] {
  const sources = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
  const uses = sources.flatMap((source) => [
    ...[...source.matchAll(/\bresources\.(\w+)/g)].map(([, name]) => name ?? ''),
    ...[...source.matchAll(/\{ ([\w, ]+) \}(?:: Resources)?,?\s*\)/g)].flatMap(([, list]) => list?.split(', ') ?? []),
  ]);
  return [...new Set(uses)];
}

describe('permissions', () => {
  it('let only the orchestrator role assume a role, and only those of target accounts', () => {
    const assuming = resourcesOfType('AWS::IAM::Role').filter((role) =>
      statementsOf(role).some(({ actions }) => actions.some((action) => action.startsWith('sts:') || action === '*')),
    );
    expect(assuming).toEqual(['OrchestratorRole']);
    const sts = statementsOf('OrchestratorRole').filter(({ actions }) =>
      actions.some((action) => action.startsWith('sts:')),
    );
    expect(sts).toEqual([
      {
        actions: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
        resources: ['preview', 'deploy', 'audit'].map((role) => `arn:aws:iam::*:role/drawbridge/drawbridge-${role}`),
        conditions: [{ operator: 'StringEquals', key: 'aws:ResourceAccount', values: home['TargetAccounts'] }],
      },
    ]);
  });

  it.each([
    [
      'an organization alone bounds it by the organization',
      { OrganizationId: 'o-drawbridge', TargetAccounts: [''] },
      ['aws:ResourceOrgID'],
    ],
    ['accounts bound it even within an organization', { OrganizationId: 'o-drawbridge' }, ['aws:ResourceAccount']],
    ['neither leaves no target reachable', { TargetAccounts: [''] }, []],
  ])('%s', (_, given, keys) => {
    const sts = statementsOf('OrchestratorRole', given).filter(({ actions }) => actions.includes('sts:AssumeRole'));
    expect(sts.flatMap(({ conditions }) => conditions.map(({ key }) => key))).toEqual(keys);
  });

  it('listen to no ends of executions: that of a target is not that of its promotion', () => {
    const patterns = resourcesOfType('AWS::Events::Rule').map((rule) => JSON.stringify(properties(rule)));
    expect(patterns.length).toBeGreaterThan(0);
    expect(patterns.filter((pattern) => pattern.includes('aws.states'))).toEqual([]);
  });

  it('never delete from the ledger or scan it, and never use a wildcard action', () => {
    for (const role of resourcesOfType('AWS::IAM::Role')) {
      const actions = statementsOf(role).flatMap((statement) => statement.actions);
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      expect(actions.filter((action) => /^dynamodb:(Delete|Scan|Batch|PartiQL)/.test(action))).toEqual([]);
    }
  });

  it.each([
    [
      'AdmissionRole',
      'states:StartExecution',
      'arn:aws:states:eu-west-1:111111111111:stateMachine:drawbridge-promotion',
    ],
    [
      'OrchestratorRole',
      'states:SendTaskSuccess',
      'arn:aws:states:eu-west-1:111111111111:stateMachine:drawbridge-promotion',
    ],
    // People's decisions come in by the API; the step itself answers when somebody was quicker.
    ['ApiRole', 'states:SendTaskSuccess', 'arn:aws:states:eu-west-1:111111111111:stateMachine:drawbridge-promotion'],
    [
      'AwaitApprovalRole',
      'states:SendTaskSuccess',
      'arn:aws:states:eu-west-1:111111111111:stateMachine:drawbridge-promotion',
    ],
    ['ScheduleRole', 'lambda:InvokeFunction', arnOf('ReconcileLambdaFunction')],
    ['PromotionScheduleRole', 'lambda:InvokeFunction', arnOf('ScheduleLambdaFunction')],
    ['ApiRole', 'iam:PassRole', 'arn:aws:iam::111111111111:role/drawbridge-promotion-schedule'],
    ['ApiRole', 'scheduler:CreateSchedule', 'arn:aws:scheduler:eu-west-1:111111111111:schedule/drawbridge/*'],
    [
      'ScheduleFunctionRole',
      'lambda:InvokeFunction',
      'arn:aws:lambda:eu-west-1:111111111111:function:drawbridge-admission',
    ],
  ])('%s: %s on one resource', (role, action, resource) => {
    const resources = statementsOf(role).flatMap((statement) =>
      statement.actions.includes(action) ? statement.resources : [],
    );
    expect(resources).toEqual([resource]);
  });

  it('of the state machine may run its own machine, and follow and stop executions of it, for its distributed Maps', () => {
    const executions = 'arn:aws:states:eu-west-1:111111111111:execution:drawbridge-promotion';
    const granted = statementsOf('PromotionRole').flatMap(({ actions, resources }) =>
      actions.filter((action) => action.startsWith('states:')).map((action) => [action, resources]),
    );
    expect(granted).toEqual([
      ['states:StartExecution', ['arn:aws:states:eu-west-1:111111111111:stateMachine:drawbridge-promotion']],
      ['states:DescribeExecution', [`${executions}:*`, `${executions}/*`]],
      ['states:StopExecution', [`${executions}:*`, `${executions}/*`]],
    ]);
  });

  it('let those that record transitions tell of them on our bus, as Drawbridge, and nobody else', () => {
    const tells = (role: string) =>
      statementsOf(role).filter(({ actions }) => actions.some((action) => action.startsWith('events:')));
    const telling = ['AdmitRole', 'DecideRole', 'SettleRole', 'AdmissionRole', 'ApiRole', 'ReconcileRole'];
    for (const role of telling)
      expect(tells(role)).toEqual([
        {
          actions: ['events:PutEvents'],
          resources: [arnOf('Bus')],
          conditions: [{ operator: 'StringEquals', key: 'events:source', values: ['drawbridge'] }],
        },
      ]);
    const others = resourcesOfType('AWS::IAM::Role').filter((role) => !telling.includes(role));
    expect(others.flatMap(tells)).toEqual([]);
  });

  it('let the API invoke admission, broker and doctor, and nothing else', () => {
    const resources = statementsOf('ApiRole').flatMap((statement) =>
      statement.actions.includes('lambda:InvokeFunction') ? statement.resources : [],
    );
    expect(resources).toEqual(
      ['admission', 'broker', 'doctor'].map(
        (name) => `arn:aws:lambda:eu-west-1:111111111111:function:drawbridge-${name}`,
      ),
    );
  });

  it('let nothing but the functions for deliveries and GitHub read secrets, each its own', () => {
    const reading = resourcesOfType('AWS::IAM::Role').flatMap((role) =>
      statementsOf(role).flatMap(({ actions, resources }) =>
        actions.some((action) => action.startsWith('secretsmanager:')) ? [{ role, actions, resources }] : [],
      ),
    );
    const secrets = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:drawbridge';
    const actions = ['secretsmanager:GetSecretValue'];
    expect(reading).toEqual([
      { role: 'WebhookRole', actions, resources: [`${secrets}/webhooks/*`] },
      { role: 'GitHubRole', actions, resources: [`${secrets}/github-??????`] },
    ]);
  });

  it('name every role, so that policies elsewhere can name it', () => {
    for (const role of resourcesOfType('AWS::IAM::Role')) {
      expect(properties(role)['RoleName']).toMatch(/^drawbridge-[a-z]+(-[a-z]+)*$/);
    }
  });
});

describe('the ways in', () => {
  it('an HTTP API whose only route without an authorizer is that of deliveries, which prove themselves', () => {
    const routes = resourcesOfType('AWS::ApiGatewayV2::Route').map(properties);
    // What says nothing has none (CloudFormation, AWS::ApiGatewayV2::Route).
    const keysOf = (type: unknown) =>
      routes.filter(({ AuthorizationType: own = 'NONE' }) => own === type).map(({ RouteKey }) => RouteKey);
    expect(keysOf('NONE')).toEqual(['POST /v1/webhooks/{source}']);
    expect(keysOf('AWS_IAM')).toEqual(['ANY /v1/{proxy+}']);
    expect(keysOf('JWT')).toEqual(['ANY /v1/{proxy+}']);
    expect(routes).toHaveLength(3);
  });

  it('an API of its own for tokens, all of which is there for an issuer and an audience, and not without', () => {
    const ofTokens = Object.entries(stack.Resources).filter(([id]) => id.startsWith('Token'));
    expect(ofTokens.map(([id]) => id).sort()).toEqual([
      ...['TokenApi', 'TokenApiIntegration', 'TokenApiPermission', 'TokenApiRoute', 'TokenApiStage', 'TokenAuthorizer'],
    ]);
    expect(new Set(ofTokens.map(([, { Condition }]) => Condition))).toEqual(new Set(['HasTokens']));
    expect(properties('TokenApiRoute')).toMatchObject({ ApiId: '<TokenApi>', AuthorizerId: '<TokenAuthorizer>' });
    expect(properties('TokenAuthorizer')).toMatchObject({
      ...{ AuthorizerType: 'JWT', IdentitySource: ['$request.header.Authorization'] },
      JwtConfiguration: { Issuer: 'https://login.example.org', Audience: ['drawbridge'] },
    });
  });

  it('GitHub is told by a function that is there for the name of a secret, with all it needs, and not without', () => {
    const ofGitHub = Object.entries(stack.Resources).filter(([id]) => /^git_?hub/i.test(id));
    expect(ofGitHub.map(([id]) => id).sort()).toEqual([
      ...['GitHubAttempts', 'GitHubEvents', 'GitHubNotTold', 'GitHubPermission', 'GitHubRole', 'GitHubUnsent'],
      ...['GithubLambdaFunction', 'GithubLogGroup'],
    ]);
    expect(new Set(ofGitHub.map(([, { Condition }]) => Condition))).toEqual(new Set(['HasGitHub']));
    expect(properties('GitHubEvents')).toMatchObject({
      EventBusName: '<Bus>',
      EventPattern: { source: ['drawbridge'], account: ['111111111111'] },
    });
    const api = new RegExp(`${stack.Parameters?.['GitHubApi']?.['AllowedPattern']}`);
    const addresses = [
      'https://api.github.com',
      'https://ghe.example.com/api/v3',
      'https://ghe.example.com:8443/api/v3',
    ];
    expect(addresses.filter((address) => !api.test(address))).toEqual([]);
    const wrong = [
      'http://api.github.com',
      'https://localhost',
      'https://169.254.169.254',
      'https://a@b.example',
      'https://b.example/',
    ];
    expect(wrong.filter((address) => api.test(address))).toEqual([]);
  });

  it('stack events on our own bus, to resume and nobody else', () => {
    expect(properties('StackEvents')).toMatchObject({
      EventBusName: '<Bus>',
      EventPattern: { source: ['aws.cloudformation'], 'detail-type': ['CloudFormation Stack Status Change'] },
      Targets: [{ Arn: '<ResumeLambdaFunction.Arn>' }],
    });
    expect(properties('StackEventsPermission')).toMatchObject({
      Principal: 'events.amazonaws.com',
      SourceArn: '<StackEvents.Arn>',
    });
  });

  it('schedules of our group alone, which nobody else can use the role of', () => {
    expect(properties('PromotionSchedules')).toEqual({ Name: 'drawbridge' });
    expect(JSON.stringify(properties('PromotionScheduleRole')['AssumeRolePolicyDocument'])).toContain(
      'arn:aws:scheduler:eu-west-1:111111111111:schedule-group/drawbridge',
    );
  });

  it('a schedule for reconcile', () => {
    expect(properties('ReconcileSchedule')).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      Target: { Arn: '<ReconcileLambdaFunction.Arn>', RoleArn: '<ScheduleRole.Arn>' },
    });
  });
});

describe('storage', () => {
  it('the ledger is restorable, encrypted and indexed by pipeline and by what is open', () => {
    expect(properties('Ledger')).toMatchObject({
      TableName: 'drawbridge-ledger',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      GlobalSecondaryIndexes: [{ IndexName: 'by-pipeline' }, { IndexName: 'open' }],
    });
  });

  it('artifacts are encrypted with a key of their own that is rotated', () => {
    expect(properties('ArtifactsKey')).toMatchObject({ EnableKeyRotation: true });
    expect(properties('ArtifactsKeyAlias')).toEqual({
      AliasName: 'alias/drawbridge-artifacts',
      TargetKeyId: '<ArtifactsKey>',
    });
    const byDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: '<ArtifactsKey.Arn>' };
    expect(properties('Artifacts')['BucketEncryption']).toEqual({
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: true }],
    });
  });

  it.each([
    ['ApiRole', ['kms:GenerateDataKey', 'kms:Decrypt']],
    ['OrchestratorRole', ['kms:Decrypt']],
  ])('%s uses that key, and no other role does', (role, actions) => {
    const uses = (id: string) => statementsOf(id).filter((one) => one.actions.some((action) => /^kms:/.test(action)));
    expect(uses(role)).toEqual([
      {
        actions,
        resources: ['arn:aws:kms:*:111111111111:key/*'],
        conditions: [
          { operator: 'StringLike', key: 'kms:ViaService', values: ['s3.*.amazonaws.com*'] },
          {
            operator: 'StringLike',
            key: 'kms:EncryptionContext:aws:s3:arn',
            values: ['arn:aws:s3:::drawbridge-artifacts-111111111111-*'],
          },
        ],
      },
    ]);
    const others = resourcesOfType('AWS::IAM::Role').filter((id) => !['ApiRole', 'OrchestratorRole'].includes(id));
    expect(others.flatMap(uses)).toEqual([]);
  });

  it.each(['Artifacts', 'Documents'])('%s are versioned, private, encrypted and written once over TLS', (bucket) => {
    expect(properties(bucket)).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
    const [policy] = policiesOf(stack, home).filter(({ logicalId }) => logicalId === `${bucket}Policy`);
    expect(policy?.document).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        expect.objectContaining({
          Effect: 'Deny',
          Action: 's3:PutObject',
          Condition: { Null: { 's3:if-none-match': 'true' } },
        }),
      ]),
    });
  });
});

interface ReadStatement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly {
    readonly operator: string;
    readonly key: string;
    readonly values: readonly string[];
  }[];
}

/** What a role is allowed by its inline policies and the policies attached to it by name. */
function statementsOf(role: string, given: Readonly<Record<string, string | readonly string[]>> = {}): ReadStatement[] {
  const attached = resourcesOfType('AWS::IAM::Policy').filter(
    (id) => JSON.stringify(properties(id)['Roles']) === `["<${role}>"]`,
  );
  return policiesOf(stack, { ...home, ...given })
    .filter(({ logicalId, use }) => use === 'identity' && [role, ...attached].includes(logicalId))
    .flatMap(({ name, document }) => {
      const parsed = parsePolicy(document, 'identity');
      if (parsed.kind === 'unsupported') throw new Error(`${name}: ${JSON.stringify(parsed.problems)}`);
      return parsed.policy.statements.map(({ action, resource, conditions }) => ({
        actions: action.patterns,
        resources: resource?.patterns ?? [],
        conditions: conditions.map(({ operator, key, values }) => ({ operator, key, values })),
      }));
    });
}

/** The ARN that the test's resolver puts in for an attribute. */
function arnOf(logicalId: string): string {
  return `arn:aws:test:eu-west-1:111111111111:${logicalId}`;
}
