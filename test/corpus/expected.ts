/**
 * What becomes of each template of the corpus when it is promoted to production, with a policy that waives GATE_BOUNDARY and nothing else.
 *
 * Corpus templates make roles without the boundary. The policy lets them through the gate; the target's boundary would refuse them at run
 * time all the same (test/e2e/runtime-boundary.test.ts shows it). Here the target's boundary lacks that one statement, as it would in an
 * account whose owner accepts such roles. Nothing else about the account is different.
 *
 * 25 files are promoted. Of 11 no release can be made, and one fails in CloudFormation for a reason of its own: no setting of Drawbridge or of
 * the target would make it pass.
 *
 * Parameters without a default get values such as a person would give. What a template expects to be there already is named in `needs`.
 */
import type { Values } from './pipeline.ts';

export type Expected =
  /** Created; updated with another tag; then nothing to do. */
  | { readonly kind: 'promoted'; readonly parameters: Values; readonly needs?: Exports }
  /** No release can be made of it. */
  | { readonly kind: 'refused'; readonly parameters: Values; readonly codes: readonly string[] }
  /** The promotion fails, with nothing left behind that works. */
  | { readonly kind: 'failed'; readonly parameters: Values; readonly code: string; readonly text: RegExp };

/** What another stack in the target exports. */
export interface Exports {
  readonly stackName: string;
  readonly names: readonly string[];
}

const promoted = (parameters: Values = {}, needs?: Exports): Expected => ({
  kind: 'promoted',
  parameters,
  ...(needs === undefined ? {} : { needs }),
});
const refused = (codes: readonly string[], parameters: Values = {}): Expected => ({
  kind: 'refused',
  parameters,
  codes,
});
/** Rain's own tags, which CloudFormation does not know. */
const rain = refused(['TEMPLATE_INVALID']);
const subnet = 'subnet-0123456789abcdef0';
const vpc = 'vpc-0123456789abcdef0';
const instance = { KeyName: 'corpus', SubnetId: subnet };

