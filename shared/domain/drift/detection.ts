/** How far the detection of drift in a target is. Detection does not look into nested stacks, so each of them is detected by itself. */
import * as z from 'zod';
import { problem } from '../errors/catalogue.ts';
import { Instant, Name, PromotionId } from '../identifiers.ts';
import { reasonFrom } from '../promotion/reason.ts';
import type { Reason } from '../promotion/records.ts';
import { type DriftRecord, driftedText } from './drift.ts';

/** One stack that is to be checked. */
export const WatchedStack = z.strictObject({
  /** The stack of the pipeline that it is, or is nested in, by its name in the pipeline and in CloudFormation. */
  stack: Name,
  stackName: z.string(),
  within: z.string().optional(),
  stackId: z.string(),
  /** `waiting`: somebody else detects its drift right now. `over`: what was found can be read, `unchecked`: nothing will be. */
  state: z.enum(['waiting', 'running', 'over', 'unchecked']),
  detection: z.string().optional(),
  checkedAt: Instant.optional(),
  reason: z.string().optional(),
});
export type WatchedStack = z.infer<typeof WatchedStack>;

export const Detection = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  target: Name,
  stacks: z.array(WatchedStack),
});
export type Detection = z.infer<typeof Detection>;

/** In these states a stack can be checked (CloudFormation User Guide, "Detect drift", considerations). */
const detectable: readonly string[] = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_FAILED',
];

/** Why a stack in this state cannot be checked, or undefined. */
export function undetectable(status: string | undefined): string | undefined {
  if (status === undefined) return 'the stack does not exist';
  return detectable.includes(status) ? undefined : `the stack is ${status}`;
}

/** Half an hour of looks: AWS says that a detection takes up to several minutes (API reference, DetectStackDrift). */
const mostLooks = 35;

const mostText = 300;

/** When to look again, in seconds; undefined once everything is known, or once it took too long. */
export function detectionWait(stacks: readonly WatchedStack[], polls: number): number | undefined {
  const open = stacks.some(({ state }) => state === 'waiting' || state === 'running');
  return open && polls < mostLooks ? Math.min(5 + polls * 5, 60) : undefined;
}

/** An item of the ledger has to stay small, and CloudFormation may name every resource that it could not read. */
export function shortReason(reason: string): string {
  return reason.slice(0, mostText);
}

/** The stacks as they count once nobody looks again. */
export function concluded(stacks: readonly WatchedStack[]): WatchedStack[] {
  return stacks.map((stack) =>
    stack.state === 'waiting' || stack.state === 'running'
      ? { ...stack, state: 'unchecked', reason: 'the detection did not end within half an hour' }
      : stack,
  );
}

/** What a target's detection means for the promotion: one reason for each stack that has drifted. */
export function driftReasons(target: string, records: readonly DriftRecord[]): Reason[] {
  return records.flatMap(({ status, stack, environment, resources, more }) =>
    status === 'DRIFTED'
      ? [
          reasonFrom(problem('DRIFTED', { stack, target, environment, resources: driftedText(resources, more) }), {
            target,
          }),
        ]
      : [],
  );
}

/** What could not be checked, and why: one reason for each target. A promotion does not fail for it. */
export function uncheckedReasons(records: readonly DriftRecord[]): Reason[] {
  const unchecked = records.filter(({ reasons }) => reasons.length > 0);
  return [...Map.groupBy(unchecked, ({ target }) => target)].map(([target, found]) => {
    const stacks = found.map(({ stack, reasons }) => `${stack} (${reasons[0]})`);
    return reasonFrom(problem('DRIFT_NOT_CHECKED', { target, stacks }), { target });
  });
}
