/** What becomes of a Target document that is applied: what is kept about targets decides, and an ExternalId is never in a file. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import type { Labels } from './labels.ts';
import type { Target } from './schema.ts';

/** What this needs of a recorded target. */
export interface RecordedTarget {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly labels: Labels;
  readonly sessionSeconds?: number;
}

export type TargetChange<Recorded> =
  /** `sibling`: a target of the same account, whose ExternalId is the account's. */
  | { readonly kind: 'created'; readonly sibling: Recorded }
  | { readonly kind: 'changed'; readonly before: Recorded }
  | { readonly kind: 'unchanged'; readonly before: Recorded }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** A target keeps its place for ever; a new one needs an account that was onboarded, and a place that no other has. */
export function targetChange<Recorded extends RecordedTarget>(
  recorded: readonly Recorded[],
  wanted: Target,
): TargetChange<Recorded> {
  const { name, labels } = wanted.metadata;
  const { account, region, sessionSeconds } = wanted;
  const before = recorded.find((one) => one.name === name);
  if (before !== undefined && whereabouts(before) !== whereabouts(wanted)) {
    const facts = { target: name, from: whereabouts(before), to: whereabouts(wanted) };
    return { kind: 'refused', problem: problem('TARGET_MOVED', facts) };
  }
  // Without labels a target belongs to no environment, and stands in nobody's way.
  const other = recorded.find(
    (one) => one.name !== name && whereabouts(one) === whereabouts(wanted) && Object.keys(one.labels).length > 0,
  );
  if (other !== undefined) {
    const subjects = [`target ${other.name}`, `target ${name}`];
    return { kind: 'refused', problem: problem('TARGET_SHARED', { place: whereabouts(wanted), subjects }) };
  }
  if (before !== undefined) {
    const same = sameLabels(before.labels, labels) && before.sessionSeconds === sessionSeconds;
    return { kind: same ? 'unchanged' : 'changed', before };
  }
  const sibling = recorded.find((one) => one.account === account);
  if (sibling !== undefined) return { kind: 'created', sibling };
  return { kind: 'refused', problem: problem('ACCOUNT_NOT_ONBOARDED', { account, target: name }, { account, region }) };
}

const whereabouts = ({ account, region }: Pick<RecordedTarget, 'account' | 'region'>): string => `${account}/${region}`;

function sameLabels(a: Labels, b: Labels): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