export const expected: Readonly<Record<string, Expected>> = {
  'AppRunner/AppRunnerServiceFromECR.yaml': promoted(),
  'CloudFormation/MacrosExamples/Boto3/example.yaml': refused(['GATE_TRANSFORM']),
  'CloudFormation/MacrosExamples/DateFunctions/date.yaml': rain,
  'CloudFormation/MacrosExamples/ExecutionRoleBuilder/example.yaml': refused(['GATE_TRANSFORM', 'GATE_TRUST'], {
    PermissionBoundaryArn: 'arn:aws:iam::333333333333:policy/drawbridge/drawbridge-boundary',
  }),
  'CloudFormation/MacrosExamples/PyPlate/python.yaml': rain,
  'CloudFormation/MacrosExamples/StackMetrics/example.yaml': refused(['GATE_TRANSFORM']),
  'CloudFormation/StackSets/common-resources-stackset.yaml': rain,
  // Deploys templates that no gate has seen.
  'CloudFormation/StackSets/templates/common-resources-stackset.yaml': refused(['GATE_TRANSFORM']),
  'CloudWatch/CloudWatch_Dashboard_ClientVPN.yml': promoted(),
  'DataFirehose/DataFirehoseDeliveryStream.yaml': promoted({
    DestinationBucketName: 'deliveries',
    LogGroupName: 'deliveries',
    LogStreamName: 'errors',
    CloudWatchLogsKMSKey: '',
  }),
  'DynamoDB/DynamoDB_Secondary_Indexes.yaml': promoted(),
  'EC2/EIP_With_Association.yaml': promoted({ KeyName: 'corpus', Subnets: [subnet] }),
  'ECS/EC2LaunchType/clusters/private-vpc.yaml': promoted(),
  'ECS/ECS_Schedule_Example.yaml': promoted({
    KeyName: 'corpus',
    VpcId: vpc,
    SubnetId: [subnet, 'subnet-0123456789abcdef1'],
  }),
  'ECS/FargateLaunchType/services/private-subnet-public-service.yaml': promoted(
    { StackName: 'fargate-network' },
    {
      stackName: 'fargate-network',
      names: [
        'fargate-network:ClusterName',
        'fargate-network:ECSTaskExecutionRole',
        'fargate-network:FargateContainerSecurityGroup',
        'fargate-network:PrivateSubnetOne',
        'fargate-network:PrivateSubnetTwo',
        'fargate-network:PublicListener',
        'fargate-network:VPCId',
      ],
    },
  ),
  'ElastiCache/Elasticache-snapshot.yaml': rain,
  'ElasticLoadBalancing/ELB_Access_Logs_And_Connection_Draining.yaml': promoted({ KeyName: 'corpus' }),
  'IoT/iotanalytics.yaml': promoted(),
  'NeptuneDB/Neptune.yaml': promoted(
    {
      DBClusterIdentifier: 'corpus',
      NeptuneDBSubnetGroupName: 'corpus',
      NeptuneSNSTopicArn: '',
      SNSEmailSubscription: '',
    },
    { stackName: 'vpc', names: ['vpc-VPCID', 'vpc-PrivateSubnet1', 'vpc-PrivateSubnet2'] },
  ),
  // The user name is a NoEcho parameter that allows letters and digits only, so no reference to a secret fits it.
  'RDS/RDS_MySQL_With_Read_Replica.yaml': promoted({ DBUser: { notSecret: 'corpus' } }),
  'RainModules/api-resource.yml': rain,
  'RainModules/cognito.yml': promoted({ AppName: 'corpus', CallbackURL: 'https://corpus.example/callback' }),
  'RainModules/vpc.yml': promoted(),
  'S3/s3-bucket-and-policy-for-caa-v1.yaml': promoted({
    BucketName: 'corpus-analytics',
    PublisherAccountID: '222222222222',
  }),
  'ServiceCatalog/Portfolio.yaml': promoted(),
  'Solutions/AmazonCloudWatchAgent/inline/centos.yaml': promoted(instance),
  'Solutions/AmazonCloudWatchAgent/inline/ubuntu.yaml': promoted(instance),
  'Solutions/AmazonCloudWatchAgent/ssm/debian.yaml': promoted(instance),
  'Solutions/AmazonCloudWatchAgent/ssm/windows.yaml': promoted(instance),
  'Solutions/CloudFormationEndpointSignals/cfn-endpoint-waitcondition.yaml': promoted({
    EnvironmentName: 'corpus',
    KeyName: 'corpus',
  }),
  'Solutions/EC2DomainJoin/EC2-Domain-Join.yaml': promoted({
    AMI: 'ami-0123456789abcdef0',
    KeyPair: 'corpus',
    PublicSubnet: subnet,
    VPC: vpc,
    ADDirectoryId: 'd-12345679a',
    ADDirectoryName: 'my.ad.com',
    ADDnsIpAddresses1: '10.0.0.142',
    ADDnsIpAddresses2: '10.0.0.143',
  }),
  'Solutions/Gitea/Gitea-pkg.yaml': promoted(),
  'Solutions/OperatingSystems/Ubuntu22.04_cfn-hup.yaml': promoted(instance),
  'Solutions/TaggingRootVolumesInEC2/Tagging_Root_volume.yaml': promoted({ ...instance, InstanceAZ: 'eu-west-1a' }),
  // Trusts whoever a parameter names.
  'Solutions/VPCPeering/templates/VPCPeering-Accepter-Role.cfn.yaml': refused(['GATE_TRUST'], {
    PeerOwnerIds: '222222222222',
  }),
  'Solutions/VPCPeering/templates/VPCPeering-Requester.main.cfn.yaml': refused(['GATE_URL', 'GATE_URL']),
  // Its bucket policies name their buckets as text and depend on nothing, so they are made before the buckets. Others met the same on AWS
  // (OWASP/DVSA pull request 48).
  'Solutions/WebApp/webapp.yaml': {
    kind: 'failed',
    parameters: {},
    code: 'STACK_FAILED',
    text: /SiteCloudFrontLogsBucketAccessPolicy \(AWS::S3::BucketPolicy\) CREATE_FAILED: .*The specified bucket does not exist/,
  },
};

/** Files whose plans are kept as text in golden/, on the way in and on the way to an update. */
export const golden: readonly string[] = [
  'CloudWatch/CloudWatch_Dashboard_ClientVPN.yml',
  'DataFirehose/DataFirehoseDeliveryStream.yaml',
  'ECS/ECS_Schedule_Example.yaml',
  'NeptuneDB/Neptune.yaml',
  'S3/s3-bucket-and-policy-for-caa-v1.yaml',
  'Solutions/Gitea/Gitea-pkg.yaml',
];
