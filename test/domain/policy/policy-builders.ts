/** Policies and plans, of which a test says only what it is about. */
import type { PlannedChange, StackPlan, TargetPlan } from '#shared/domain/plan/stack-plan.ts';
import { untouched } from '#shared/domain/plan/stack-plan.ts';
import type { JudgedPlan } from '#shared/domain/policy/judge.ts';
import { type ChangeGate, Policy } from '#shared/domain/policy/policy.ts';

type Said = Partial<Omit<Policy, 'apiVersion' | 'kind' | 'metadata'>>;

/** Parsed, so that a policy in a test is one that could be written. */
export function aPolicy(name: string, said: Said = {}): Policy {
  return Policy.parse({ apiVersion: 'drawbridge/v1', kind: 'Policy', metadata: { name }, ...said });
}

/** The platform team says that targets with the label `env: production` are none. */
export const notProduction = aPolicy('not-production', {
  selector: { matchLabels: { env: 'production' } },
  production: false,
});

export function aGate(when: ChangeGate['when'], action: ChangeGate['action'] = 'deny', name = 'gate'): ChangeGate {
  return { name, when, action };
}

export function aStackPlan(changes: readonly PlannedChange[] = [], said: Partial<StackPlan> = {}): StackPlan {
  const kind = changes.length > 0 ? 'changes' : 'unchanged';
  return { ...untouched({ stack: 'web', stackName: 'orders-web' }), kind, changes: [...changes], ...said };
}

export function aTargetPlan(stacks: readonly StackPlan[], target = 'production'): TargetPlan {
  return { schemaVersion: 2, target, account: '333333333333', region: 'eu-west-1', stacks: [...stacks] };
}

export function aPlan(...targets: readonly TargetPlan[]): JudgedPlan {
  return { pipeline: 'orders', environment: 'production', targets };
}
