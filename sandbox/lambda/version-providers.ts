import * as z from 'zod';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { readProperties } from '../resource-properties.ts';
import { existingFunction, functionReference } from './function-name.ts';
import { defaultAsynchronousInvocation, type StoredFunction } from './state.ts';

const versionProperties = z.object({ FunctionName: z.string() });
const aliasProperties = z.object({ FunctionName: z.string(), FunctionVersion: z.coerce.string(), Name: z.string() });
const eventProperties = z.object({
  FunctionName: z.string(),
  Qualifier: z.string(),
  MaximumRetryAttempts: z.coerce.number().int().min(0).max(2).default(2),
  MaximumEventAgeInSeconds: z.coerce.number().int().min(60).max(21_600).default(21_600),
  DestinationConfig: z
    .object({ OnFailure: z.object({ Destination: z.string().startsWith('arn:') }).optional() })
    .optional(),
});

/** AWS::Lambda::Version: a number only. The sandbox keeps no code, so every version runs the newest configuration. */
export const versionProvider: ResourceProvider = {
  create: (request) => {
    const stored = owner(request, versionProperties);
    const version = String(stored.versions.length + 1);
    stored.versions.push(version);
    return versionResult(`${stored.arn}:${version}`);
  },
  update: (request) => versionResult(request.physicalId ?? ''),
  // Numbers are never given out again, so a deleted version stays in the list.
  remove: () => undefined,
};

/** AWS::Lambda::Alias. `Ref` is the alias's ARN. */
export const aliasProvider: ResourceProvider = {
  create: putAlias,
  update: putAlias,
  remove: (request) => {
    const name = readProperties(aliasProperties, request).Name;
    delete owner(request, aliasProperties).aliases[name];
  },
};

/** AWS::Lambda::EventInvokeConfig: how often and how long events are tried again, and the queue for those that are given up. */
export const eventInvokeConfigProvider: ResourceProvider = {
  create: putEventInvokeConfig,
  update: putEventInvokeConfig,
  remove: (request) => {
    owner(request, eventProperties).asynchronous = defaultAsynchronousInvocation;
  },
};

function putAlias(request: ResourceRequest): ResourceResult {
  const read = readProperties(aliasProperties, request);
  const stored = owner(request, aliasProperties);
  stored.aliases[read.Name] = read.FunctionVersion;
  const arn = `${stored.arn}:${read.Name}`;
  return { physicalId: arn, attributes: { AliasArn: arn } };
}

function putEventInvokeConfig(request: ResourceRequest): ResourceResult {
  const read = readProperties(eventProperties, request);
  const onFailure = read.DestinationConfig?.OnFailure?.Destination;
  owner(request, eventProperties).asynchronous = {
    maximumRetryAttempts: read.MaximumRetryAttempts,
    maximumEventAgeSeconds: read.MaximumEventAgeInSeconds,
    ...(onFailure !== undefined && { onFailure }),
  };
  return { physicalId: `${read.FunctionName}|${read.Qualifier}`, attributes: {} };
}

function owner(request: ResourceRequest, schema: z.ZodType<{ FunctionName: string }>): StoredFunction {
  const { arn } = functionReference(readProperties(schema, request).FunctionName, request);
  return existingFunction(request.sandbox.world, { arn });
}

function versionResult(arn: string): ResourceResult {
  return { physicalId: arn, attributes: { FunctionArn: arn, Version: arn.split(':').at(-1) ?? '' } };
}
