/**
 * What Ref of a resource answers, by its type (CloudFormation User Guide, "Return values" of each type). `arn` and `id`: made by the service,
 * so the template has no say in it. Anything else: the property that names the resource, for Ref answers that name; CloudFormation makes
 * one up where the template gives none. Of types that are not here Ref may answer anything.
 */
type Answer = 'arn' | 'id' | { readonly property: string };

/** The types of one service: `Type Type`. */
const made = (answer: 'arn' | 'id', service: string, types: string): [string, Answer][] =>
  types.split(' ').map((type) => [`AWS::${service}::${type}`, answer]);

/** `Type=Property Type=Property`. */
const named = (service: string, types: string): [string, Answer][] =>
  types.split(' ').map((entry) => {
    const [type, property = 'Name'] = entry.split('=');
    return [`AWS::${service}::${type}`, { property }];
  });

const answers: ReadonlyMap<string, Answer> = new Map([
  ...made('arn', 'SNS', 'Topic'),
  ...made('arn', 'SecretsManager', 'Secret'),
  ...made('arn', 'IAM', 'ManagedPolicy'),
  ...made('arn', 'ElasticLoadBalancingV2', 'LoadBalancer TargetGroup Listener ListenerRule'),
  ...made('arn', 'StepFunctions', 'StateMachine Activity'),
  ...made('arn', 'ECS', 'Service TaskDefinition'),
  ...made('arn', 'CertificateManager', 'Certificate'),
  ...made('arn', 'CloudFormation', 'Stack'),
  ...made('arn', 'Lambda', 'Version Alias LayerVersion'),
  ...made('arn', 'Batch', 'JobQueue JobDefinition ComputeEnvironment'),
  ...made('arn', 'MSK', 'Cluster'),
  ...made('id', 'SQS', 'Queue'),
  ...made('id', 'KMS', 'Key ReplicaKey'),
  ...made('id', 'Cognito', 'UserPool UserPoolClient IdentityPool'),
  ...made('id', 'ApiGateway', 'RestApi'),
  ...made('id', 'ApiGatewayV2', 'Api'),
  ...made('id', 'CloudFront', 'Distribution'),
  ...made('id', 'Route53', 'HostedZone'),
  ...made('id', 'EFS', 'FileSystem AccessPoint'),
  ...made(
    'id',
    'EC2',
    'VPC Subnet Instance Volume RouteTable InternetGateway NatGateway VPCEndpoint NetworkInterface LaunchTemplate TransitGateway',
  ),
  ...named('S3', 'Bucket=BucketName'),
  ...named('DynamoDB', 'Table=TableName GlobalTable=TableName'),
  ...named('Logs', 'LogGroup=LogGroupName'),
  ...named('CloudWatch', 'Alarm=AlarmName CompositeAlarm=AlarmName Dashboard=DashboardName'),
  ...named('Lambda', 'Function=FunctionName'),
  ...named('IAM', 'Role=RoleName InstanceProfile=InstanceProfileName'),
  ...named('Events', 'Rule EventBus'),
  ...named('Scheduler', 'Schedule ScheduleGroup'),
  ...named('Kinesis', 'Stream'),
  ...named('KinesisFirehose', 'DeliveryStream=DeliveryStreamName'),
  ...named('ECS', 'Cluster=ClusterName'),
  ...named('EKS', 'Cluster'),
  ...named('ECR', 'Repository=RepositoryName'),
  ...named('SSM', 'Parameter Document'),
  ...named('RDS', 'DBInstance=DBInstanceIdentifier DBCluster=DBClusterIdentifier'),
  ...named('ElastiCache', 'ReplicationGroup=ReplicationGroupId'),
  ...named('CodeBuild', 'Project'),
  ...named('CodePipeline', 'Pipeline'),
  ...named('AutoScaling', 'AutoScalingGroup=AutoScalingGroupName'),
  ...named('ElasticLoadBalancing', 'LoadBalancer=LoadBalancerName'),
  ...named('Glue', 'Job Crawler'),
  ...named('OpenSearchService', 'Domain=DomainName'),
]);

export function answerOf(type: string): Answer | undefined {
  return answers.get(type);
}
