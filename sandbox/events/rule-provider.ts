import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Json, ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { generatedName, readProperties } from '../resource-properties.ts';
import { busArn, busExists, busPlace } from './bus-name.ts';
import { patternProblems } from './event-pattern.ts';
import { targetKind } from './invoke-target.ts';
import { parseScheduleExpression, type ScheduleExpression } from './schedule-expression.ts';
import { scheduleNext } from './schedule-firing.ts';
import type { Rule, Target } from './state.ts';
import { inputProblem } from './target-input.ts';

export const retryPolicy = z.object({
  MaximumRetryAttempts: z.coerce.number().int().min(0).max(185).optional(),
  MaximumEventAgeInSeconds: z.coerce.number().int().min(60).max(86_400).optional(),
});
const target = z.object({
  Id: z.string().regex(/^[\w.-]{1,64}$/),
  Arn: z.string().startsWith('arn:'),
  RoleArn: z.string().optional(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .object({ InputPathsMap: z.record(z.string(), z.string()).optional(), InputTemplate: z.string() })
    .optional(),
  RetryPolicy: retryPolicy.optional(),
  DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
});
const properties = z.object({
  Name: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional(),
  EventBusName: z.string().optional(),
  EventPattern: z.union([z.string(), z.record(z.string(), z.json())]).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']).default('ENABLED'),
  Targets: z.array(target).max(5).default([]),
});

/** AWS::Events::Rule. `Ref` is the name, on a custom bus `bus|name`. */
export const ruleProvider: ResourceProvider = {
  create: (request) => {
    const read = readProperties(properties, request);
    const bus = busArn(read.EventBusName, request);
    const name = read.Name ?? generatedName(request, 64);
    const { name: busName } = busPlace(bus);
    if (!busExists(request.sandbox.world, bus))
      throw new AwsError('ResourceNotFoundException', `Event bus ${busName} does not exist.`);
    const path = busName === 'default' ? name : `${busName}/${name}`;
    const { account, region } = request;
    const arn = `arn:aws:events:${region}:${account}:rule/${path}`;
    const { rules } = request.sandbox.world.events;
    if (rules[arn]) throw new AwsError('ResourceAlreadyExistsException', `Rule ${name} already exists.`);
    const rule: Rule = { arn, name, account, region, busArn: bus, enabled: true, targets: [] };
    const made = configured(rule, request);
    rules[arn] = rule;
    return made;
  },
  update: (request) => {
    const rule = request.sandbox.world.events.rules[ruleArn(request)];
    if (!rule) throw new AwsError('ResourceNotFoundException', `Rule ${request.physicalId} does not exist.`);
    return configured(rule, request);
  },
  remove: (request) => {
    const { rules } = request.sandbox.world.events;
    const order = rules[ruleArn(request)]?.nextJob;
    if (order !== undefined) request.sandbox.cancel(order);
    delete rules[ruleArn(request)];
  },
};

function ruleArn({ account, region, physicalId = '' }: ResourceRequest): string {
  return `arn:aws:events:${region}:${account}:rule/${physicalId.replace('|', '/')}`;
}

/** Checks everything before it changes anything, so a refused update leaves the rule as it was. */
function configured(rule: Rule, request: ResourceRequest): ResourceResult {
  const read = readProperties(properties, request);
  const pattern = checkedPattern(read.EventPattern);
  const schedule = checkedSchedule(read.ScheduleExpression, rule);
  if (pattern === undefined && schedule === undefined)
    throw new AwsError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
  checkTargets(read.Targets, rule);
  rule.enabled = read.State !== 'DISABLED';
  rule.targets = read.Targets;
  delete rule.pattern;
  delete rule.schedule;
  if (pattern !== undefined) rule.pattern = pattern;
  if (schedule !== undefined) rule.schedule = schedule;
  scheduleNext(request.sandbox, rule, request.sandbox.now());
  const { name } = busPlace(rule.busArn);
  return { physicalId: name === 'default' ? rule.name : `${name}|${rule.name}`, attributes: { Arn: rule.arn } };
}

function checkedPattern(given: string | Record<string, unknown> | undefined): Json | undefined {
  if (given === undefined) return undefined;
  const pattern = (typeof given === 'string' ? parsed(given) : given) as Json;
  const [problem] = patternProblems(pattern);
  if (!problem) return pattern;
  const where = problem.path.length > 0 ? ` at ${problem.path.join('.')}` : '';
  throw new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${problem.message}${where}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function checkedSchedule(text: string | undefined, rule: Rule): ScheduleExpression | undefined {
  if (text === undefined) return undefined;
  if (busPlace(rule.busArn).name !== 'default')
    throw new AwsError('ValidationException', 'ScheduleExpression is supported only on the default event bus.');
  const schedule = parseScheduleExpression(text);
  if (schedule && schedule.kind !== 'at') return schedule;
  throw new AwsError('ValidationException', 'Parameter ScheduleExpression is not valid.');
}

function checkTargets(targets: readonly Target[], rule: Rule): void {
  if (new Set(targets.map(({ Id }) => Id)).size < targets.length)
    throw new AwsError('ValidationException', 'Target ids must be unique within a rule.');
  for (const one of targets) {
    const kind = targetKind(one.Arn);
    // EventBridge User Guide, "Using identity-based policies": these targets are reached through a role.
    const foreignBus = kind === 'event-bus' && !one.Arn.includes(`:${rule.region}:${rule.account}:`);
    if ((kind === 'state-machine' || foreignBus) && one.RoleArn === undefined)
      throw new AwsError('ValidationException', `RoleArn is required for target ${one.Arn}.`);
    const problem = inputProblem(one);
    if (problem !== undefined) throw new AwsError('ValidationException', `${problem} for target ${one.Id}.`);
  }
}
