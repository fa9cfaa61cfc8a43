import { AwsError } from '#sandbox/aws-error.ts';
import type { WireRequest, WireResponse } from './host.ts';
import { requireMembers } from './input-problems.ts';
import type { OperationShape, SchemaReference, ServiceModel } from './models.ts';
import type { Incoming, Protocol, ReadCall } from './protocol.ts';
import { readQueryInput } from './query-input.ts';
import { structure, TEXT, writeXml } from './xml.ts';

/** AWS Query: a form in, XML out. Spoken by STS, IAM and CloudFormation (Smithy specification, "AWS query protocol"). */
export const queryProtocol: Protocol = { read, error };

function read({ request, model, operations }: Incoming): ReadCall {
  const { Action, Version, ...parameters } = formOf(request);
  if (!Action) throw new AwsError('MissingAction', 'Missing Action');
  const shape = model.shapes.operation(Action);
  if (!shape || Version !== model.version) {
    throw new AwsError(
      'InvalidAction',
      `Could not find operation ${Action} for version ${Version ?? 'NO_VERSION_SPECIFIED'}`,
    );
  }
  if (!Object.hasOwn(operations, Action)) {
    throw new AwsError('InvalidAction', `The sandbox does not simulate the operation ${Action}.`);
  }
  const input = readQueryInput(shape.input, Object.entries(parameters));
  requireMembers(shape.input, input, 'ValidationError');
  return {
    operation: Action,
    input,
    write: (output) => answer(model, shape, { output, requestId: request.requestId }),
  };
}

/** The form in the body, or in the query of a presigned GET, without the signature's own parameters. */
export function formOf(request: WireRequest): Record<string, string> {
  const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'));
  const query = request.query.filter(([name]) => !name.startsWith('X-Amz-'));
  return Object.fromEntries([...query, ...form]);
}

const metadata = structure('ResponseMetadata', { RequestId: TEXT });

function answer(
  model: ServiceModel,
  shape: OperationShape,
  { output, requestId }: { output: unknown; requestId: string },
): WireResponse {
  const result = shape.output.isStructSchema() ? { [`${shape.name}Result`]: reference(shape) } : {};
  const envelope = structure(`${shape.name}Response`, { ...result, ResponseMetadata: metadata });
  const value = { [`${shape.name}Result`]: output ?? {}, ResponseMetadata: { RequestId: requestId } };
  return xml(200, writeXml(envelope, value, model.xmlNamespace));
}

const reference = (shape: OperationShape): SchemaReference => shape.output.getSchema() as SchemaReference;

const errorEnvelope = structure('ErrorResponse', {
  Error: structure('Error', { Type: TEXT, Code: TEXT, Message: TEXT }),
  RequestId: TEXT,
});

/** The code on the wire is the model's (`InvalidChangeSetStatus` for InvalidChangeSetStatusException), and so is the status. */
function error({ request, model }: Incoming, { code, message, status }: AwsError): WireResponse {
  const modelled = model.shapes.error(code);
  const actualStatus = modelled?.status ?? status;
  const value = {
    Error: { Type: actualStatus < 500 ? 'Sender' : 'Receiver', Code: modelled?.wireCode ?? code, Message: message },
    RequestId: request.requestId,
  };
  return xml(actualStatus, writeXml(errorEnvelope, value, model.xmlNamespace));
}

const xml = (status: number, body: string): WireResponse => ({ status, headers: { 'content-type': 'text/xml' }, body });
