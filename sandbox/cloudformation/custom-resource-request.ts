/** Custom resources as CloudFormation asks for them: which function answers, and what it is sent. */

import type { Json, Sandbox } from '../kernel.ts';
import { functionReference } from '../lambda/function-name.ts';
import { codeOf } from '../lambda/registry.ts';
import { validationError } from './errors.ts';

type Properties = Readonly<Record<string, Json>>;

export interface CustomRequest {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly requestId: string;
  readonly responseUrl: string;
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  /** Absent on Create. */
  readonly physicalId?: string;
  readonly properties: Properties;
  /** On Update. */
  readonly oldProperties?: Properties;
}

/** The path of response URLs, followed by the secret that makes one of them. */
export const responsePath = '/_custom-resource/';

function isCustomType(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

/** The ARN of the function or topic behind a custom resource. */
export function serviceTokenOf(type: string, { ServiceToken: token }: Properties): string | undefined {
  return isCustomType(type) && typeof token === 'string' && token.startsWith('arn:') ? token : undefined;
}

/**
 * Whether something would answer: the token is a function of the region whose code runs here. Otherwise the resource is plain data, since
 * a request to it would wait for its timeout.
 */
export function isAnswered(sandbox: Sandbox, token: string | undefined, region: string): token is string {
  if (token?.split(':')[2] !== 'lambda' || token.split(':')[3] !== region) return false;
  const { arn } = functionReference(token, { account: '', region });
  const stored = sandbox.world.lambda.functions[arn];
  return stored !== undefined && codeOf(sandbox, stored).kind !== 'none';
}

/** The request object as JSON text (CloudFormation User Guide, "Custom resource request objects"). Numbers and booleans go as text. */
export function requestText(request: CustomRequest): string {
  const { physicalId, oldProperties, properties } = request;
  return JSON.stringify({
    RequestType: request.requestType,
    ServiceToken: properties['ServiceToken'],
    ResponseURL: request.responseUrl,
    StackId: request.stackId,
    RequestId: request.requestId,
    LogicalResourceId: request.logicalId,
    ...(physicalId === undefined ? {} : { PhysicalResourceId: physicalId }),
    ResourceType: request.type,
    ResourceProperties: asText({ ...properties }),
    ...(oldProperties === undefined ? {} : { OldResourceProperties: asText({ ...oldProperties }) }),
  });
}

function asText(value: Json): Json {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object' || value === null) return value === null ? null : String(value);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asText(member)]));
}

/**
 * How long CloudFormation waits for the answer, in milliseconds (Template Reference, AWS::CloudFormation::CustomResource,
 * ServiceTimeout: 1 to 3600 seconds, 3600 when not given). Throws ValidationError.
 */
export function serviceTimeout({ ServiceTimeout: given = 3_600 }: Properties): number {
  const seconds = Number(given);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 3_600) return seconds * 1_000;
  throw validationError(`ServiceTimeout must be a number of seconds from 1 to 3600, not ${String(given)}.`);
}
