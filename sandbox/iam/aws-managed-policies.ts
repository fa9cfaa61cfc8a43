interface Statement {
  readonly Effect: 'Allow';
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource: '*';
}

/** The document of a policy that AWS manages, as JSON text; undefined for one the sandbox does not know. */
export function awsManagedPolicy(arn: string): string | undefined {
  const name = /^arn:[a-z-]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1];
  const statements = name !== undefined && Object.hasOwn(policies, name) ? policies[name] : undefined;
  return statements && JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

const allow = (...Action: string[]): Statement => ({ Effect: 'Allow', Action, Resource: '*' });

const readable =
  'apigateway cloudformation cloudwatch dynamodb ec2 events execute-api iam kms lambda logs s3 sns sqs states sts';
const readVerbs = ['BatchGet*', 'Describe*', 'Get*', 'List*'];

/**
 * Reduced to the services a sandbox knows where AWS's document names hundreds (ReadOnlyAccess); the others say what AWS's say
 * (AWS Managed Policy Reference Guide).
 */
const policies: Readonly<Record<string, readonly Statement[]>> = {
  AdministratorAccess: [allow('*')],
  PowerUserAccess: [
    { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    allow(
      'account:GetAccountInformation',
      'account:ListRegions',
      'iam:CreateServiceLinkedRole',
      'iam:DeleteServiceLinkedRole',
      'iam:ListRoles',
      'organizations:DescribeOrganization',
    ),
  ],
  ReadOnlyAccess: [allow(...readable.split(' ').flatMap((service) => readVerbs.map((verb) => `${service}:${verb}`)))],
  'service-role/AWSLambdaBasicExecutionRole': [
    allow('logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'),
  ],
  'service-role/AWSLambdaVPCAccessExecutionRole': [
    allow(
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ),
  ],
  AWSXRayDaemonWriteAccess: [
    allow(
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:GetSamplingStatisticSummaries',
    ),
  ],
  'service-role/AmazonEC2RoleforSSM': [
    allow(
      'ssm:DescribeAssociation',
      'ssm:GetDeployablePatchSnapshotForInstance',
      'ssm:GetDocument',
      'ssm:DescribeDocument',
      'ssm:GetManifest',
      'ssm:GetParameters',
      'ssm:ListAssociations',
      'ssm:ListInstanceAssociations',
      'ssm:PutInventory',
      'ssm:PutComplianceItems',
      'ssm:PutConfigurePackageResult',
      'ssm:UpdateAssociationStatus',
      'ssm:UpdateInstanceAssociationStatus',
      'ssm:UpdateInstanceInformation',
    ),
    allow(
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ),
    allow(
      'ec2messages:AcknowledgeMessage',
      'ec2messages:DeleteMessage',
      'ec2messages:FailMessage',
      'ec2messages:GetEndpoint',
      'ec2messages:GetMessages',
      'ec2messages:SendReply',
    ),
    allow('cloudwatch:PutMetricData'),
    allow('ec2:DescribeInstanceStatus'),
    allow('ds:CreateComputer', 'ds:DescribeDirectories'),
    allow(
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:DescribeLogGroups',
      'logs:DescribeLogStreams',
      'logs:PutLogEvents',
    ),
    allow(
      's3:GetBucketLocation',
      's3:PutObject',
      's3:GetObject',
      's3:GetEncryptionConfiguration',
      's3:AbortMultipartUpload',
      's3:ListMultipartUploadParts',
      's3:ListBucket',
      's3:ListBucketMultipartUploads',
    ),
  ],
};
