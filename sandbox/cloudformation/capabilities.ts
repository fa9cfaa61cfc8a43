/** The acknowledgements a template needs. CloudFormation User Guide, "Acknowledging IAM resources in CloudFormation templates". */
import { insufficientCapabilities } from './errors.ts';

interface ResourceOutline {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export type NeededCapability = 'CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM';

/** IAM types that need an acknowledgement, with the property that names them. */
const iamTypes: ReadonlyMap<string, string | undefined> = new Map([
  ['AWS::IAM::AccessKey', undefined],
  ['AWS::IAM::Group', 'GroupName'],
  ['AWS::IAM::InstanceProfile', 'InstanceProfileName'],
  ['AWS::IAM::ManagedPolicy', 'ManagedPolicyName'],
  ['AWS::IAM::Policy', undefined],
  ['AWS::IAM::Role', 'RoleName'],
  ['AWS::IAM::RolePolicy', undefined],
  ['AWS::IAM::User', 'UserName'],
  ['AWS::IAM::UserPolicy', undefined],
  ['AWS::IAM::UserToGroupAddition', undefined],
]);

/** The strongest capability these resources need, and the types that need it. */
export function neededCapability(
  resources: readonly ResourceOutline[],
): { readonly capability: NeededCapability; readonly types: string[] } | undefined {
  const iam = resources.filter((resource) => iamTypes.has(resource.type));
  if (iam.length === 0) return undefined;
  const named = iam.some((resource) => {
    const property = iamTypes.get(resource.type);
    return property !== undefined && property in resource.properties;
  });
  const types = [...new Set(iam.map((resource) => resource.type))];
  return { capability: named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM', types };
}

/**
 * Making or changing a stack directly from a template with a transform has to be acknowledged; a change set shows what the transform
 * made, so there it needs nothing (API Reference, CreateStack and CreateChangeSet, Capabilities).
 */
export function checkAutoExpand(given: readonly string[]): void {
  if (!given.includes('CAPABILITY_AUTO_EXPAND')) throw insufficientCapabilities(['CAPABILITY_AUTO_EXPAND']);
}

/** Throws InsufficientCapabilitiesException unless what is needed was given; the named form includes the plain one. */
export function checkCapabilities(resources: readonly ResourceOutline[], given: readonly string[]): void {
  const needed = neededCapability(resources)?.capability;
  if (needed === undefined || given.includes('CAPABILITY_NAMED_IAM') || given.includes(needed)) return;
  throw insufficientCapabilities([needed]);
}
