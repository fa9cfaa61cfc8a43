import { memberOf } from '#shared/domain/template/template.ts';
import { specifiedMembers, specifiedResource } from './service-spec.ts';

/** What the specification says about a resource type. */
export interface ResourceFacts {
  /** Whether AWS has the type. Everything else is empty if not. */
  readonly known: boolean;
  readonly properties: readonly string[];
  /** Names `Fn::GetAtt` may ask for. */
  readonly attributes: readonly string[];
  /** What identifies the resource in `Ref`: properties or attributes. */
  readonly identifier: readonly string[];
  /** The property that holds tags, if the type can be tagged. */
  readonly tagProperty?: string;
  /** Whether that property is a map of names to values instead of a list of Key and Value. */
  readonly tagsAreMap: boolean;
  /** For example `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`. */
  readonly arnTemplate?: string;
  readonly hasArn: boolean;
}

const cached = new Map<string, ResourceFacts>();

export function resourceFacts(type: string): ResourceFacts {
  const facts = cached.get(type) ?? readFacts(type);
  cached.set(type, facts);
  return facts;
}

export type Recreation = 'Never' | 'Conditionally' | 'Always';

/**
 * Whether changing the value at `path` (property, then members) recreates the resource. A property says so for everything inside it; a
 * type or property the specification does not know may always do so.
 */
export function recreationOf(type: string, path: readonly string[]): Recreation {
  const resource = specifiedResource(type);
  const [name = '', ...inside] = path;
  let property = memberOf(resource?.properties, name);
  if (resource?.additionalReplacementProperties?.some((additional) => startsWith(path, additional))) return 'Always';
  if (!property) return 'Conditionally';
  for (const member of [undefined, ...inside]) {
    if (member !== undefined) property = memberOf(specifiedMembers(property.type), member) ?? property;
    if (property.causesReplacement === 'yes') return 'Always';
    if (property.causesReplacement === 'maybe') return 'Conditionally';
  }
  return 'Never';
}

const startsWith = (path: readonly string[], prefix: readonly string[]): boolean =>
  prefix.every((part, index) => part === '*' || path[index] === part);

function readFacts(type: string): ResourceFacts {
  const resource = specifiedResource(type);
  // The CDK puts AWS::CDK::Metadata into every stack; AWS knows it, its public specification does not.
  const known = resource !== undefined || type === 'AWS::CDK::Metadata';
  if (!resource) return { known, properties: [], attributes: [], identifier: [], tagsAreMap: false, hasArn: false };
  const attributes = Object.keys(resource.attributes);
  const tagProperty = resource.tagInformation?.tagPropertyName;
  return {
    known,
    properties: Object.keys(resource.properties),
    attributes,
    identifier: resource.cfnRefIdentifier ?? resource.primaryIdentifier ?? [],
    ...(tagProperty === undefined ? {} : { tagProperty }),
    tagsAreMap: resource.tagInformation?.variant === 'map',
    ...(resource.arnTemplate === undefined ? {} : { arnTemplate: resource.arnTemplate }),
    hasArn: resource.arnTemplate !== undefined || attributes.some((name) => /arn$/i.test(name)),
  };
}
