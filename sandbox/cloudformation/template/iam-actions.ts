import { actionsByType, type IamActions } from './iam-action-table.ts';

/**
 * What CloudFormation needs the execution role to be allowed for a resource type. Types outside the table get the names their API would
 * have (`service:CreateType`); resource types of the same service share its IAM prefix (Service Authorization Reference). Custom
 * resources invoke their function.
 */
export function iamActions(type: string): IamActions {
  const known = actionsByType[type.startsWith('Custom::') ? 'AWS::CloudFormation::CustomResource' : type];
  if (known) return known;
  const [, service = '', resource = ''] = type.split('::');
  const prefix = prefixes[service] ?? service.toLowerCase();
  return {
    create: [`${prefix}:Create${resource}`],
    update: [`${prefix}:Update${resource}`],
    delete: [`${prefix}:Delete${resource}`],
  };
}

/** Services whose IAM prefix is not their lower-case CloudFormation name. */
const prefixes: Readonly<Record<string, string>> = {
  ApiGatewayV2: 'apigateway',
  ApplicationAutoScaling: 'application-autoscaling',
  CertificateManager: 'acm',
  Cognito: 'cognito-idp',
  EFS: 'elasticfilesystem',
  ElasticLoadBalancingV2: 'elasticloadbalancing',
  KinesisFirehose: 'firehose',
  OpenSearchService: 'es',
  ServiceDiscovery: 'servicediscovery',
  StepFunctions: 'states',
};
