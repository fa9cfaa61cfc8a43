import type { AwsError } from '#sandbox/aws-error.ts';
import type { OperationTable } from '#sandbox/kernel.ts';
import type { WireRequest, WireResponse } from './host.ts';
import type { ServiceModel } from './models.ts';

/** A request as the service's operation sees it, and how its answer goes back. */
export interface ReadCall {
  readonly operation: string;
  readonly input: unknown;
  write(output: unknown): WireResponse;
}

/** What is known about a request before it is read. */
export interface Incoming {
  readonly request: WireRequest;
  readonly model: ServiceModel;
  /** What the sandbox simulates of the service. */
  readonly operations: OperationTable;
}

/** One of AWS's wire protocols. `read` throws AwsError for what the real endpoint would refuse. */
export interface Protocol {
  read(incoming: Incoming): ReadCall;
  error(incoming: Incoming, error: AwsError): WireResponse;
}
