/** What the state machine caught, as a reason. */
import { catalogue } from '../errors/catalogue.ts';
import { Reason } from './records.ts';

/** The error a state machine caught: ErrorEquals name and cause text. */
export interface Caught {
  readonly Error: string;
  readonly Cause: string;
}

/** What a Catch found, or the empty object that stands for nothing. */
export type MaybeCaught = Caught | Record<string, never>;

/** Codes that the state machine tries again (`Retry` of its tasks). */
export function passesByItself(code: string): boolean {
  return code === 'THROTTLED' || code === 'AWS_UNREACHABLE';
}

export function isCaught(caught: MaybeCaught): caught is Caught {
  return 'Error' in caught;
}

/** Step Functions' word for a distributed map of which a child execution failed (Developer Guide, "Error names"). */
export const childFailed = 'States.ExceedToleratedFailureThreshold';

/** Our state machine's word for a stack that could not be brought back. */
export const recoveryRefused = 'RecoveryRefused';

/** Errors of our own state machine whose reasons are on record elsewhere. */
const elsewhere = ['StackFailed', 'WaveStopped', recoveryRefused, childFailed];

export function isOnRecord({ Error: name }: Caught): boolean {
  return elsewhere.includes(name);
}

/** The error itself as a reason. Verify's travels as JSON in the cause, and a Lambda's message in its own form. */
export function reasonOf(caught: Caught): Reason {
  return caught.Error === 'NotVerified'
    ? verificationReason(caught.Cause)
    : { code: caught.Error, text: errorText(caught.Cause) };
}

export interface SortedReasons {
  /** Our machinery broke. */
  readonly errors: readonly Reason[];
  /** A stack or its verification is not good. */
  readonly failures: readonly Reason[];
  /** A gate said no. */
  readonly refusals: readonly Reason[];
}

/** Sorts reasons by what they mean. The exit code of a catalogue entry says so: 1 failed, 3 a gate said no. */
export function sorted(reasons: readonly Reason[]): SortedReasons {
  const by = (exits: readonly number[]) => reasons.filter(({ code }) => exits.includes(exitOf(code)));
  return { failures: by([1]), refusals: by([3]), errors: by([0, 2, 4, 5]) };
}

/** How a stack of somebody failed is no entry of ours. */
function exitOf(code: string): number {
  if (code === 'STACK_FAILED') return 1;
  return Object.entries(catalogue).find(([name]) => name === code)?.[1].exit ?? 5;
}

function verificationReason(cause: string): Reason {
  const parsed = Reason.safeParse(parsedJson(cause));
  return parsed.success ? parsed.data : { code: 'NOT_VERIFIED', text: cause };
}

/** A Lambda's failure arrives as JSON text with an errorMessage; other causes are plain text. */
function errorText(cause: string): string {
  const parsed = parsedJson(cause);
  const message =
    typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed ? parsed.errorMessage : undefined;
  return typeof message === 'string' ? message : cause;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
