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

/** Largest input, output or result of a state, in bytes of UTF-8 JSON. Source: Developer Guide, "Quotas: quotas related to state throttling and payload". */
export const payloadLimit = 262_144;
/** Most history events of one execution. Source: Developer Guide, "Quotas: quotas related to executions". */
export const historyLimit = 25_000;

/** Fails with States.DataLimitExceeded when `value` is larger than a payload may be; `place` is the state or resource that made it. */
export function withinPayloadLimit<Value>(value: Value, place: string): Value {
  if (Buffer.byteLength(JSON.stringify(value)) <= payloadLimit) return value;
  throw new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${place}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}
