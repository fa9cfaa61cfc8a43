import type { Json } from '../../kernel.ts';
import { resourceFacts } from './resource-facts.ts';

export interface ArnPlace {
  readonly partition?: string;
  readonly account: string;
  readonly region: string;
}

export interface ArnSubject {
  /** The resource's own name or id, without path: `orders-Queue-1A2B3C`. */
  readonly name: string;
  readonly properties: Readonly<Record<string, Json>>;
}

/**
 * The ARN of a resource, as policies name it (Service Authorization Reference, through the specification's ARN templates). A type without
 * a template gets `arn:<partition>:<service>:<region>:<account>:<type>/<name>`.
 */
export function resourceArn(type: string, place: ArnPlace, subject: ArnSubject): string {
  const { partition = 'aws', account, region } = place;
  const placed: Readonly<Record<string, string>> = { Partition: partition, Region: region, Account: account };
  const template = arnTemplates[type] ?? resourceFacts(type).arnTemplate ?? plainTemplate(type);
  return template.replaceAll(
    /\$\{(\w+)\}/g,
    (_match, variable: string) => placed[variable] ?? filled(variable, subject),
  );
}

/** Where the specification has no template, or one that does not fit what `Fn::GetAtt` answers. */
const arnTemplates: Readonly<Record<string, string>> = {
  'AWS::CloudFormation::Stack': 'arn:${Partition}:cloudformation:${Region}:${Account}:stack/${Name}',
  'AWS::ECS::Service': 'arn:${Partition}:ecs:${Region}:${Account}:service/${Cluster}/${Name}',
  'AWS::ElasticLoadBalancingV2::LoadBalancer':
    'arn:${Partition}:elasticloadbalancing:${Region}:${Account}:loadbalancer/app/${Name}/${HashId}',
  'AWS::ElasticLoadBalancingV2::TargetGroup':
    'arn:${Partition}:elasticloadbalancing:${Region}:${Account}:targetgroup/${Name}/${HashId}',
  'AWS::Events::Rule': 'arn:${Partition}:events:${Region}:${Account}:rule/${BusPrefix}${Name}',
  'AWS::Lambda::Alias': 'arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}:${Name}',
  'AWS::Lambda::EventSourceMapping': 'arn:${Partition}:lambda:${Region}:${Account}:event-source-mapping:${Name}',
  'AWS::Lambda::LayerVersion': 'arn:${Partition}:lambda:${Region}:${Account}:layer:${Name}:1',
  'AWS::Lambda::Permission': 'arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}',
  'AWS::Lambda::Url': 'arn:${Partition}:lambda:${Region}:${Account}:function:${TargetFunctionArn}',
  'AWS::Lambda::Version': 'arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}:1',
  'AWS::S3::BucketPolicy': 'arn:${Partition}:s3:::${Bucket}',
  'AWS::Scheduler::Schedule': 'arn:${Partition}:scheduler:${Region}:${Account}:schedule/${GroupName}/${Name}',
  'AWS::SecretsManager::Secret': 'arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${Name}-${ShortHash}',
  'AWS::SNS::Subscription': '${TopicArn}:${Name}',
  'AWS::SNS::TopicPolicy': 'arn:${Partition}:sns:${Region}:${Account}:${Name}',
};

function plainTemplate(type: string): string {
  const [, service = 'cloudformation', resource = type] = type.split('::');
  return `arn:\${Partition}:${service.toLowerCase()}:\${Region}:\${Account}:${resource.toLowerCase()}/\${Name}`;
}

/** A template's variable is a property of the resource, its name with or without path, or its id. */
function filled(variable: string, { name, properties }: ArnSubject): string {
  const given = properties[variable];
  if (typeof given === 'string' && !given.startsWith('arn:')) return given;
  switch (variable) {
    case 'BusPrefix':
      return busPrefix(properties['EventBusName']);
    case 'Cluster':
    case 'GroupName':
      return 'default';
    case 'FunctionName':
    case 'TargetFunctionArn':
    case 'TopicArn':
      return functionOrTopic(variable, given, name);
    case 'HashId':
    case 'ShortHash':
      return name.replaceAll(/[^A-Za-z0-9]/g, '').slice(variable === 'HashId' ? -16 : -6);
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

/** `FunctionName` may itself be an ARN; a topic's subscription starts with the topic's ARN. */
function functionOrTopic(variable: string, given: Json | undefined, name: string): string {
  if (typeof given !== 'string') return name;
  return variable === 'TopicArn' ? given : (given.split(':')[6] ?? name);
}

const pathOf = (properties: Readonly<Record<string, Json>>): string =>
  String(properties['Path'] ?? '/').replace(/^\//, '');
