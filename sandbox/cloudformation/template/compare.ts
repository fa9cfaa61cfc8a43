import type { PolicyAction } from '@aws-sdk/client-cloudformation';
import { memberOf } from '#shared/domain/template/template.ts';
import { attributeDetails, nestedStackDetails, stackTagDetails } from './attribute-changes.ts';
import type { ComparedResource, ComparisonFacts, Detail, PlannedChange } from './changes.ts';
import type { EvaluatedResource } from './evaluation.ts';
import { type Fate, movedPointers, propertyDetails, replacementOf } from './property-changes.ts';
import { contextText } from './visible-values.ts';

/**
 * What a change set lists for the step from `before` to `after`, in the form of DescribeChangeSet with IncludePropertyValues (API Reference,
 * `ResourceChange`; behaviour as recorded from AWS): removals, then the rest in the order of `after`. Resources that do not change are
 * left out, nested stacks are always listed as Automatic. `after` is evaluated against the resources as they are now; where a value reads
 * a resource that is replaced its owner is listed too: Static if the replacement is certain, Dynamic (and therefore Conditional, where
 * it would recreate the owner) if it only may happen. Reading a resource that is changed in place is no change until it happens.
 */
export function compareResources(
  before: Readonly<Record<string, ComparedResource>>,
  after: Readonly<Record<string, EvaluatedResource>>,
  facts: ComparisonFacts,
): PlannedChange[] {
  const comparison: Comparison = { before, after, facts, details: new Map() };
  const removals = Object.entries(before)
    .filter(([logicalId]) => !Object.hasOwn(after, logicalId))
    .map(([logicalId, old]) => removal(logicalId, old, facts));
  const others = Object.entries(after).flatMap(([logicalId, resource]) => {
    const old = memberOf(before, logicalId);
    if (!old) return [addition(logicalId, resource, facts)];
    const details = detailsOf(logicalId, comparison);
    return details.length === 0 ? [] : [modification(logicalId, { old, resource, details }, comparison)];
  });
  return [...removals, ...others];
}

/** CloudFormation's ValidationError for resources that change their type under the same logical id; undefined if none does. */
export function resourceTypeFault(
  before: Readonly<Record<string, { readonly type: string }>>,
  after: Readonly<Record<string, { readonly type: string }>>,
): string | undefined {
  const changed = Object.entries(after).filter(
    ([logicalId, { type }]) => (memberOf(before, logicalId)?.type ?? type) !== type,
  );
  if (changed.length === 0) return undefined;
  const names = changed.map(([logicalId]) => logicalId).join(', ');
  return `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${names}]`;
}

interface Comparison {
  readonly before: Readonly<Record<string, ComparedResource>>;
  readonly after: Readonly<Record<string, EvaluatedResource>>;
  readonly facts: ComparisonFacts;
  /** Details found so far: a reference makes one resource ask for another. */
  readonly details: Map<string, Detail[]>;
}

function detailsOf(logicalId: string, comparison: Comparison): Detail[] {
  const { before, after, facts, details } = comparison;
  const known = details.get(logicalId);
  const old = memberOf(before, logicalId);
  const resource = memberOf(after, logicalId);
  if (known || !old || !resource) return known ?? [];
  const fateOf = (name: string): Fate => fate(name, comparison);
  const found = [
    ...propertyDetails({ old, resource, facts, fateOf }),
    ...attributeDetails({ old, resource }),
    ...stackTagDetails(resource.type, facts.stackTags),
    ...nestedStackDetails(resource.type),
  ];
  details.set(logicalId, found);
  return found;
}

function fate(logicalId: string, comparison: Comparison): Fate {
  if (!Object.hasOwn(comparison.before, logicalId)) return 'added';
  if (comparison.facts.moving?.includes(logicalId)) return 'may-be-replaced';
  const replacement = replacementOf(detailsOf(logicalId, comparison));
  if (replacement === 'False') return 'stays';
  return replacement === 'True' ? 'replaced' : 'may-be-replaced';
}

function addition(logicalId: string, resource: EvaluatedResource, facts: ComparisonFacts): PlannedChange {
  return {
    Action: 'Add',
    LogicalResourceId: logicalId,
    ResourceType: resource.type,
    Scope: [],
    Details: [],
    AfterContext: contextText(resource, { causes: resource.causes, facts }),
  };
}

function removal(logicalId: string, old: ComparedResource, facts: ComparisonFacts): PlannedChange {
  return {
    PolicyAction: policyOf(old, old.deletionPolicy),
    Action: 'Remove',
    LogicalResourceId: logicalId,
    ...physicalId(logicalId, facts),
    ResourceType: old.type,
    Scope: [],
    Details: [],
    BeforeContext: contextText(old, { causes: old.causes ?? {}, facts }),
  };
}

interface Modified {
  readonly old: ComparedResource;
  readonly resource: EvaluatedResource;
  readonly details: Detail[];
}

function modification(logicalId: string, modified: Modified, comparison: Comparison): PlannedChange {
  const { old, resource, details } = modified;
  const { facts } = comparison;
  const replacement = replacementOf(details);
  const unknown = movedPointers({ resource, fateOf: (name) => fate(name, comparison) });
  return {
    ...(replacement === 'False' ? {} : { PolicyAction: replacing[policyOf(resource, resource.updateReplacePolicy)] }),
    Action: 'Modify',
    LogicalResourceId: logicalId,
    ...physicalId(logicalId, facts),
    ResourceType: resource.type,
    Replacement: replacement,
    Scope: [...new Set(details.map(({ Target }) => Target.Attribute))],
    Details: details,
    BeforeContext: contextText(old, { causes: old.causes ?? resource.causes, facts }),
    AfterContext: contextText(resource, { causes: resource.causes, facts, unknown }),
  };
}

const physicalId = (logicalId: string, { physicalIds }: ComparisonFacts) => {
  const PhysicalResourceId = memberOf(physicalIds, logicalId);
  return PhysicalResourceId === undefined ? {} : { PhysicalResourceId };
};

type RemovalPolicy = 'Delete' | 'Retain' | 'Snapshot';

/** Clusters and stand-alone instances of RDS are snapshot unless told otherwise (User Guide, "DeletionPolicy attribute"). */
function policyOf({ type, properties }: ComparedResource, policy: string | undefined): RemovalPolicy {
  if (policy === 'Snapshot') return 'Snapshot';
  if (policy === 'Retain' || policy === 'RetainExceptOnCreate') return 'Retain';
  const snapshot =
    type === 'AWS::RDS::DBCluster' || (type === 'AWS::RDS::DBInstance' && !('DBClusterIdentifier' in properties));
  return policy === undefined && snapshot ? 'Snapshot' : 'Delete';
}

const replacing: Readonly<Record<RemovalPolicy, PolicyAction>> = {
  Delete: 'ReplaceAndDelete',
  Retain: 'ReplaceAndRetain',
  Snapshot: 'ReplaceAndSnapshot',
};
