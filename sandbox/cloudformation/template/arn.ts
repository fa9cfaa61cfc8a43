import type { Json } from '../../kernel.ts';
import { resourceFacts } from './resource-facts.ts';

/** What an ARN is made from. A ResourceRequest of a provider is one. */
export interface ArnSubject {
  readonly partition?: string;
  readonly account: string;
  readonly region: string;
  readonly properties: Readonly<Record<string, Json>>;
  /** Set once the resource exists: what `Ref` answers. */
  readonly physicalId?: string;
  readonly stackName?: string;
  readonly logicalId?: string;
}

/**
 * The ARN of a resource, as policies name it (Service Authorization Reference, through the specification's ARN templates); for a type
 * that only configures another resource, the ARN of that one. Before a resource exists the name it was given counts, else the beginning
 * of the name it will get, or `*` where AWS chooses the id. A type without a template gets
 * `arn:<partition>:<service>:<region>:<account>:<type>/<name>`.
 */
export function resourceArn(type: string, subject: ArnSubject): string {
  if (subject.physicalId?.startsWith('arn:')) return subject.physicalId;
  return namedArn(type, subject, nameOf(type, subject));
}

/** The ARN of a resource whose own name or id, without path, is known. */
export function namedArn(type: string, subject: ArnSubject, name: string): string {
  const { partition = 'aws', account, region, properties } = subject;
  const configured = configuredArn(type, properties);
  if (configured?.startsWith('arn:')) return configured;
  const variables: Readonly<Record<string, string>> = {
    Partition: partition,
    Region: region,
    Account: account,
    ...(configured === undefined ? {} : { Configured: configured.slice(configured.lastIndexOf('/') + 1) }),
  };
  const template = arnTemplates[type] ?? resourceFacts(type).arnTemplate ?? plainTemplate(type);
  return template.replaceAll(/\$\{(\w+)\}/g, (_match, variable: string) => {
    return variables[variable] ?? filled(variable, name, properties);
  });
}

/** `TopicName` for a topic, else the identifier, else `Name`: the property a resource's name is given in. */
export function explicitName(type: string, properties: Readonly<Record<string, Json>>): string | undefined {
  const [, , resource = ''] = type.split('::');
  const { identifier } = resourceFacts(type);
  const candidates = [`${resource}Name`, ...(identifier.length === 1 ? identifier : []), 'Name'];
  return candidates.map((name) => properties[name]).find((value) => typeof value === 'string');
}

function nameOf(type: string, { physicalId, properties, stackName, logicalId }: ArnSubject): string {
  // A queue's Ref is its URL, a rule's on a custom bus `bus|rule`: the name comes last.
  if (physicalId !== undefined)
    return physicalId.split(physicalId.startsWith('https:') ? '/' : '|').at(-1) ?? physicalId;
  if (chosenByAws.test(type)) return '*';
  return explicitName(type, properties) ?? `${stackName}-${logicalId}`;
}

/** Types whose id AWS chooses. */
const chosenByAws = /^AWS::(EC2|KMS::Key|ApiGateway|ApiGatewayV2|CloudFront|Route53|Lambda::EventSourceMapping)(::|$)/;

/** What is configured by types that are no resource of their own to IAM. */
const configuredBy: Readonly<Record<string, string>> = {
  'AWS::IAM::Policy': 'Roles',
  'AWS::SNS::TopicPolicy': 'Topics',
  'AWS::SQS::QueuePolicy': 'Queues',
};

function configuredArn(type: string, properties: Readonly<Record<string, Json>>): string | undefined {
  const first = [properties[configuredBy[type] ?? ''] ?? []].flat()[0];
  return typeof first === 'string' ? first : undefined;
}

const api = 'arn:${Partition}:apigateway:${Region}::/apis/${ApiId}';
const lambda = 'arn:${Partition}:lambda:${Region}:${Account}';
const balancing = 'arn:${Partition}:elasticloadbalancing:${Region}:${Account}';

