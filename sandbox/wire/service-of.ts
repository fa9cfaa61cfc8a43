import type { ServiceName } from '#sandbox/kernel.ts';
import type { WireRequest } from './host.ts';
import { HTTP_API_PREFIX } from './http-api-protocol.ts';
import { formOf } from './query-protocol.ts';
import { findSignature } from './signature.ts';

/**
 * The service a request is for: the signature's credential scope says so, as every service listens on the one port. Without a usable
 * signature the form of the request decides, so that the refusal is written in the right protocol.
 */
export function serviceOf(request: WireRequest): string {
  if (request.path.startsWith(HTTP_API_PREFIX)) return 'execute-api';
  const found = findSignature(request);
  return found.kind === 'signature' ? found.signature.scope.service : serviceByForm(request);
}

/** Operations that prove their caller otherwise than by a signature (STS API reference, "AssumeRoleWithWebIdentity"). */
const UNSIGNED: readonly string[] = ['AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML'];

/** True when the service may be asked without a signature: it then decides itself. */
export const admitsUnsigned = (service: ServiceName, request: WireRequest): boolean =>
  service === 'execute-api' || (service === 'sts' && UNSIGNED.includes(formOf(request)['Action'] ?? ''));

const TARGETS: Readonly<Record<string, ServiceName>> = {
  AWSStepFunctions: 'states',
  AWSEvents: 'events',
  TrentService: 'kms',
  secretsmanager: 'secretsmanager',
  DynamoDB_20120810: 'dynamodb',
  GraniteServiceVersion20100801: 'monitoring',
};

const VERSIONS: Readonly<Record<string, ServiceName>> = {
  '2011-06-15': 'sts',
  '2010-05-08': 'iam',
  '2010-05-15': 'cloudformation',
};

function serviceByForm(request: WireRequest): string {
  const target = request.headers['x-amz-target'];
  if (target !== undefined) return TARGETS[target.split('.')[0] ?? ''] ?? target;
  if (request.path.startsWith('/2015-03-31/functions/')) return 'lambda';
  if (/^\/schedules(\/|$)/.test(request.path)) return 'scheduler';
  if (request.path !== '/') return 's3';
  return VERSIONS[formOf(request)['Version'] ?? ''] ?? 'sts';
}
