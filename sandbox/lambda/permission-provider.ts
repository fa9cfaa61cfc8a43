import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { readProperties } from '../resource-properties.ts';
import { existingFunction, functionReference } from './function-name.ts';
import type { PolicyStatement, StoredFunction } from './state.ts';

const properties = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.coerce.string().optional(),
  PrincipalOrgID: z.string().optional(),
});

/** AWS::Lambda::Permission: one statement of the function's resource policy. `Ref` is the statement id. */
export const permissionProvider: ResourceProvider = {
  create: (request) => put(request, statementId(request)),
  // Every property of a permission requires replacement, so an update only ever repeats what is there.
  update: (request) => put(request, request.physicalId ?? statementId(request)),
  remove: (request) => {
    const reference = functionReference(readProperties(properties, request).FunctionName, request);
    const found = request.sandbox.world.lambda.functions[reference.arn];
    if (found && request.physicalId) delete found.policy[request.physicalId];
  },
};

/** The function's resource policy as a document, or undefined while nobody was given a permission. */
export function functionPolicy(stored: StoredFunction): string | undefined {
  const statements = Object.values(stored.policy);
  if (statements.length === 0) return undefined;
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });
}

function statementId(request: ResourceRequest): string {
  return `${request.stackName}-${request.logicalId}-${request.sandbox.mint('lambda-statement', 12)}`;
}

function put(request: ResourceRequest, id: string): ResourceResult {
  const read = readProperties(properties, request);
  if (!/^(lambda:\w+|lambda:\*|\*)$/.test(read.Action))
    throw new AwsError('ValidationException', `Value '${read.Action}' at 'action' is not an action of Lambda`);
  const reference = functionReference(read.FunctionName, request);
  const stored = existingFunction(request.sandbox.world, reference);
  stored.policy[id] = {
    Sid: id,
    Effect: 'Allow',
    Principal: principal(read.Principal),
    Action: read.Action,
    Resource: reference.qualifier === undefined ? stored.arn : `${stored.arn}:${reference.qualifier}`,
    ...conditions(read),
  };
  return { physicalId: id, attributes: { Id: id } };
}

function principal(text: string): PolicyStatement['Principal'] {
  if (text === '*') return '*';
  if (/^[\w.-]+\.amazonaws\.com(\.cn)?$/.test(text)) return { Service: text };
  return { AWS: /^\d{12}$/.test(text) ? `arn:aws:iam::${text}:root` : text };
}

function conditions(read: z.infer<typeof properties>): Pick<PolicyStatement, 'Condition'> {
  const equals = {
    ...(read.SourceAccount !== undefined && { 'aws:SourceAccount': read.SourceAccount }),
    ...(read.PrincipalOrgID !== undefined && { 'aws:PrincipalOrgID': read.PrincipalOrgID }),
  };
  const condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(read.SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': read.SourceArn } }),
  };
  return Object.keys(condition).length > 0 ? { Condition: condition } : {};
}
