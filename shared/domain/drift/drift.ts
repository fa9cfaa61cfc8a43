/** What is known of the drift of a stack: what CloudFormation found when it was last asked. Never a value, since a value may be a secret. */
import * as z from 'zod';
import { Instant, Name, PromotionId, StackName } from '../identifiers.ts';

/** A resource that is not as its template says (API reference, StackResourceDrift). */
export const DriftedResource = z.strictObject({
  /** Logical ids of the nested stacks that lead to the resource, joined by `/`; absent in the stack itself. */
  within: z.string().optional(),
  logicalId: z.string(),
  type: z.string(),
  status: z.enum(['MODIFIED', 'DELETED']),
  /** JSON pointers of the properties that differ. */
  paths: z.array(z.string()),
});
export type DriftedResource = z.infer<typeof DriftedResource>;

export const DriftRecord = z.strictObject({
  pipeline: Name,
  environment: Name,
  target: Name,
  stack: Name,
  stackName: StackName,
  status: z.enum(['IN_SYNC', 'DRIFTED', 'NOT_CHECKED']),
  /** When the detection began, by CloudFormation's clock where it did. */
  checkedAt: Instant,
  promotion: PromotionId,
  resources: z.array(DriftedResource),
  /** How many more there are. */
  more: z.int().positive().optional(),
  /** Why the stack, or a stack nested in it, could not be checked. */
  reasons: z.array(z.string()),
});
export type DriftRecord = z.infer<typeof DriftRecord>;

/** What came of a detection of one stack, or of one nested in it. */
export interface CheckedPart {
  /** Absent in the stack itself. */
  readonly within?: string | undefined;
  readonly checkedAt?: string | undefined;
  readonly resources: readonly Omit<DriftedResource, 'within'>[];
  /** Why it could not be checked, or not wholly. */
  readonly reason?: string | undefined;
}

/** An item of the ledger has to stay small. */
const mostResources = 20;
const mostPaths = 20;
const mostReasons = 10;
const mostText = 300;

/** One record of a stack with all that are nested in it. What was found counts, also where not all of it could be checked. */
export function driftRecordOf(
  where: Omit<DriftRecord, 'status' | 'checkedAt' | 'resources' | 'more' | 'reasons'>,
  parts: readonly CheckedPart[],
  at: string,
): DriftRecord {
  const resources = parts.flatMap(({ within, resources: found }) =>
    found.map((resource) => ({
      ...(within === undefined ? {} : { within }),
      ...resource,
      paths: resource.paths.toSorted().slice(0, mostPaths),
    })),
  );
  const sorted = resources.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const reasons = parts.flatMap(({ within, reason }) => (reason === undefined ? [] : [told(within, reason)]));
  const [checkedAt = at] = parts.flatMap((part) => part.checkedAt ?? []).sort();
  const status = resources.length > 0 ? 'DRIFTED' : reasons.length > 0 ? 'NOT_CHECKED' : 'IN_SYNC';
  const more = sorted.length - mostResources;
  return {
    ...where,
    ...{ status, checkedAt, resources: sorted.slice(0, mostResources), ...(more > 0 && { more }) },
    reasons: reasons.slice(0, mostReasons),
  };
}

/** `Parent/Child/LogicalId`. */
export function nameOf({ within, logicalId }: Pick<DriftedResource, 'within' | 'logicalId'>): string {
  return within === undefined ? logicalId : `${within}/${logicalId}`;
}

/** `Jobs (/VisibilityTimeout)`, or that it was deleted. */
export function driftText(resource: DriftedResource): string {
  const what = resource.status === 'DELETED' ? 'deleted' : resource.paths.join(', ');
  return `${nameOf(resource)}${what === '' ? '' : ` (${what})`}`;
}

/** All of it in words, a few for each stack. */
export function driftedText(resources: readonly DriftedResource[], more = 0): string {
  if (resources.length === 0) return 'CloudFormation does not say in what';
  const left = resources.length + more - mostNamed;
  const names = resources.slice(0, mostNamed).map(driftText).join('; ');
  return left > 0 ? `${names} and ${left} more` : names;
}

const mostNamed = 5;

const told = (within: string | undefined, reason: string): string =>
  `${within === undefined ? '' : `${within}: `}${reason}`.slice(0, mostText);
