import { AwsError } from '#sandbox/aws-error.ts';
import type { CallFault } from '#sandbox/fault.ts';
import type { Call, Caller, InProcessRequest, Operation, Sandbox, Service } from '#sandbox/kernel.ts';
import { tellShown } from '#sandbox/observers.ts';

/** Thrown when a fault swallows the reply: the wire layer closes the connection, a caller in process sees this error. */
export class LostReply extends Error {
  constructor(operation: string) {
    super(`The connection was closed before ${operation} replied.`);
    this.name = 'LostReply';
  }
}

export type PerformCall = (request: InProcessRequest, requestId: string) => Promise<unknown>;

/**
 * The one way into a service, from the wire and in process: fault before, permissions, the operation itself, fault after, journal entry.
 * Throws AwsError for what AWS would answer with an error, LostReply for a swallowed reply, anything else for a defect of the sandbox.
 */
export async function performCall(
  place: { sandbox: Sandbox; services: readonly Service[] },
  request: InProcessRequest,
  requestId: string,
): Promise<unknown> {
  const { sandbox } = place;
  const { caller, service, operation, region, input } = request;
  const call: Call<unknown> = { sandbox, input, caller, account: caller.account, region, requestId };
  const entry = {
    kind: 'call',
    service,
    operation,
    principal: principalOf(caller),
    account: call.account,
    region,
  } as const;
  try {
    const output = await performWithFaults(operationOf(place.services, request), call, request);
    sandbox.record({ ...entry, at: sandbox.now() });
    return output;
  } catch (error) {
    sandbox.record({ ...entry, at: sandbox.now(), error: codeOf(error) });
    tellShown(sandbox, { where: `error ${service}:${operation}`, text: String(error) });
    throw error;
  }
}

/** How the journal names a caller: the ARN of the session or user, or the service principal. */
const principalOf = (caller: Caller): string => (caller.kind === 'service' ? caller.service : caller.arn);

function operationOf(services: readonly Service[], request: InProcessRequest): Operation<unknown, unknown> {
  const table = services.find((service) => service.name === request.service)?.operations ?? {};
  const operation = Object.hasOwn(table, request.operation) ? table[request.operation] : undefined;
  if (operation) return operation;
  throw new AwsError('UnknownOperationException', `The sandbox has no ${request.service}:${request.operation}.`, 404);
}

async function performWithFaults(
  operation: Operation<unknown, unknown>,
  call: Call<unknown>,
  { service, operation: name }: InProcessRequest,
): Promise<unknown> {
  const { sandbox, caller } = call;
  const fault = sandbox.faults.call({ service, operation: name, account: call.account });
  if (fault?.when === 'before') throw errorOf(fault);
  for (const permission of operation.permissions(call)) sandbox.authorise(caller, permission);
  const output = await operation.run(call);
  if (fault?.when === 'after') throw errorOf(fault);
  return output;
}

const errorOf = (fault: CallFault): Error =>
  fault.what === 'no-reply'
    ? new LostReply(`${fault.service}:${fault.operation}`)
    : new AwsError(fault.what.error, fault.what.message, fault.what.status);

function codeOf(error: unknown): string {
  if (error instanceof AwsError) return error.code;
  return error instanceof LostReply ? 'no-reply' : 'InternalFailure';
}
