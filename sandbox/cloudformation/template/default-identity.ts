import { createHash } from 'node:crypto';
import type { Json, ResourceResult } from '../../kernel.ts';
import { explicitName, namedArn } from './arn.ts';
import { resourceFacts } from './resource-facts.ts';

export interface IdentityRequest {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly logicalId: string;
  /** What makes a generated name unique: 12 or 13 upper-case characters and digits. */
  readonly suffix: string;
  readonly properties: Readonly<Record<string, Json>>;
}

/**
 * What `Ref` and `Fn::GetAtt` answer for a resource nobody provides (Template Reference, "Return values" of each type, through the
 * specification's identifiers). The name is the one given in the properties, else `<stack>-<logical id>-<suffix>`. Every attribute of
 * the specification has a plausible value.
 */
export function defaultIdentity(type: string, request: IdentityRequest): ResourceResult {
  const subject = subjectOf(type, request);
  const facts = resourceFacts(type);
  const attributes = Object.fromEntries(facts.attributes.map((name) => [name, attributeValue(name, subject)]));
  const parts = facts.identifier.map((part) => identifierPart(part, subject));
  const physicalId = physicalIds[type]?.(subject) ?? (parts.length > 0 ? parts.join('|') : subject.name);
  return { physicalId, attributes };
}

interface Subject extends IdentityRequest {
  readonly type: string;
  readonly name: string;
  readonly arn: string;
}

function subjectOf(type: string, request: IdentityRequest): Subject {
  const name = opaqueIds[type]?.(hash(request)) ?? nameOf(type, request);
  const arn = namedArn(type, request, name);
  return { ...request, type, name, arn };
}

/** The explicit name, if the type has a property for one and it is given, else the generated one. */
function nameOf(type: string, request: IdentityRequest): string {
  const explicit = explicitName(type, request.properties);
  if (explicit !== undefined) return explicit;
  const { stackName, logicalId, suffix, properties } = request;
  const limit = (nameLimits[type] ?? 255) - suffix.length - 1;
  const name = `${`${stackName}-${logicalId}`.slice(0, limit)}-${suffix}`;
  if (type === 'AWS::S3::Bucket' || type === 'AWS::ECR::Repository') return name.toLowerCase();
  const fifo = properties['FifoQueue'] ?? properties['FifoTopic'];
  return fifo === true || fifo === 'true' ? `${name}.fifo` : name;
}

const nameLimits: Readonly<Record<string, number>> = {
  'AWS::IAM::Role': 64,
  'AWS::IAM::User': 64,
  'AWS::Lambda::Function': 64,
  'AWS::S3::Bucket': 63,
  'AWS::SQS::Queue': 75,
  'AWS::StepFunctions::StateMachine': 80,
  'AWS::Events::Rule': 64,
};

/** Resources whose id AWS chooses. */
const opaqueIds: Readonly<Record<string, (hash: string) => string>> = {
  'AWS::ApiGateway::Deployment': (hash) => hash.slice(0, 6),
  'AWS::ApiGateway::Resource': (hash) => hash.slice(0, 6),
  'AWS::ApiGateway::RestApi': (hash) => hash.slice(0, 10),
  'AWS::ApiGatewayV2::Api': (hash) => hash.slice(0, 10),
  'AWS::ApiGatewayV2::Authorizer': (hash) => hash.slice(0, 6),
  'AWS::ApiGatewayV2::Deployment': (hash) => hash.slice(0, 6),
  'AWS::ApiGatewayV2::Integration': (hash) => hash.slice(0, 7),
  'AWS::ApiGatewayV2::Route': (hash) => hash.slice(0, 7),
  'AWS::CloudFront::Distribution': (hash) => `E${hash.slice(0, 13).toUpperCase()}`,
  'AWS::EC2::EIP': (hash) => `eipalloc-0${hash.slice(0, 16)}`,
  'AWS::EC2::Instance': (hash) => `i-0${hash.slice(0, 16)}`,
  'AWS::EC2::InternetGateway': (hash) => `igw-0${hash.slice(0, 16)}`,
  'AWS::EC2::LaunchTemplate': (hash) => `lt-0${hash.slice(0, 16)}`,
  'AWS::EC2::NatGateway': (hash) => `nat-0${hash.slice(0, 16)}`,
  'AWS::EC2::RouteTable': (hash) => `rtb-0${hash.slice(0, 16)}`,
  'AWS::EC2::SecurityGroup': (hash) => `sg-0${hash.slice(0, 16)}`,
  'AWS::EC2::Subnet': (hash) => `subnet-0${hash.slice(0, 16)}`,
  'AWS::EC2::Volume': (hash) => `vol-0${hash.slice(0, 16)}`,
  'AWS::EC2::VPC': (hash) => `vpc-0${hash.slice(0, 16)}`,
  'AWS::KMS::Key': (hash) => uuid(hash),
  'AWS::Lambda::EventSourceMapping': (hash) => uuid(hash),
  'AWS::Route53::HostedZone': (hash) => `Z${hash.slice(0, 20).toUpperCase()}`,
  'AWS::SNS::Subscription': (hash) => uuid(hash),
};

