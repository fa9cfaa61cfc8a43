/** What a continued rollback can leave as it is. */
import { failure } from '../errors/catalogue.ts';
import type { Place } from '../errors/problem.ts';

/** A resource as ListStackResources tells it. */
export interface ListedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  /** The ARN, of a nested stack. */
  readonly physicalId: string;
}

export interface Skippable {
  /** As ResourcesToSkip names it. */
  readonly name: string;
  /** Where it is a stack, that is named only once it is gone; until then the resources in it are. */
  readonly nested?: { readonly stackId: string; readonly stackName: string };
}

/**
 * Of the resources of one stack, named as ResourcesToSkip wants it: only those in UPDATE_FAILED, and in a nested stack as
 * `NestedStackName.LogicalId` (API reference, ContinueUpdateRollback). `nestedIn` is the name of the stack where it is a nested one.
 */
export function skippableIn(resources: readonly ListedResource[], nestedIn?: string): Skippable[] {
  const failed = resources.filter(({ status }) => status === 'UPDATE_FAILED');
  return failed.map(({ logicalId, type, physicalId }) => {
    const name = nestedIn === undefined ? logicalId : `${nestedIn}.${logicalId}`;
    const [, stackName] = /^arn:[^/]*:stack\/([^/]+)\//.exec(physicalId) ?? [];
    const isStack = type === 'AWS::CloudFormation::Stack' && stackName !== undefined;
    return isStack ? { name, nested: { stackId: physicalId, stackName } } : { name };
  });
}

/** Throws SKIP_REFUSED for resources that CloudFormation would not skip. Nobody has to be asked about those. */
export function demandSkippable(
  { stack, skip }: { readonly stack: string; readonly skip: readonly string[] },
  skippable: readonly string[],
  place: Place,
): void {
  const refused = skip.filter((name) => !skippable.includes(name));
  if (refused.length > 0) throw failure('SKIP_REFUSED', { stack, refused, skippable: [...skippable].sort() }, place);
}
