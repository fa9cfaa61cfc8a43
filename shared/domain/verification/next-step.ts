/** What a verification does next, read from the environment's probes, the attempts on record, and the time. */
import { secondsOf } from '../policy/duration.ts';
import type { Attempt } from './attempt.ts';
import type { Probe } from './probe.ts';

/** An attempt as far as the rule reads it. */
export type Tried = Pick<Attempt, 'index' | 'attempt' | 'startedAt' | 'outcome' | 'endedAt' | 'reason'>;

interface Turn {
  readonly probe: Probe;
  readonly index: number;
  readonly attempt: number;
}

export type NextStep =
  /** Begin the attempt, or ask again with its token: it is on record and nothing came of it. */
  | ({ readonly kind: 'ask' } & Turn)
  /** It runs by itself, and whoever waits has to see how it stands. */
  | ({ readonly kind: 'look' } & Turn)
  /** It ran for longer than it may. */
  | ({ readonly kind: 'overdue' } & Turn)
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'passed' }
  /** The probe said no. */
  | ({ readonly kind: 'failed'; readonly reason: string } & Turn)
  /** It could not be asked. */
  | ({ readonly kind: 'error'; readonly reason: string } & Turn);

/** Probes come one after the other; the first that does not pass, with all its retries, ends the verification. */
export function nextStep(probes: readonly Probe[], tried: readonly Tried[], now: string): NextStep {
  for (const [index, probe] of probes.entries()) {
    const step = stepOf(probe, index, { tried: tried.filter((one) => one.index === index), now });
    if (step !== undefined) return step;
  }
  return { kind: 'passed' };
}

/** Undefined once the probe has passed. */
function stepOf(
  probe: Probe,
  index: number,
  { tried, now }: { tried: readonly Tried[]; now: string },
): NextStep | undefined {
  const last = tried.toSorted((a, b) => a.attempt - b.attempt).at(-1);
  if (last === undefined) return { kind: 'ask', probe, index, attempt: 1 };
  const turn = { probe, index, attempt: last.attempt };
  if (last.outcome === undefined) return underWay(turn, last, now);
  if (last.outcome === 'passed') return undefined;
  if (last.attempt > (probe.retries ?? 0)) return { kind: last.outcome, ...turn, reason: last.reason ?? '' };
  const seconds = retrySeconds(last.attempt) - secondsSince(last.endedAt ?? last.startedAt, now);
  return seconds > 0 ? { kind: 'wait', seconds } : { kind: 'ask', ...turn, attempt: last.attempt + 1 };
}

function underWay(turn: Turn, { startedAt }: Tried, now: string): NextStep {
  if (!('stateMachine' in turn.probe)) return { kind: 'ask', ...turn };
  return { kind: secondsSince(startedAt, now) >= timeoutSeconds(turn.probe) ? 'overdue' : 'look', ...turn };
}

/** How long an attempt may take; without a word about it a function has a minute, a page 10 seconds, a state machine 15 minutes. */
export function timeoutSeconds(probe: Probe): number {
  if (probe.timeout !== undefined) return secondsOf(probe.timeout);
  if ('lambda' in probe) return 60;
  return 'http' in probe ? 10 : 900;
}

/** How long to wait after a failed attempt: 15 seconds, then twice as long each time. */
function retrySeconds(attempt: number): number {
  return 15 * 2 ** (attempt - 1);
}

/** Looks at what runs by itself that are at most 5 minutes apart: a day of them. */
const frequentLooks = 300;

/**
 * When to look again at what runs by itself: soon at first, every 5 minutes for a day, and then every half hour, so that the history of an execution
 * has room for as long as a promotion lasts (test/statemachine).
 */
export function lookAgainSeconds(polls: number): number {
  return polls < frequentLooks ? Math.min(300, 10 * 2 ** Math.min(polls, 5)) : 1800;
}

/** Seconds that the attempts of one call may take together: Verify itself ends after 300. */
const longestCall = 240;

/** Whether there is time left for another attempt in this call, `spent` being what those before it may have taken. The first always has its turn. */
export function hasTimeFor(probe: Probe, spent: number): boolean {
  return spent === 0 || spent + askSeconds(probe) <= longestCall;
}

/** Seconds that asking once may take: a state machine is only started or looked at. */
export function askSeconds(probe: Probe): number {
  return 'stateMachine' in probe ? 10 : timeoutSeconds(probe);
}

/** What people call a probe. */
export function probeName(probe: Probe): string {
  if ('lambda' in probe) return probe.lambda;
  if ('stateMachine' in probe) return probe.stateMachine;
  const { output, path = '' } = probe.http;
  return `GET ${output.stack}.${output.name}${path}`;
}

function secondsSince(then: string, now: string): number {
  return Math.max(0, (Date.parse(now) - Date.parse(then)) / 1000);
}
