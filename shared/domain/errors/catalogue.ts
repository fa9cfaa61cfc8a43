/** Every error code Drawbridge can report. Codes are stable: they may be added, never renamed. */
import { auditEntries } from './audit-entries.ts';
import { brokerEntries } from './broker-entries.ts';
import { configEntries } from './config-entries.ts';
import { controlEntries } from './control-entries.ts';
import { driftEntries } from './drift-entries.ts';
import { gateEntries } from './gate-entries.ts';
import { httpEntries } from './http-entries.ts';
import { planEntries } from './plan-entries.ts';
import { policyEntries } from './policy-entries.ts';
import { type CatalogueEntry, onlyPlace, type Place, type Problem, placeText } from './problem.ts';
import { promotionEntries } from './promotion-entries.ts';
import { remoteEntries } from './remote-entries.ts';
import { rollbackEntries } from './rollback-entries.ts';
import { scheduleEntries } from './schedule-entries.ts';
import { signInEntries } from './sign-in-entries.ts';
import { stsEntries } from './sts-entries.ts';
import { trustEntries } from './trust-entries.ts';
import { verificationEntries } from './verification-entries.ts';
import { webhookEntries } from './webhook-entries.ts';
import { worldEntries } from './world-entries.ts';

export const catalogue = {
  ...auditEntries,
  ...brokerEntries,
  ...configEntries,
  ...controlEntries,
  ...driftEntries,
  ...planEntries,
  ...policyEntries,
  ...promotionEntries,
  ...remoteEntries,
  ...gateEntries,
  ...rollbackEntries,
  ...scheduleEntries,
  ...httpEntries,
  ...signInEntries,
  ...stsEntries,
  ...trustEntries,
  ...verificationEntries,
  ...webhookEntries,
  ...worldEntries,
};

export type ErrorCode = keyof typeof catalogue;
type FactsOf<Code extends ErrorCode> = (typeof catalogue)[Code] extends CatalogueEntry<infer Facts> ? Facts : never;

/** Builds the problem for a code: its facts fill the catalogue's sentences, `place` says where. */
export function problem<Code extends ErrorCode>(code: Code, facts: FactsOf<Code>, place: Place = {}): Problem {
  const found = catalogue[code] as unknown as CatalogueEntry<FactsOf<Code>>;
  return {
    code,
    exit: found.exit,
    status: found.status,
    cause: withoutDoubleStops(found.cause(facts)),
    next: withoutDoubleStops(found.next(facts)),
    place: onlyPlace(place),
  };
}

/** What AWS and people say ends with a full stop of its own now and then. An ellipsis and a path keep theirs. */
function withoutDoubleStops(text: string): string {
  return `${text}`.replaceAll(/(?<=[^\s./])\.\.(?=\s|$)/g, '.');
}

/** A problem on its way to a boundary that reports it. `name` is the code: what a state machine's ErrorEquals matches. */
export class DrawbridgeError extends Error {
  readonly problem: Problem;

  constructor(reported: Problem, options?: ErrorOptions) {
    const where = placeText(reported.place);
    super(`${reported.cause}${where === '' ? '' : ` (${where})`} ${reported.next}`, options);
    this.name = reported.code;
    this.problem = reported;
  }
}

/** Shorthand for the one way surprises leave the code: `throw failure('LEASE_LOST', {...})`. */
export function failure<Code extends ErrorCode>(code: Code, facts: FactsOf<Code>, place: Place = {}): DrawbridgeError {
  return new DrawbridgeError(problem(code, facts, place));
}
