/** Whether the alarms of a target let a soak go on. */
import { problem } from '../errors/catalogue.ts';
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
  /** The first time it went off since the soak began. */
  readonly fired?: { readonly at: string; readonly reason: string };
}

export interface SoakLook {
  readonly settings: SoakSettings;
  readonly seen: readonly AlarmFacts[];
  readonly startedAt: string;
  readonly endsAt: string;
  readonly at: string;
  /** Nobody has looked before: the alarms have to be good to begin with. */
  readonly first: boolean;
  /** Where an alarm is shown to people. */
  readonly linkOf: (alarm: string) => string;
  readonly target: { readonly name: string; readonly account: string; readonly region: string };
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
  readonly state: string;
  readonly why: string;
}

function wrongness(name: string, { seen, settings, ...look }: SoakLook): Wrong | undefined {
  const alarm = seen.find((one) => one.name === name);
  if (alarm === undefined) return { state: 'missing', why: 'there is no alarm of this name in the account and region' };
  if (alarm.state === 'ALARM') return { state: 'ALARM', why: alarm.reason };
  if (alarm.fired !== undefined) return { state: `ALARM at ${alarm.fired.at}`, why: alarm.fired.reason };
  if (alarm.state === 'OK' || settings.insufficientData === 'pass') return undefined;
  const isNew = Date.parse(look.at) - Date.parse(alarm.configuredAt) < newFor * 1000;
  return isNew && !isOver(look) ? undefined : { state: alarm.state, why: alarm.reason };
}

function isOver({ at, endsAt }: Pick<SoakLook, 'at' | 'endsAt'>): boolean {
  return Date.parse(at) >= Date.parse(endsAt);
}

function reasonOf(alarm: string, { state, why }: Wrong, { first, target, linkOf }: SoakLook): Reason {
  const facts = { alarm, target: target.name, state, why, link: linkOf(alarm) };
  const { code, cause } = problem(first ? 'SOAK_NOT_READY' : 'SOAK_FAILED', facts);
  return { code, text: cause, resource: alarm, target: target.name };
}
