/**
 * Why a state fails, in the error names of the Amazon States Language. Source: Step Functions Developer Guide, "Handling errors in
 * Step Functions workflows".
 */
export interface Failure {
  readonly error: string;
  readonly cause: string;
}

/** Thrown while a path, template or rule is evaluated; caught in one place, where the state it belongs to fails. */
export class StateFailure extends Error {
  readonly error: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.name = 'StateFailure';
    this.error = error;
  }
}

/** Largest input, output or result of a state, in bytes of UTF-8 JSON. Source: Developer Guide, "Quotas related to task executions". */
export const payloadLimit = 262_144;
/** Most history events of one execution. Source: Developer Guide, "Quotas related to state machine executions". */
export const historyLimit = 25_000;
/** Most iterations of an inline Map at once. Source: Developer Guide, "Map state processing modes". */
export const inlineConcurrency = 40;
/** Most children of a Map Run at once. Source: Developer Guide, "Quotas related to accounts". */
export const distributedConcurrency = 10_000;
/** Longest cause and error, in characters. Source: API reference, SendTaskFailure, StopExecution, TaskFailedEventDetails. */
export const causeLimit = 32_768;
export const errorLimit = 256;

/** A failure with no more of its error and cause than the service keeps. */
export function bounded({ error, cause }: Failure): Failure {
  return { error: error.slice(0, errorLimit), cause: cause.slice(0, causeLimit) };
}

/** Fails with States.DataLimitExceeded when `value` is larger than a payload may be; `place` is the state or resource that made it. */
export function withinPayloadLimit<Value>(value: Value, place: string): Value {
  if (Buffer.byteLength(JSON.stringify(value)) <= payloadLimit) return value;
  throw new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${place}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}
