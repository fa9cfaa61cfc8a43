/** What GitHub is told of a promotion: for each environment a commit status and a deployment, as of the newest event about it. */
import * as z from 'zod';
import { eventSource, PromotionEvent } from '../events/event.ts';
import { Name, PromotionId } from '../identifiers.ts';
import { Commit } from '../promotion/records.ts';

/** States of both kinds (GitHub docs, REST API, "Commit statuses" and "Deployment statuses"). */
const States = z.strictObject({
  status: z.enum(['pending', 'success', 'failure', 'error']),
  deployment: z.enum(['queued', 'in_progress', 'success', 'failure', 'error']),
});
type States = z.infer<typeof States>;

/** One thing to tell. It is kept while it is told, so that what came later is not overwritten. */
export const Report = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  /** Of the event: a report with a higher one is newer. */
  sequence: z.int().positive(),
  states: States,
  description: z.string(),
});
export type Report = z.infer<typeof Report>;

export type ReadReport =
  | { readonly kind: 'report'; readonly report: Report; readonly webhook: string; readonly commit: string }
  | { readonly kind: 'ignored'; readonly why: string };

const Envelope = z.object({ source: z.literal(eventSource), 'detail-type': z.string(), detail: z.unknown() });

/**
 * What an event of EventBridge says that GitHub should know. Repositories may be public, so it is told a state and the release's name, and
 * no reason: reasons name accounts, stacks and roles.
 */
export function reportOf(event: unknown): ReadReport {
  const envelope = Envelope.safeParse(event);
  if (!envelope.success) return ignored('it is no event of Drawbridge');
  const { 'detail-type': detailType, detail } = envelope.data;
  const read = PromotionEvent.safeParse({ detailType, detail });
  if (!read.success) return ignored('it is no event that is known here');
  const { promotion, environment, sequence, trigger, mode, state, releaseId } = read.data.detail;
  const commit = Commit.safeParse(trigger.commit);
  if (trigger.source === undefined || !commit.success) return ignored('no commit is known');
  if (mode === 'plan' || mode === 'drift') return ignored('nothing is deployed');
  const told = Object.hasOwn(tellings, state) ? tellings[state] : undefined;
  if (environment === undefined || told === undefined) return ignored('it says nothing of an environment');
  const { words, ...states } = told;
  const report = { promotion, environment, sequence, states, description: `${releaseId} ${words}` };
  return { kind: 'report', report, webhook: trigger.source, commit: commit.data };
}

type Telling = States & { readonly words: string };

/** By the state of the event. What is not here is followed by an event that is: an approval that was not given ends its rollout. */
const tellings: Readonly<Record<string, Telling>> = {
  running: { status: 'pending', deployment: 'in_progress', words: 'is on its way' },
  open: { status: 'pending', deployment: 'queued', words: 'waits for an approval' },
  approved: { status: 'pending', deployment: 'in_progress', words: 'was approved' },
  succeeded: { status: 'success', deployment: 'success', words: 'is deployed' },
  unchanged: { status: 'success', deployment: 'success', words: 'was deployed already' },
  failed: { status: 'failure', deployment: 'failure', words: 'failed' },
  errored: { status: 'error', deployment: 'error', words: 'could not be deployed' },
  rejected: { status: 'failure', deployment: 'failure', words: 'was rejected' },
  aborted: { status: 'error', deployment: 'error', words: 'was stopped' },
};

function ignored(why: string): ReadReport {
  return { kind: 'ignored', why };
}
