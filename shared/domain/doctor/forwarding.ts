/** Whether stack events find their way to the orchestrator: without them a rollout waits for its bounded read. */
import { partitionOf } from '../names.ts';
import { type Check, type DoctorFacts, failed, ok, unknown } from './facts.ts';

/** Name of the rule in accounts/region.yml and of the bus it forwards to. */
export const forwardingRule = 'drawbridge-stack-events';
const bus = 'drawbridge';

/** The rule exists, is enabled and forwards to our bus. */
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
  const { enabled, targets } = rule.value;
  if (!enabled) return failed(check, `the rule ${forwardingRule} is disabled`, `Enable it. ${redeploy}`);
  const { account, region } = orchestrator.value;
  const wanted = `arn:${partitionOf(region)}:events:${region}:${account}:event-bus/${bus}`;
  if (targets.includes(wanted)) return ok(check, `${forwardingRule} forwards to ${wanted}`);
  const found = targets.length === 0 ? 'nowhere' : `to ${targets.join(', ')}`;
  return failed(check, `the rule ${forwardingRule} forwards ${found} instead of ${wanted}`, redeploy);
}
