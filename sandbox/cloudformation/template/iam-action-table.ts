/** Actions CloudFormation takes with the execution role, for common types (handlers of the resource types' schemas; main action only). */

export interface IamActions {
  readonly create: readonly string[];
  readonly update: readonly string[];
  readonly delete: readonly string[];
}

const actions = (create: string, update: string, remove: string): IamActions => ({
  create: words(create),
  update: words(update),
  delete: words(remove),
});

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

export const actionsByType: Readonly<Record<string, IamActions>> = {
  'AWS::ApiGateway::Deployment': actions('apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'),
  'AWS::ApiGateway::Method': actions('apigateway:PUT', 'apigateway:PATCH', 'apigateway:DELETE'),
  'AWS::ApiGateway::Resource': actions('apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'),
  'AWS::ApiGateway::RestApi': actions('apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'),
  'AWS::ApiGateway::Stage': actions('apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'),
  'AWS::ApiGatewayV2::Api': actions('apigateway:POST apigateway:TagResource', 'apigateway:PATCH', 'apigateway:DELETE'),
  'AWS::ApiGatewayV2::Authorizer': actions('apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'),
  'AWS::ApiGatewayV2::Integration': actions('apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'),
  'AWS::ApiGatewayV2::Route': actions('apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'),
  'AWS::ApiGatewayV2::Stage': actions(
    'apigateway:POST apigateway:TagResource',
    'apigateway:PATCH',
    'apigateway:DELETE',
  ),
  'AWS::CloudFormation::CustomResource': actions(
    'lambda:InvokeFunction',
    'lambda:InvokeFunction',
    'lambda:InvokeFunction',
  ),
  'AWS::CloudFormation::Stack': actions(
    'cloudformation:CreateStack',
    'cloudformation:UpdateStack',
    'cloudformation:DeleteStack',
  ),
  'AWS::CloudFormation::WaitCondition': actions('', '', ''),
  'AWS::CloudFormation::WaitConditionHandle': actions('', '', ''),
  'AWS::CloudWatch::Alarm': actions(
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:DeleteAlarms',
  ),
  'AWS::CloudWatch::CompositeAlarm': actions(
    'cloudwatch:PutCompositeAlarm',
    'cloudwatch:PutCompositeAlarm',
    'cloudwatch:DeleteAlarms',
  ),
  'AWS::CloudWatch::Dashboard': actions(
    'cloudwatch:PutDashboard',
    'cloudwatch:PutDashboard',
    'cloudwatch:DeleteDashboards',
  ),
  'AWS::DynamoDB::Table': actions('dynamodb:CreateTable', 'dynamodb:UpdateTable', 'dynamodb:DeleteTable'),
  'AWS::EC2::Instance': actions('ec2:RunInstances', 'ec2:ModifyInstanceAttribute', 'ec2:TerminateInstances'),
  'AWS::EC2::SecurityGroup': actions(
    'ec2:CreateSecurityGroup',
    'ec2:AuthorizeSecurityGroupIngress',
    'ec2:DeleteSecurityGroup',
  ),
  'AWS::EC2::Subnet': actions('ec2:CreateSubnet', 'ec2:ModifySubnetAttribute', 'ec2:DeleteSubnet'),
  'AWS::EC2::VPC': actions('ec2:CreateVpc', 'ec2:ModifyVpcAttribute', 'ec2:DeleteVpc'),
  'AWS::Events::EventBus': actions('events:CreateEventBus', 'events:UpdateEventBus', 'events:DeleteEventBus'),
  'AWS::Events::EventBusPolicy': actions('events:PutPermission', 'events:PutPermission', 'events:RemovePermission'),
  'AWS::Events::Rule': actions(
    'events:PutRule events:PutTargets',
    'events:PutRule events:PutTargets',
    'events:RemoveTargets events:DeleteRule',
  ),
  'AWS::IAM::AccessKey': actions('iam:CreateAccessKey', 'iam:UpdateAccessKey', 'iam:DeleteAccessKey'),
  'AWS::IAM::InstanceProfile': actions(
    'iam:CreateInstanceProfile iam:AddRoleToInstanceProfile',
    'iam:AddRoleToInstanceProfile iam:RemoveRoleFromInstanceProfile',
    'iam:RemoveRoleFromInstanceProfile iam:DeleteInstanceProfile',
  ),
  'AWS::IAM::ManagedPolicy': actions('iam:CreatePolicy', 'iam:CreatePolicyVersion', 'iam:DeletePolicy'),
  'AWS::IAM::OIDCProvider': actions(
    'iam:CreateOpenIDConnectProvider',
    'iam:UpdateOpenIDConnectProviderThumbprint',
    'iam:DeleteOpenIDConnectProvider',
  ),
  'AWS::IAM::Policy': actions('iam:PutRolePolicy', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy'),
  'AWS::IAM::Role': actions('iam:CreateRole', 'iam:UpdateAssumeRolePolicy', 'iam:DeleteRole'),
  'AWS::IAM::SAMLProvider': actions('iam:CreateSAMLProvider', 'iam:UpdateSAMLProvider', 'iam:DeleteSAMLProvider'),
  'AWS::IAM::User': actions('iam:CreateUser', 'iam:UpdateUser', 'iam:DeleteUser'),
  'AWS::KMS::Alias': actions('kms:CreateAlias', 'kms:UpdateAlias', 'kms:DeleteAlias'),
  'AWS::KMS::Key': actions('kms:CreateKey', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion'),
  'AWS::Lambda::Alias': actions('lambda:CreateAlias', 'lambda:UpdateAlias', 'lambda:DeleteAlias'),
  'AWS::Lambda::EventSourceMapping': actions(
    'lambda:CreateEventSourceMapping',
    'lambda:UpdateEventSourceMapping',
    'lambda:DeleteEventSourceMapping',
  ),
  'AWS::Lambda::Function': actions(
    'lambda:CreateFunction',
    'lambda:UpdateFunctionConfiguration lambda:UpdateFunctionCode',
    'lambda:DeleteFunction',
  ),
  'AWS::Lambda::LayerVersion': actions(
    'lambda:PublishLayerVersion',
    'lambda:PublishLayerVersion',
    'lambda:DeleteLayerVersion',
  ),
  'AWS::Lambda::Permission': actions('lambda:AddPermission', 'lambda:AddPermission', 'lambda:RemovePermission'),
  'AWS::Lambda::Url': actions(
    'lambda:CreateFunctionUrlConfig',
    'lambda:UpdateFunctionUrlConfig',
    'lambda:DeleteFunctionUrlConfig',
  ),
  'AWS::Lambda::Version': actions('lambda:PublishVersion', 'lambda:PublishVersion', 'lambda:DeleteFunction'),
  'AWS::Logs::LogGroup': actions('logs:CreateLogGroup', 'logs:PutRetentionPolicy', 'logs:DeleteLogGroup'),
  'AWS::Logs::MetricFilter': actions('logs:PutMetricFilter', 'logs:PutMetricFilter', 'logs:DeleteMetricFilter'),
  'AWS::Logs::SubscriptionFilter': actions(
    'logs:PutSubscriptionFilter',
    'logs:PutSubscriptionFilter',
    'logs:DeleteSubscriptionFilter',
  ),
  'AWS::S3::Bucket': actions('s3:CreateBucket', 's3:PutBucketTagging', 's3:DeleteBucket'),
  'AWS::S3::BucketPolicy': actions('s3:PutBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'),
  'AWS::SNS::Subscription': actions('sns:Subscribe', 'sns:SetSubscriptionAttributes', 'sns:Unsubscribe'),
  'AWS::SNS::Topic': actions('sns:CreateTopic', 'sns:SetTopicAttributes', 'sns:DeleteTopic'),
  'AWS::SNS::TopicPolicy': actions('sns:SetTopicAttributes', 'sns:SetTopicAttributes', 'sns:SetTopicAttributes'),
  'AWS::SQS::Queue': actions('sqs:CreateQueue', 'sqs:SetQueueAttributes', 'sqs:DeleteQueue'),
  'AWS::SQS::QueuePolicy': actions('sqs:SetQueueAttributes', 'sqs:SetQueueAttributes', 'sqs:SetQueueAttributes'),
  'AWS::SSM::Parameter': actions('ssm:PutParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'),
  'AWS::SecretsManager::Secret': actions(
    'secretsmanager:CreateSecret',
    'secretsmanager:UpdateSecret',
    'secretsmanager:DeleteSecret',
  ),
  'AWS::StepFunctions::StateMachine': actions(
    'states:CreateStateMachine',
    'states:UpdateStateMachine',
    'states:DeleteStateMachine',
  ),
};
