import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Json, ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { readProperties } from '../resource-properties.ts';
import { busArn, busExists, busPlace } from './bus-name.ts';

const busProperties = z.object({
  Name: z.string().regex(/^(?!default$)[\w.-]{1,256}$/, 'not a name for an event bus'),
  Policy: z.union([z.string(), z.record(z.string(), z.json())]).optional(),
});

/** AWS::Events::EventBus. `Ref` is the name. */
export const busProvider: ResourceProvider = {
  create: (request) => {
    const { Name: name } = readProperties(busProperties, request);
    const arn = busArn(name, request);
    const { account, region } = request;
    const { buses } = request.sandbox.world.events;
    if (buses[arn]) throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
    buses[arn] = { arn, name, account, region };
    return putBus(request, arn);
  },
  update: (request) => putBus(request, busArn(request.physicalId, request)),
  remove: ({ sandbox, ...request }) => {
    const arn = busArn(request.physicalId, request);
    const { events } = sandbox.world;
    if (Object.values(events.rules).some((rule) => rule.busArn === arn))
      throw new AwsError('ValidationException', "Event bus can't be deleted since it has rules.");
    delete events.buses[arn];
    delete events.busPolicies[arn];
  },
};

function putBus(request: ResourceRequest, arn: string): ResourceResult {
  const { Policy } = readProperties(busProperties, request);
  const statements = Policy === undefined ? [] : statementsOf(Policy);
  // A policy in the bus's own properties is all of it; statements of EventBusPolicy resources stay when there is none.
  if (Policy !== undefined) request.sandbox.world.events.busPolicies[arn] = bySid(statements);
  const { name } = busPlace(arn);
  return { physicalId: name, attributes: { Arn: arn, Name: name } };
}

const statementProperty = z.looseObject({ Effect: z.string(), Principal: z.json(), Action: z.json() });
const policyProperty = z.object({ Statement: z.array(statementProperty) });
const policyText = z.string().transform(parsedJson).pipe(policyProperty);

function parsedJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('not JSON');
    return z.NEVER;
  }
}

function statementsOf(policy: string | Record<string, unknown>): Json[] {
  const read = (typeof policy === 'string' ? policyText : policyProperty).safeParse(policy);
  if (!read.success) throw new AwsError('ValidationException', 'This policy contains invalid statements');
  return read.data.Statement as Json[];
}

function bySid(statements: readonly Json[]): Record<string, Json> {
  return Object.fromEntries(
    statements.map((one, index) => [String((one as { Sid?: string }).Sid ?? index), one] as const),
  );
}

const policyProperties = z.object({
  EventBusName: z.string().optional(),
  StatementId: z.string().regex(/^[\w-]{1,64}$/),
  Statement: z.record(z.string(), z.json()).optional(),
  Action: z.string().default('events:PutEvents'),
  Principal: z.coerce.string().optional(),
  Condition: z.object({ Type: z.string(), Key: z.string(), Value: z.string() }).optional(),
});

/** AWS::Events::EventBusPolicy: one statement of a bus's policy. */
export const busPolicyProvider: ResourceProvider = {
  create: putStatement,
  update: putStatement,
  remove: (request) => {
    const { EventBusName, StatementId } = readProperties(policyProperties, request);
    delete request.sandbox.world.events.busPolicies[busArn(EventBusName, request)]?.[StatementId];
  },
};

function putStatement(request: ResourceRequest): ResourceResult {
  const read = readProperties(policyProperties, request);
  const arn = busArn(read.EventBusName, request);
  const { world } = request.sandbox;
  if (!busExists(world, arn) || busPlace(arn).account !== request.account)
    throw new AwsError('ResourceNotFoundException', `Event bus ${busPlace(arn).name} does not exist.`);
  const statement = read.Statement ?? simpleStatement(read, arn);
  world.events.busPolicies[arn] = {
    ...world.events.busPolicies[arn],
    [read.StatementId]: { ...(statement as Record<string, Json>), Sid: read.StatementId },
  };
  return { physicalId: `${busPlace(arn).name}|${read.StatementId}`, attributes: {} };
}

/** The older form of the properties: an account or everybody, with at most one condition. */
function simpleStatement(read: z.infer<typeof policyProperties>, arn: string): Record<string, Json> {
  if (read.Principal === undefined) throw new AwsError('ValidationException', 'Principal or Statement is required.');
  const { Condition: one } = read;
  return {
    Effect: 'Allow',
    Principal: read.Principal === '*' ? '*' : { AWS: `arn:aws:iam::${read.Principal}:root` },
    Action: read.Action,
    Resource: arn,
    ...(one && { Condition: { [one.Type]: { [one.Key]: one.Value } } }),
  };
}
