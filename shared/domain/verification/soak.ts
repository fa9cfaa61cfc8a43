/** Whether the alarms of a target let a rollout begin, and its soak go on. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { reasonFrom } from '../promotion/reason.ts';
import type { Reason } from '../promotion/records.ts';

/** Which alarms, and what an alarm without data means. */
export interface SoakSettings {
  readonly alarms: readonly string[];
  readonly insufficientData: 'pass' | 'fail';
}

export interface AlarmFacts {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** In CloudWatch's words. */
  readonly reason: string;
  /** When it was made or changed last. */
  readonly configuredAt: string;
  /** When it came into its state, where CloudWatch says so. */
  readonly since?: string;
  /** The first time it went off since the target was started. */
  readonly fired?: { readonly at: string; readonly reason: string };
}

export interface AlarmLook {
  readonly settings: SoakSettings;
  readonly seen: readonly AlarmFacts[];
  readonly at: string;
  /** Where an alarm is shown to people. */
  readonly linkOf: (alarm: string) => string;
  readonly target: { readonly name: string };
}

export interface SoakLook extends AlarmLook {
  /** When the target was started: what its alarms did before is not the release's doing. */
  readonly targetStartedAt: string;
  readonly startedAt: string;
  readonly endsAt: string;
}

export type SoakAnswer =
  | { readonly kind: 'soaked' }
  | { readonly kind: 'pending'; readonly until: string }
  | { readonly kind: 'failed'; readonly reason: Reason };

/** Seconds between two looks; the last one is at the end. */
const between = 300;

/** A long soak has longer between them, so that the history of the execution has room for every one (test/statemachine). */
const mostLooks = 800;

/** A new alarm has no data until it was evaluated for the first time; seconds. */
const newFor = 600;

/**
 * Why nothing may be started in a target, or undefined: an alarm is off, or has no data where that fails. One that is not there may come with
 * the release.
 */
export function unreadiness({ settings, seen, at, target, linkOf }: AlarmLook): Problem | undefined {
  for (const { name, state, reason, configuredAt } of seen.filter((alarm) => settings.alarms.includes(alarm.name))) {
    const silent = state === 'INSUFFICIENT_DATA' && settings.insufficientData === 'fail' && !isNew(configuredAt, at);
    if (state !== 'ALARM' && !silent) continue;
    return problem('SOAK_NOT_READY', { alarm: name, target: target.name, state, why: reason, link: linkOf(name) });
  }
  return undefined;
}

/** One look: failed at the first alarm that is not as it should be, else over at the end, else until when to wait. */
export function soakAnswer(look: SoakLook): SoakAnswer {
  for (const name of look.settings.alarms) {
    const wrong = wrongness(name, look);
    if (wrong !== undefined) return { kind: 'failed', reason: reasonOf(name, wrong, look) };
  }
  if (isOver(look)) return { kind: 'soaked' };
  const next = Math.min(Date.parse(look.at) + betweenLooks(look), Date.parse(look.endsAt));
  return { kind: 'pending', until: new Date(next).toISOString() };
}

/** In milliseconds. */
function betweenLooks({ startedAt, endsAt }: SoakLook): number {
  return Math.max(between * 1000, Math.ceil((Date.parse(endsAt) - Date.parse(startedAt)) / mostLooks));
}

interface Wrong {
  /** Not ready: the alarm says nothing about the release. */
  readonly code: 'SOAK_NOT_READY' | 'SOAK_FAILED';
  readonly state: string;
  readonly why: string;
}

/** What an alarm did since the target was started counts against the release, whichever look sees it. */
function wrongness(name: string, { seen, settings, ...look }: SoakLook): Wrong | undefined {
  const alarm = seen.find((one) => one.name === name);
  if (alarm === undefined)
    return {
      code: 'SOAK_NOT_READY',
      state: 'missing',
      why: 'there is no alarm of this name in the account and region',
    };
  const { state, reason: why, fired, configuredAt } = alarm;
  const isSince = alarm.since !== undefined && !isBefore(alarm.since, look.targetStartedAt);
  if (state === 'ALARM') return { code: fired !== undefined || isSince ? 'SOAK_FAILED' : 'SOAK_NOT_READY', state, why };
  if (fired !== undefined) return { code: 'SOAK_FAILED', state: `ALARM at ${fired.at}`, why: fired.reason };
  if (state === 'OK' || settings.insufficientData === 'pass') return undefined;
  if (isNew(configuredAt, look.at) && !isOver(look)) return undefined;
  // One that was made meanwhile never had data to lose.
  const isLost = isSince && isBefore(configuredAt, look.targetStartedAt);
  return { code: isLost ? 'SOAK_FAILED' : 'SOAK_NOT_READY', state, why };
}

function isNew(configuredAt: string, at: string): boolean {
  return Date.parse(at) - Date.parse(configuredAt) < newFor * 1000;
}

function isBefore(one: string, other: string): boolean {
  return Date.parse(one) < Date.parse(other);
}

function isOver({ at, endsAt }: Pick<SoakLook, 'at' | 'endsAt'>): boolean {
  return !isBefore(at, endsAt);
}

function reasonOf(alarm: string, { code, state, why }: Wrong, { target, linkOf }: SoakLook): Reason {
  const facts = { alarm, target: target.name, state, why, link: linkOf(alarm) };
  return reasonFrom(problem(code, facts), { resource: alarm, target: target.name });
}