/** Where the specification has no template, or one that does not fit what `Fn::GetAtt` answers. */
const arnTemplates: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Authorizer': `${api}/authorizers/\${Name}`,
  'AWS::ApiGatewayV2::Integration': `${api}/integrations/\${Name}`,
  'AWS::ApiGatewayV2::Route': `${api}/routes/\${Name}`,
  'AWS::ApiGatewayV2::Stage': `${api}/stages/\${StageName}`,
  'AWS::CloudFormation::Stack': 'arn:${Partition}:cloudformation:${Region}:${Account}:stack/${Name}/*',
  'AWS::ECS::Service': 'arn:${Partition}:ecs:${Region}:${Account}:service/${Cluster}/${Name}',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': `${balancing}:loadbalancer/app/\${Name}/\${HashId}`,
  'AWS::ElasticLoadBalancingV2::TargetGroup': `${balancing}:targetgroup/\${Name}/\${HashId}`,
  'AWS::Events::EventBusPolicy': 'arn:${Partition}:events:${Region}:${Account}:event-bus/${EventBusName}',
  'AWS::Events::Rule': 'arn:${Partition}:events:${Region}:${Account}:rule/${BusPrefix}${Name}',
  'AWS::IAM::Policy': 'arn:${Partition}:iam::${Account}:role/${Configured}',
  'AWS::Lambda::Alias': `${lambda}:function:\${FunctionName}:\${Name}`,
  'AWS::Lambda::EventSourceMapping': `${lambda}:event-source-mapping:\${Name}`,
  'AWS::Lambda::LayerVersion': `${lambda}:layer:\${LayerName}:1`,
  'AWS::Lambda::Permission': `${lambda}:function:\${FunctionName}`,
  'AWS::Lambda::Url': `${lambda}:function:\${TargetFunctionArn}`,
  'AWS::Lambda::Version': `${lambda}:function:\${FunctionName}:1`,
  'AWS::Logs::MetricFilter': 'arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}',
  'AWS::Logs::SubscriptionFilter': 'arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}',
  'AWS::S3::BucketPolicy': 'arn:${Partition}:s3:::${Bucket}',
  'AWS::Scheduler::Schedule': 'arn:${Partition}:scheduler:${Region}:${Account}:schedule/${GroupName}/${Name}',
  'AWS::SecretsManager::Secret': 'arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${Name}-${ShortHash}',
  'AWS::SNS::Subscription': '${TopicArn}:${Name}',
  'AWS::SNS::TopicPolicy': 'arn:${Partition}:sns:${Region}:${Account}:${Name}',
  'AWS::SQS::QueuePolicy': 'arn:${Partition}:sqs:${Region}:${Account}:${Configured}',
};

function plainTemplate(type: string): string {
  const [, service = '', resource = ''] = type.split('::');
  const name = type.startsWith('Custom::') ? 'cloudformation' : service.toLowerCase();
  return `arn:\${Partition}:${name}:\${Region}:\${Account}:${(resource || service).toLowerCase()}/\${Name}`;
}

/** A template's variable is a property of the resource, or something derived from its name. */
function filled(variable: string, name: string, properties: Readonly<Record<string, Json>>): string {
  const given = properties[variable];
  if (typeof given !== 'string') return derived(variable, name, properties);
  if (!given.startsWith('arn:') || variable === 'TopicArn') return given;
  // Only functions are named by ARN here: arn:aws:lambda:<region>:<account>:function:<name>.
  return given.split(':')[6] ?? name;
}

function derived(variable: string, name: string, properties: Readonly<Record<string, Json>>): string {
  switch (variable) {
    case 'BusPrefix':
      return busPrefix(properties['EventBusName']);
    case 'Cluster':
    case 'GroupName':
    case 'EventBusName':
      return 'default';
    case 'HashId':
      return name.replaceAll(/[^A-Za-z0-9]/g, '').slice(-16);
    case 'ShortHash':
      return name.replaceAll(/[^A-Za-z0-9]/g, '').slice(-6);
    case 'ParameterNameWithoutLeadingSlash':
      return name.replace(/^\//, '');
    default:
      return variable.endsWith('WithPath') ? `${pathOf(properties)}${name}` : name;
  }
}

function busPrefix(bus: Json | undefined): string {
  const name = typeof bus === 'string' ? bus.slice(bus.lastIndexOf('/') + 1) : 'default';
  return name === 'default' ? '' : `${name}/`;
}

const pathOf = (properties: Readonly<Record<string, Json>>): string =>
  String(properties['Path'] ?? '/').replace(/^\//, '');
