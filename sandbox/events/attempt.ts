import { AwsError } from '../aws-error.ts';
import type { Job, Sandbox } from '../kernel.ts';
import type { Target } from './state.ts';

export interface Attempt {
  /** ARN of the rule or schedule. */
  readonly source: string;
  readonly bus: string;
  readonly detailType: string;
  readonly target: Target;
  /** What a dead-letter queue would receive. */
  readonly payload: string;
  /** The job that tries again. */
  readonly job: Pick<Job, 'name' | 'payload'>;
  /** Sends it and says what came of it. */
  readonly send: () => Promise<string>;
}

/** EventBridge User Guide, "Retry policy and using dead-letter queues": 24 hours and 185 times by default. */
const defaultAgeSeconds = 86_400;
const defaultAttempts = 185;

/** Sends once and records the outcome. What may pass (throttling, server errors, a lost reply) is tried again with growing pauses; what
 * will not (permissions, a target that is gone) is dropped at once, into the dead-letter queue if there is one. */
export async function attempt(sandbox: Sandbox, one: Attempt): Promise<void> {
  try {
    record(sandbox, one, await one.send());
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = `${error.name}: ${error.message}`;
    const again = mayPass(error) ? retryTime(sandbox, one) : undefined;
    if (again === undefined) return drop(sandbox, one, reason);
    record(sandbox, one, `failed, to be retried: ${reason}`);
    const payload = { ...(one.job.payload as object), attempt: attemptsOf(one) + 1 };
    sandbox.schedule({ at: again, service: 'events', name: one.job.name, payload });
  }
}

/** A reply that got lost has no code and may have taken effect: delivery is at least once. Defects of the sandbox are not swallowed. */
function mayPass(error: Error): boolean {
  if (error.name === 'LostReply') return true;
  if (!(error instanceof AwsError)) throw error;
  return error.status >= 500 || error.status === 429 || /Throttl|TooManyRequests/.test(error.code);
}

function retryTime(sandbox: Sandbox, one: Attempt): number | undefined {
  const { MaximumRetryAttempts = defaultAttempts, MaximumEventAgeInSeconds = defaultAgeSeconds } =
    one.target.RetryPolicy ?? {};
  const { acceptedAt } = one.job.payload as { acceptedAt: number };
  const pauseSeconds = Math.min(2 ** attemptsOf(one), 600);
  const at = sandbox.now() + pauseSeconds * 1000;
  const exhausted = attemptsOf(one) >= MaximumRetryAttempts || at > acceptedAt + MaximumEventAgeInSeconds * 1000;
  return exhausted ? undefined : at;
}

function attemptsOf(one: Attempt): number {
  return (one.job.payload as { attempt: number }).attempt;
}

function drop(sandbox: Sandbox, one: Attempt, error: string): void {
  const queueArn = one.target.DeadLetterConfig?.Arn;
  record(sandbox, one, `${queueArn === undefined ? 'dropped' : 'dead letter'}: ${error}`);
  if (queueArn === undefined) return;
  const { source, payload } = one;
  sandbox.world.events.deadLetters.push({ queueArn, at: sandbox.now(), source, payload, error });
}

function record(sandbox: Sandbox, { bus, detailType }: Attempt, outcome: string): void {
  sandbox.record({ kind: 'event-delivery', at: sandbox.now(), bus, detailType, outcome });
}