/** Types whose `Ref` is not what the specification's identifier says. */
const physicalIds: Readonly<Record<string, (subject: Subject) => string>> = {
  'AWS::Events::Rule': ({ name, properties }) => {
    const bus = properties['EventBusName'];
    return typeof bus === 'string' && bus !== 'default' ? `${bus}|${name}` : name;
  },
  'AWS::IAM::Policy': ({ stackName, logicalId, suffix }) => `${stackName}-${logicalId}-${suffix}`,
  'AWS::Lambda::Permission': ({ name }) => name,
  'AWS::SecretsManager::Secret': ({ arn }) => arn,
};

function identifierPart(part: string, subject: Subject): string {
  const given = subject.properties[part];
  if (typeof given === 'string') return given;
  return resourceFacts(subject.type).attributes.includes(part) ? String(attributeValue(part, subject)) : subject.name;
}

function attributeValue(attribute: string, subject: Subject): Json {
  const known = attributesByType[subject.type]?.[attribute];
  if (known) return known(subject);
  const given = subject.properties[attribute];
  if (given !== undefined) return given;
  const [, , resource = ''] = subject.type.split('::');
  // `PolicyArn` of a ManagedPolicy, `VpcId` of a VPC: the attribute drops a qualifier, or spells the type its own way.
  const [own = ''] = resource.match(/[A-Z][a-z]+$/) ?? [resource];
  const names = (...suffixes: string[]) =>
    suffixes.flatMap((suffix) => [suffix, `${resource}${suffix}`, `${own}${suffix}`]);
  const isNamed = (...suffixes: string[]) =>
    names(...suffixes).some((name) => name.toLowerCase() === attribute.toLowerCase());
  if (isNamed('Arn')) return subject.arn;
  if (attribute.endsWith('Arn')) return `${subject.arn}/${attribute.replaceAll('.', '-').toLowerCase()}`;
  if (attribute === 'GroupId' || isNamed('Id', 'Name')) return subject.name;
  if (/(Url|URL|Endpoint)$/.test(attribute)) return `https://${subject.name}.${subject.region}.amazonaws.com`;
  return `${subject.name}-${attribute.replaceAll('.', '-').toLowerCase()}`;
}

type AttributeTable = Readonly<Record<string, (subject: Subject) => Json>>;

const attributesByType: Readonly<Record<string, AttributeTable>> = {
  'AWS::ApiGatewayV2::Api': {
    ApiEndpoint: ({ name, region }) => `https://${name}.execute-api.${region}.amazonaws.com`,
    ExecuteApiArn: ({ name, region, account }) => `arn:aws:execute-api:${region}:${account}:${name}`,
  },
  'AWS::DynamoDB::Table': { StreamArn: ({ arn }) => `${arn}/stream/2026-01-01T00:00:00.000` },
  'AWS::Lambda::Url': {
    FunctionArn: ({ arn }) => arn,
    FunctionUrl: (subject) => `https://${hash(subject).slice(0, 32)}.lambda-url.${subject.region}.on.aws/`,
  },
  'AWS::Lambda::Version': { Version: () => '1', FunctionArn: ({ arn }) => arn },
  'AWS::Logs::LogGroup': { Arn: ({ arn }) => `${arn}:*` },
  'AWS::S3::Bucket': {
    DomainName: ({ name }) => `${name}.s3.amazonaws.com`,
    DualStackDomainName: ({ name, region }) => `${name}.s3.dualstack.${region}.amazonaws.com`,
    RegionalDomainName: ({ name, region }) => `${name}.s3.${region}.amazonaws.com`,
    WebsiteURL: ({ name, region }) => `http://${name}.s3-website-${region}.amazonaws.com`,
  },
  'AWS::SQS::Queue': {
    QueueUrl: ({ name, region, account }) => `https://sqs.${region}.amazonaws.com/${account}/${name}`,
  },
};

/** 64 hexadecimal characters that stay the same for one resource of one stack. */
function hash({ account, region, stackName, logicalId, suffix }: IdentityRequest): string {
  return createHash('sha256').update([account, region, stackName, logicalId, suffix].join('/')).digest('hex');
}

const uuid = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
