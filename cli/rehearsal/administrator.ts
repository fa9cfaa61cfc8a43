/** The administrator of a simulated organization: deploys templates into its accounts, as a person would once when onboarding. */
import { homeRegion, sharedServicesAccount } from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { type DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';

export interface TemplateDeployment {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly body: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export type Outputs = Readonly<Record<string, string>>;

interface DescribedStack {
  readonly StackStatus: string;
  readonly StackStatusReason?: string;
  readonly Outputs?: readonly { readonly OutputKey: string; readonly OutputValue: string }[];
}

/** CloudFormation takes templates up to this many bytes in the request itself (API reference, CreateStack TemplateBody). */
const largestBody = 51_200;
const templateBucket = `drawbridge-set-up-${sharedServicesAccount}`;

/** Creates or updates a stack and lets virtual time pass until it is settled. Throws SET_UP_FAILED with CloudFormation's own words. */
export async function deployTemplate(sandbox: RunningSandbox, deployment: TemplateDeployment): Promise<Outputs> {
  const { stackName } = deployment;
  const existing = await describe(sandbox, deployment);
  const input = {
    StackName: stackName,
    ...(await templateInput(sandbox, deployment)),
    Parameters: Object.entries(deployment.parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Capabilities: ['CAPABILITY_NAMED_IAM'],
  };
  try {
    const name = existing === undefined ? 'CreateStack' : 'UpdateStack';
    await asAdministrator(sandbox, deployment, { service: 'cloudformation', name, input });
  } catch (error) {
    const { message } = error as Error;
    if (!/No updates are to be performed/.test(message)) throw setUpFailed(deployment, message);
    return outputsOf(existing);
  }
  await sandbox.run(() => !inProgress(sandbox, deployment));
  const settled = await describe(sandbox, deployment);
  if (settled?.StackStatus === 'CREATE_COMPLETE' || settled?.StackStatus === 'UPDATE_COMPLETE')
    return outputsOf(settled);
  const reason = firstFailureIn(sandbox, stackName) ?? settled?.StackStatusReason ?? 'no reason given';
  throw setUpFailed(deployment, `it ended in ${settled?.StackStatus ?? 'nothing'}: ${reason}`);
}

function setUpFailed({ account, region, stackName: stack }: TemplateDeployment, detail: string): DrawbridgeError {
  return failure('SET_UP_FAILED', { stack, detail }, { stack, account, region });
}

type Place = Pick<TemplateDeployment, 'account' | 'region'>;
type Operation = { readonly service: 'cloudformation' | 's3'; readonly name: string; readonly input: unknown };

/** Runs one operation as the organization's administrator in an account. */
async function asAdministrator(
  sandbox: RunningSandbox,
  place: Place,
  { service, name, input }: Operation,
): Promise<unknown> {
  const session = sandbox.openSession({
    roleArn: `arn:aws:iam::${place.account}:role/OrganizationAccountAccessRole`,
    sessionName: 'onboarding',
    service: 'organizations.amazonaws.com',
    durationSeconds: 3600,
  });
  return sandbox.perform({ service, operation: name, input, caller: session.caller, region: place.region });
}

async function describe(
  sandbox: RunningSandbox,
  { account, region, stackName }: TemplateDeployment,
): Promise<DescribedStack | undefined> {
  const operation = { service: 'cloudformation', name: 'DescribeStacks', input: { StackName: stackName } } as const;
  try {
    const answer = (await asAdministrator(sandbox, { account, region }, operation)) as { Stacks?: DescribedStack[] };
    return answer.Stacks?.[0];
  } catch (error) {
    if (/does not exist/.test((error as Error).message)) return undefined;
    throw error;
  }
}

async function templateInput(sandbox: RunningSandbox, { body, stackName }: TemplateDeployment) {
  if (Buffer.byteLength(body) <= largestBody) return { TemplateBody: body };
  const home = { account: sharedServicesAccount, region: homeRegion };
  const bucket = JSON.stringify({
    Resources: { Templates: { Type: 'AWS::S3::Bucket', Properties: { BucketName: templateBucket } } },
  });
  await deployTemplate(sandbox, { ...home, stackName: 'drawbridge-set-up', body: bucket, parameters: {} });
  const input = { Bucket: templateBucket, Key: `${stackName}.json`, Body: Buffer.from(body) };
  await asAdministrator(sandbox, home, { service: 's3', name: 'PutObject', input });
  return { TemplateURL: `https://${templateBucket}.s3.${homeRegion}.amazonaws.com/${stackName}.json` };
}

function outputsOf(stack: DescribedStack | undefined): Outputs {
  return Object.fromEntries((stack?.Outputs ?? []).map((output) => [output.OutputKey, output.OutputValue]));
}

/** Read from the journal rather than asked: asking would count as calls before every job. */
function inProgress(sandbox: RunningSandbox, { account, stackName }: TemplateDeployment): boolean {
  const last = sandbox
    .journal()
    .findLast((entry) => entry.kind === 'stack-event' && isStack(entry, account, stackName));
  return last?.kind === 'stack-event' && last.status.endsWith('_IN_PROGRESS');
}

function isStack(
  entry: { account: string; stackName: string; type: string; logicalId: string },
  account: string,
  stackName: string,
): boolean {
  return entry.account === account && entry.stackName === stackName && entry.logicalId === stackName;
}

function firstFailureIn(sandbox: RunningSandbox, stackName: string): string | undefined {
  const failed = sandbox
    .journal()
    .find((entry) => entry.kind === 'stack-event' && entry.stackName === stackName && entry.status.endsWith('_FAILED'));
  return failed?.kind === 'stack-event' ? `${failed.logicalId} (${failed.type}): ${failed.reason ?? ''}` : undefined;
}
