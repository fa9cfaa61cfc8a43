/** Windows of a policy that never come any more: whoever writes one means another time, and one that allows would keep everything shut. */
import type { Fault } from '../errors/problem.ts';
import type { Instant } from '../identifiers.ts';
import { canonicalJson } from '../release/canonical-json.ts';
import { spanAt } from '../window/spans.ts';
import type { Window } from '../window/window.ts';
import type { Policy } from './policy.ts';

type Windowed = Pick<Policy, 'windows'>;

/** The windows that are over at an instant, each with its place in the policy. */
export function pastWindows({ windows = [] }: Windowed, at: Instant): { window: Window; index: number }[] {
  const now = Date.parse(at);
  return windows.flatMap((window, index) => (spanAt(window, now) === undefined ? [{ window, index }] : []));
}

/** What is wrong with the windows of a policy that is to hold from an instant on. What holds already may stay, though it is over. */
export function pastWindowFaults(policy: Windowed, before: Windowed | undefined, at: Instant): Fault[] {
  const held = new Set(before?.windows?.map((window) => canonicalJson(window)));
  return pastWindows(policy, at)
    .filter(({ window }) => !held.has(canonicalJson(window)))
    .map(({ index }) => ({
      code: 'FIELD_INVALID',
      pointer: `/windows/${index}/once/to`,
      detail: 'is in the past, so the window would never come',
    }));
}
