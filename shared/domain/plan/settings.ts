/** What stands beside a stack's template and is changed by calls of its own: termination protection and stack policy. */
import { canonicalJson } from '../release/canonical-json.ts';
import type { DesiredStack, LiveStack } from './comparison.ts';

/** The calls to make; a member that is absent stays as it is. */
export interface SettingsToMake {
  readonly terminationProtection?: boolean;
  /** The new stack policy, as text. */
  readonly stackPolicy?: string;
}

const off = { terminationProtection: false, stackPolicy: undefined };

/**
 * What to set for a stack to be as the release wants. A stack policy can be set only once the stack exists, so a new stack gets it in
 * the next round; a release that says nothing about it leaves it alone, since CloudFormation cannot take one away
 * (User Guide, "Prevent updates to stack resources").
 */
export function settingsToMake(desired: DesiredStack, live: LiveStack | undefined): SettingsToMake {
  const { terminationProtection, stackPolicy } = desired;
  const now = live ?? off;
  const settled = live !== undefined && live.status !== 'REVIEW_IN_PROGRESS';
  return {
    ...(terminationProtection === now.terminationProtection ? {} : { terminationProtection }),
    ...(settled && stackPolicy !== undefined && stackPolicy !== canonical(now.stackPolicy) ? { stackPolicy } : {}),
  };
}

export function isNothing(settings: SettingsToMake): boolean {
  return settings.terminationProtection === undefined && settings.stackPolicy === undefined;
}

/** CloudFormation gives a policy back as it was written; spelling is no difference. */
function canonical(policy: string | undefined): string | undefined {
  if (policy === undefined) return undefined;
  try {
    return canonicalJson(JSON.parse(policy));
  } catch {
    return policy;
  }
}
