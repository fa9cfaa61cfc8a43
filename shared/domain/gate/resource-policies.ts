/** Types with a policy that says who may use something. */

/**
 * The member that holds the policy, and the one that says what it is about (CloudFormation User Guide, the page of each type; those of
 * CodeArtifact, Kinesis, VPC Lattice, the registry of ECR and Multi-Region Access Points were not looked up anew).
 */
export const resourcePolicies: Readonly<Record<string, readonly [member: string, about?: string]>> = {
  'AWS::ApiGateway::RestApi': ['Policy'],
  'AWS::Backup::BackupVault': ['AccessPolicy'],
  'AWS::CodeArtifact::Domain': ['PermissionsPolicyDocument'],
  'AWS::CodeArtifact::Repository': ['PermissionsPolicyDocument'],
  'AWS::EC2::VPCEndpoint': ['PolicyDocument'],
  'AWS::ECR::RegistryPolicy': ['PolicyText'],
  'AWS::ECR::Repository': ['RepositoryPolicyText'],
  'AWS::EFS::FileSystem': ['FileSystemPolicy'],
  'AWS::Elasticsearch::Domain': ['AccessPolicies'],
  'AWS::Events::EventBusPolicy': ['Statement', 'EventBusName'],
  'AWS::IoT::Policy': ['PolicyDocument'],
  'AWS::Kinesis::ResourcePolicy': ['ResourcePolicy', 'ResourceArn'],
  'AWS::KMS::Key': ['KeyPolicy'],
  'AWS::KMS::ReplicaKey': ['KeyPolicy'],
  'AWS::Logs::ResourcePolicy': ['PolicyDocument'],
  'AWS::OpenSearchService::Domain': ['AccessPolicies'],
  'AWS::Organizations::ResourcePolicy': ['Content'],
  'AWS::S3::AccessPoint': ['Policy'],
  'AWS::S3::BucketPolicy': ['PolicyDocument', 'Bucket'],
  'AWS::S3::MultiRegionAccessPointPolicy': ['Policy', 'MrapName'],
  'AWS::SecretsManager::ResourcePolicy': ['ResourcePolicy', 'SecretId'],
  'AWS::SNS::TopicInlinePolicy': ['PolicyDocument', 'TopicArn'],
  'AWS::SNS::TopicPolicy': ['PolicyDocument', 'Topics'],
  'AWS::SQS::QueueInlinePolicy': ['PolicyDocument', 'Queue'],
  'AWS::SQS::QueuePolicy': ['PolicyDocument', 'Queues'],
  'AWS::SSO::PermissionSet': ['InlinePolicy'],
  'AWS::VpcLattice::AuthPolicy': ['Policy', 'ResourceIdentifier'],
};
