/** Whether stack events find their way to the orchestrator: without them a rollout waits for its bounded read. */
import * as z from 'zod';
import { partitionOf, rolePath } from '../names.ts';
import { type Check, type DoctorFacts, failed, type LiveRule, ok, unknown } from './facts.ts';

/** Name of the rule in accounts/region.yml and of the bus it forwards to. */
export const forwardingRule = 'drawbridge-stack-events';
const bus = 'drawbridge';

/** The rule exists, is enabled, takes every status change of a stack, and forwards to our bus with our role. */
export function forwardingCheck({ target, rule, orchestrator }: DoctorFacts): Check {
  const check = 'events';
  const place = `${target.account}/${target.region}`;
  const redeploy = `Deploy accounts/region.yml again in ${place}.`;
  if (rule.kind === 'not-asked' || orchestrator.kind !== 'read') return unknown(check, 'the rule could not be read');
  if (rule.kind === 'refused') {
    if (/^ResourceNotFound/.test(rule.code))
      return failed(check, `there is no rule ${forwardingRule} in ${place}`, redeploy);
    return unknown(check, `the rule could not be read: ${rule.code}: ${rule.message}`);
  }
  const { account, region } = orchestrator.value;
  const partition = partitionOf(region);
  const wanted = {
    arn: `arn:${partition}:events:${region}:${account}:event-bus/${bus}`,
    role: `arn:${partition}:iam::${target.account}:role${rolePath}drawbridge-event-forward`,
  };
  const fault = faultOf(rule.value, wanted);
  if (fault === undefined) return ok(check, `${forwardingRule} forwards to ${wanted.arn}`);
  return failed(check, `the rule ${forwardingRule} ${fault}`, redeploy);
}

function faultOf({ enabled, pattern, targets }: LiveRule, wanted: Required<LiveRule['targets'][number]>) {
  if (!enabled) return 'is disabled';
  if (!takesStackEvents(pattern))
    return `does not take every status change of a stack: its pattern is ${pattern || 'empty'}`;
  const ours = targets.find(({ arn }) => arn === wanted.arn);
  if (ours === undefined) {
    const found = targets.length === 0 ? 'nowhere' : `to ${targets.map(({ arn }) => arn).join(', ')}`;
    return `forwards ${found} instead of ${wanted.arn}`;
  }
  return ours.role === wanted.role ? undefined : `forwards as ${ours.role ?? 'nobody'} instead of ${wanted.role}`;
}

/** Anything but the two fields of accounts/region.yml would leave events out. */
const EventPattern = z.strictObject({
  source: z.array(z.unknown()).refine((sources) => sources.includes('aws.cloudformation')),
  'detail-type': z.array(z.unknown()).refine((types) => types.includes('CloudFormation Stack Status Change')),
});

function takesStackEvents(pattern: string): boolean {
  try {
    return EventPattern.safeParse(JSON.parse(pattern)).success;
  } catch {
    return false;
  }
}
