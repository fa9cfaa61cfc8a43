/** Whether windows let a rollout start now; and if not, when they will. */
import type { Instant } from '../identifiers.ts';
import { type Span, spanAt } from './spans.ts';
import type { Window } from './window.ts';

/** A window, and the policy that has it. */
export interface PolicyWindow {
  readonly policy: string;
  readonly window: Window;
}

export type Opening =
  | { readonly kind: 'open' }
  /** `because` names policies and windows. `until`: the first instant at which it opens, or none where it never does. */
  | { readonly kind: 'closed'; readonly because: string; readonly until?: Instant };

/** Windows that never open together are given up after so many of their changes: months of them, and a promotion ends after thirty days. */
const mostChanges = 400;

/**
 * A window that denies beats those that allow. Where windows allow, one of them has to, whichever policy has it; where none is there, all
 * that is not denied is allowed.
 */
export function opening(windows: readonly PolicyWindow[], at: Instant): Opening {
  const now = Date.parse(at);
  const shut = shutAt(windows, now);
  if (shut === undefined) return { kind: 'open' };
  const until = firstOpening(windows, now);
  const { because } = shut;
  return { kind: 'closed', because, ...(until === undefined ? {} : { until: new Date(until).toISOString() }) };
}

interface Shut {
  readonly because: string;
  /** When this changes, if it does; it may be shut by another window then. */
  readonly next: number | undefined;
}

function firstOpening(windows: readonly PolicyWindow[], now: number): number | undefined {
  let at: number | undefined = now;
  for (let change = 0; change < mostChanges && at !== undefined; change += 1) {
    const shut = shutAt(windows, at);
    if (shut === undefined) return at;
    at = shut.next;
  }
  return undefined;
}

function shutAt(windows: readonly PolicyWindow[], at: number): Shut | undefined {
  const near = windows.flatMap((one) => {
    const span = spanAt(one.window, at);
    return span === undefined ? [] : [{ ...one, span }];
  });
  const denying = near.filter(({ window, span }) => window.kind === 'deny' && holds(span, at));
  if (denying.length > 0)
    return {
      because: `${listed(denying)} ${denying.length === 1 ? 'denies' : 'deny'} it`,
      next: Math.max(...denying.map(({ span }) => span.until)),
    };
  const allowing = windows.filter(({ window }) => window.kind === 'allow');
  const coming = near.filter(({ window }) => window.kind === 'allow');
  if (allowing.length === 0 || coming.some(({ span }) => holds(span, at))) return undefined;
  const begins = coming.map(({ span }) => span.from);
  const open = allowing.length === 1 ? 'is not open' : 'are not open';
  return { because: `${listed(allowing)} ${open}`, next: begins.length === 0 ? undefined : Math.min(...begins) };
}

function holds({ from, until }: Span, at: number): boolean {
  return from <= at && at < until;
}

function listed(windows: readonly PolicyWindow[]): string {
  return windows.map(({ policy, window }) => `window ${window.name} of policy ${policy}`).join(' and ');
}
