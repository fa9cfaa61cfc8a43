/** Verifying a target with the probes of its environment, on the record: one call does as much as it has time for. */
import { failure, problem } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { reasonFrom } from '#shared/domain/promotion/reason.ts';
import type { Reason } from '#shared/domain/promotion/records.ts';
import { environmentOf } from '#shared/domain/release/journey.ts';
import type { Asked } from '#shared/domain/verification/answer.ts';
import { type Attempt, attemptToken, type ProbeOutcome } from '#shared/domain/verification/attempt.ts';
import { keptOutput } from '#shared/domain/verification/kept-output.ts';
import {
  askSeconds,
  hasTimeFor,
  lookAgainSeconds,
  type NextStep,
  nextStep,
  probeName,
  timeoutSeconds,
} from '#shared/domain/verification/next-step.ts';
import { type Documents, putDocument } from './documents.ts';
import type { Ledger } from './ledger/table.ts';
import type { TargetRecord } from './ledger/targets.ts';
import { listAttempts, recordAnswer, recordAttempt } from './ledger/verifications.ts';
import type { Outside } from './probes/get-page.ts';
import { getProbe } from './probes/get-probe.ts';
import { invokeProbe } from './probes/invoke-probe.ts';
import type { ProbeContext } from './probes/probe-context.ts';
import { readProbe, startProbe } from './probes/run-probe.ts';
import type { NamedRelease } from './releases.ts';

export interface Verifying {
  readonly promotion: PromotionId;
  readonly environment: string;
  readonly target: TargetRecord;
  readonly release: NamedRelease;
  /** When the step was entered. */
  readonly at: string;
  /** How often somebody looked before. */
  readonly polls: number;
  /** Tells apart the verifications of one target in one rollout, where there are several; 0 where there is one. */
  readonly series?: number;
}

export interface Places {
  readonly ledger: Ledger;
  readonly documents: Documents;
  /** Where pages are asked for; the internet where nothing is said. */
  readonly outside?: Outside;
}

export type TargetVerification =
  | { readonly kind: 'verified' }
  | { readonly kind: 'not-verified'; readonly reason: Reason }
  | { readonly kind: 'pending'; readonly polls: number; readonly waitSeconds: number };

/**
 * Asks the probes of the environment that are left, one after the other. `pending`: call again after so many seconds. Repeating a call asks
 * nothing twice but what nobody answered, and that with the same token. Throws PROBE_ERROR where a probe could not be asked after all its retries,
 * and what assuming a role and AWS being away may bring.
 */
export async function verifyTarget(places: Places, asked: Verifying): Promise<TargetVerification> {
  const { promotion, environment, target, release, at, polls, series = 0 } = asked;
  const probes = environmentOf(release, environment).verify ?? [];
  const where = { promotion, environment, target: target.name, series };
  for (let spent = 0; ; ) {
    const tried = probes.length === 0 ? [] : await listAttempts(places.ledger, where);
    const step = nextStep(probes, tried, at);
    if (!isTurn(step)) return endOf(step, asked);
    if (!hasTimeFor(step.probe, spent)) return { kind: 'pending', polls: polls + 1, waitSeconds: 1 };
    spent += askSeconds(step.probe);
    const taken = await take(step, places, asked);
    if (taken === 'running') return { kind: 'pending', polls: polls + 1, waitSeconds: lookAgainSeconds(polls) };
  }
}

type Turn = Extract<NextStep, { kind: 'ask' | 'look' | 'overdue' }>;

function isTurn(step: NextStep): step is Turn {
  return step.kind === 'ask' || step.kind === 'look' || step.kind === 'overdue';
}

function endOf(step: Exclude<NextStep, Turn>, { target, polls }: Verifying): TargetVerification {
  if (step.kind === 'passed') return { kind: 'verified' };
  if (step.kind === 'wait') return { kind: 'pending', polls: polls + 1, waitSeconds: Math.ceil(step.seconds) };
  const facts = { probe: probeName(step.probe), target: target.name, reason: step.reason };
  if (step.kind === 'error') throw failure('PROBE_ERROR', facts, target);
  return { kind: 'not-verified', reason: reasonFrom(problem('PROBE_FAILED', facts), { target: target.name }) };
}

/** One turn of a probe, written down before and after. */
async function take(step: Turn, places: Places, asked: Verifying): Promise<'running' | 'answered'> {
  const { promotion, environment, target, release, at, series = 0 } = asked;
  const { probe, index, attempt } = step;
  const identity = { promotion, environment, target: target.name, series, index, attempt };
  const begun = { ...identity, probe: probeName(probe), startedAt: at };
  if (step.kind === 'ask') await recordAttempt(places.ledger, begun);
  const timeout = timeoutSeconds(probe);
  const answer = await answerOf(
    step,
    { promotion, environment, target, release, token: attemptToken(identity), timeout },
    places,
  );
  if (answer.kind === 'running') return 'running';
  await recordAnswer(places.ledger, begun, await endedBy(answer, at, places.documents));
  return 'answered';
}

function answerOf({ kind, probe }: Turn, context: ProbeContext, { outside = {} }: Places): Promise<Asked> | Asked {
  if (kind === 'overdue')
    return { kind: 'error', reason: `its execution did not end within ${context.timeout} seconds` };
  if ('lambda' in probe) return invokeProbe(probe.lambda, context);
  if ('http' in probe) return getProbe(probe, context, outside);
  return kind === 'ask' ? startProbe(probe.stateMachine, context) : readProbe(probe.stateMachine, context);
}

async function endedBy(
  { kind, reason, output }: Extract<Asked, { kind: ProbeOutcome }>,
  endedAt: string,
  documents: Documents,
): Promise<Pick<Attempt, 'endedAt' | 'reason' | 'output' | 'outputDigest'> & { outcome: ProbeOutcome }> {
  const kept = output === undefined ? undefined : keptOutput(output);
  const outputDigest = kept?.document && (await putDocument(documents, 'probe-outputs', { output: kept.document }));
  return { outcome: kind, endedAt, reason, output: kept?.output, outputDigest };
}
