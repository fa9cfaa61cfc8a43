/** GATE_POLICY: policies that a role gets by name, and roles that a policy attaches itself to. */
import { isObject, type Json } from '../template/template.ts';
import { type Located, listAlternatives, memberAlternatives } from './alternatives.ts';
import { computedText, type Scope } from './computed-text.ts';
import type { DeclaredResource } from './declared-resources.ts';
import type { Objection } from './finding.ts';
import { asWritten } from './policy-statements.ts';

const writeOut = 'Write the policy out in the template, with the actions and resources it needs.';

/**
 * Policies of AWS that are made for one job and have no power over IAM (AWS Managed Policy Reference Guide): reading, those of a service's
 * role, and those of one service's data. AWS adds policies and widens them, so what is not known is refused.
 */
const narrow = [
  /(?<!IAM|Organizations)ReadOnly(Access)?(_?[vV]\d+)?$/,
  /^job-function\/ViewOnlyAccess$/,
  /^SecurityAudit$/,
  /^service-role\/(?!.*(FullAccess|Administrator|Admin|CodeStar|DataPipeline|ElasticMapReduce))/,
  /^(AmazonSSMManagedInstanceCore|AmazonSSMPatchAssociation|AmazonSSMDirectoryServiceAccess)$/,
  /^(CloudWatchAgentServerPolicy|CloudWatchLogsFullAccess|CloudWatchLambdaInsightsExecutionRolePolicy)$/,
  /^(AWSXRayDaemonWriteAccess|AWSXrayWriteOnlyAccess|AWSLambdaExecute|AWSLambdaInvocation-DynamoDB)$/,
  /^AmazonEKS(Cluster|WorkerNode|WorkerNodeMinimal|_CNI_|Service|FargatePodExecutionRole)Policy$/,
  /^(AmazonEKSVPCResourceController|AmazonEC2ContainerRegistryPullOnly|AmazonEC2ContainerRegistryPowerUser)$/,
  /^Amazon(S3|SQS|SNS|DynamoDB|Kinesis|KinesisFirehose|SES|Textract|Rekognition|Polly)FullAccess$/,
  /^(AmazonAPIGatewayInvokeFullAccess|SecretsManagerReadWrite|TranslateFullAccess|ComprehendFullAccess)$/,
];

const isNarrow = (name: string): boolean => narrow.some((pattern) => pattern.test(name));

/** One objection for each policy in the list that is neither one of this template, which is judged itself, nor a narrow one of AWS. */
export function managedObjections(list: Located, scope: Scope): Objection[] {
  return listAlternatives(list).flatMap(({ value, path }) => {
    if (isOwn(value, 'AWS::IAM::ManagedPolicy', scope)) return [];
    const { text, decided } = computedText(value, scope);
    if (!decided) return [objection(path, `The managed policy ${asWritten(value)} is not decided by the template.`)];
    return managedFaults(text, path);
  });
}

/** By its ARN, or by the name alone as AWS::Serverless takes it. */
function managedFaults(text: string, path: Objection['path']): Objection[] {
  const [, name] = /^arn:aws[a-z-]*:iam::aws:policy\/(.+)$/.exec(text) ?? [];
  if (name !== undefined && isNarrow(name)) return [];
  if (!text.includes(':') && (isNarrow(text) || /^AWSLambda\w*ExecutionRole$/.test(text))) return [];
  if (name !== undefined || !text.includes(':'))
    return [objection(path, `The managed policy ${text} is not known to be narrow; it may allow nearly everything.`)];
  return [objection(path, `The managed policy ${text} is not one of this template, so nothing can be said about it.`)];
}

const attachedTo = ['Roles', 'RoleName', 'Users', 'UserName', 'Groups', 'GroupName'];
const nameOwn = 'Attach it to roles of this template, by Ref.';

/** Policies attach themselves only to roles that the template makes: those of others, and Drawbridge's, are not its own to widen. */
export function attachmentObjections({ type, properties, path }: DeclaredResource, scope: Scope): Objection[] {
  if (type === 'AWS::IAM::Role') return [];
  const members = { value: properties, path: [...path, 'Properties'] };
  return attachedTo.flatMap((name) =>
    memberAlternatives(members, name)
      .flatMap(listAlternatives)
      .filter(({ value }) => !name.startsWith('Role') || !isOwnRole(value, scope))
      .map((one) =>
        objection(
          one.path,
          `The policy attaches itself to ${asWritten(one.value)}, which is no role of this template.`,
          nameOwn,
        ),
      ),
  );
}

/** By Ref, or by the name that the template gives it. */
function isOwnRole(value: Json, scope: Scope): boolean {
  if (isOwn(value, 'AWS::IAM::Role', scope)) return true;
  const { text, decided } = computedText(value, scope);
  const roles = [...scope.resources.values()].filter(({ type }) => type === 'AWS::IAM::Role');
  return decided && roles.some(({ properties }) => nameIs(properties['RoleName'], text, scope));
}

function nameIs(name: Json | undefined, text: string, scope: Scope): boolean {
  if (name === undefined) return false;
  const own = computedText(name, scope);
  return own.decided && own.text === text;
}

function isOwn(value: Json, type: string, { resources }: Scope): boolean {
  if (!isObject(value) || Object.keys(value).length !== 1) return false;
  const { Ref: ref } = value;
  return typeof ref === 'string' && resources.get(ref)?.type === type;
}

function objection(path: Objection['path'], what: string, next = writeOut): Objection {
  return { code: 'GATE_POLICY', path, what, next };
}
