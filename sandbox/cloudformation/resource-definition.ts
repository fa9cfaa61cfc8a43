/** Definitions of resources as a stack holds them, and how two of them differ. */
import type { Json } from '../kernel.ts';
import type { ResourceDefinition } from './state.ts';
import { compareResources } from './template/compare.ts';
import { canonical } from './template/differences.ts';
import type { EvaluatedResource } from './template/evaluation.ts';
import { resourceFacts } from './template/resource-facts.ts';

/** An evaluated resource as the stack will hold it; types that can be tagged carry the stack's tags too. */
export function definitionOf(
  resource: EvaluatedResource,
  dependsOn: readonly string[],
  stackTags: Readonly<Record<string, string>>,
): ResourceDefinition {
  const { type, properties, deletionPolicy, updateReplacePolicy, metadata } = resource;
  const taggable = resourceFacts(type).tagProperty !== undefined;
  return {
    properties: { ...properties },
    dependsOn,
    stackTags: taggable ? { ...stackTags } : {},
    ...(metadata === undefined ? {} : { metadata }),
    ...(deletionPolicy === undefined ? {} : { deletionPolicy }),
    ...(updateReplacePolicy === undefined ? {} : { updateReplacePolicy }),
  };
}

/** What bringing a resource from one definition to another takes. `None`: its properties and tags are the same. */
export function replacementOf(
  type: string,
  before: ResourceDefinition,
  after: ResourceDefinition,
): 'None' | 'True' | 'False' | 'Conditional' {
  const [change] = compareResources(
    { Resource: { type, properties: before.properties } },
    {
      Resource: { type, properties: after.properties, dependsOn: [], unknownPaths: [], causes: {} },
    },
    { physicalIds: {}, changedParameters: [], noEcho: [] },
  );
  if (canonical(before.properties) !== canonical(after.properties)) return change?.Replacement ?? 'False';
  return canonical(before.stackTags) === canonical(after.stackTags) ? 'None' : 'False';
}

/** What a provider is given: the resource's own properties, with the stack's tags where the resource has no tag of that key. */
export function providedProperties(type: string, definition: ResourceDefinition): Record<string, Json> {
  const { tagProperty } = resourceFacts(type);
  const stackTags = Object.entries(definition.stackTags);
  if (tagProperty === undefined || stackTags.length === 0) return definition.properties;
  const own = definition.properties[tagProperty];
  if (mapTagged.has(type) || (own !== undefined && !Array.isArray(own))) {
    return { ...definition.properties, [tagProperty]: { ...definition.stackTags, ...(own as Record<string, Json>) } };
  }
  const tags = (own ?? []) as { Key?: Json }[];
  const added = stackTags
    .filter(([key]) => tags.every((tag) => tag.Key !== key))
    .map(([Key, Value]) => ({ Key, Value }));
  return { ...definition.properties, [tagProperty]: [...tags, ...added] as Json };
}

/** Types whose tags are a map instead of a list of Key and Value. */
const mapTagged: ReadonlySet<string> = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Stage',
  'AWS::ApiGatewayV2::VpcLink',
  'AWS::Batch::JobDefinition',
  'AWS::Glue::Job',
  'AWS::Pipes::Pipe',
  'AWS::SSM::Parameter',
]);
