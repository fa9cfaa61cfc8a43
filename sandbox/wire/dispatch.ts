import { AwsError } from '#sandbox/aws-error.ts';
import type { Caller, ServiceName } from '#sandbox/kernel.ts';
import { homeRegion } from '#sandbox/organization.ts';
import { LostReply } from '#sandbox/runtime/perform.ts';
import { authenticate, type Refusal } from './authenticate.ts';
import type { WireHost, WireRequest, WireResponse } from './host.ts';
import { httpApiProtocol } from './http-api-protocol.ts';
import { jsonProtocol, plainJsonProtocol } from './json-protocol.ts';
import { isServiceName, modelOf, type ProtocolName, type ServiceModel } from './models.ts';
import type { Incoming, Protocol } from './protocol.ts';
import { queryProtocol } from './query-protocol.ts';
import { refusalError } from './refusals.ts';
import { restJsonProtocol } from './rest-json-protocol.ts';
import { restXmlProtocol } from './rest-xml-protocol.ts';
import { admitsUnsigned, serviceOf } from './service-of.ts';

const protocols: Record<ProtocolName, Protocol> = {
  query: queryProtocol,
  json: jsonProtocol,
  'plain-json': plainJsonProtocol,
  'rest-json': restJsonProtocol,
  'rest-xml': restXmlProtocol,
  'http-api': httpApiProtocol,
};

/** Answers one request in its service's protocol. `no-reply` means the connection has to be closed without an answer. */
export async function dispatch(host: WireHost, request: WireRequest): Promise<WireResponse | 'no-reply'> {
  const service = serviceOf(request);
  if (!isServiceName(service)) return answerUnknownService(request, service);
  const model = await modelOf(service);
  const incoming: Incoming = { request, model, operations: host.operations(service) ?? {} };
  try {
    return await answer(host, service, incoming);
  } catch (error) {
    if (error instanceof LostReply) return 'no-reply';
    return protocols[model.protocol].error(incoming, awsErrorOf(host, error));
  }
}

async function answer(host: WireHost, service: ServiceName, incoming: Incoming): Promise<WireResponse> {
  const { request, model } = incoming;
  const { caller, region } = callerOf(host, service, incoming);
  const { operation, input, write } = protocols[model.protocol].read(incoming);
  return write(await host.perform({ service, operation, input, caller, region }, request.requestId));
}

const anonymous: Caller = { kind: 'service', service: 'anonymous', account: '' };

function callerOf(
  host: WireHost,
  service: ServiceName,
  { request, model }: Incoming,
): { readonly caller: Caller; readonly region: string } {
  const authentication = authenticate(host, request, service);
  if (authentication.kind === 'session') return authentication;
  if (authentication.kind === 'anonymous' && admitsUnsigned(service, request)) {
    return { caller: anonymous, region: homeRegion };
  }
  const refusal: Refusal = authentication.kind === 'refused' ? authentication : { kind: 'refused', reason: 'missing' };
  const error = refusalError(model.protocol, refusal);
  const line = `refused a request to ${service}: ${refusal.reason} (${error.code}: ${error.message})`;
  host.sandbox.record({ kind: 'log', at: host.sandbox.now(), source: 'wire', line });
  throw error;
}

/** A defect of the sandbox must not look like an answer of AWS's: it is logged with its stack and answered as AWS's own defects are. */
function awsErrorOf(host: WireHost, error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const line = error instanceof Error ? (error.stack ?? error.message) : String(error);
  host.sandbox.record({ kind: 'log', at: host.sandbox.now(), source: 'wire', line });
  const message = error instanceof Error ? error.message : String(error);
  return new AwsError('InternalFailure', `The sandbox failed: ${message}`, 500);
}

const noModel: ServiceModel = { protocol: 'query', shapes: { operation: () => undefined, error: () => undefined } };

function answerUnknownService(request: WireRequest, service: string): WireResponse {
  const json = request.headers['x-amz-target'] !== undefined;
  const code = json ? 'UnknownOperationException' : 'InvalidAction';
  const error = new AwsError(code, `The sandbox has no service '${service}'.`);
  return (json ? jsonProtocol : queryProtocol).error({ request, model: noModel, operations: {} }, error);
}
