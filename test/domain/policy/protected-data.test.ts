/** B-62: a plan that takes a protected resource away in production is denied, and says which rule of whom did it. */
import { describe, expect, it } from 'vitest';
import { catalogue } from '#shared/domain/errors/catalogue.ts';
import type { PlannedChange } from '#shared/domain/plan/stack-plan.ts';
import { assess } from '#shared/domain/policy/assess.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { aChange } from '#test/builders.ts';
import { aGate, aPlan, aPolicy, aStackPlan, aTargetPlan, notProduction } from './policy-builders.ts';

const table = { type: 'AWS::DynamoDB::Table', logicalId: 'Orders' };
const removed: Partial<PlannedChange> = { ...table, action: 'Remove', policyAction: 'Delete' };
const replaced: Partial<PlannedChange> = { ...table, action: 'Modify', replacement: 'True' };

/** What the policies say to the one change. */
function assessed(change: Partial<PlannedChange>, policies: readonly Policy[] = []) {
  const target = aTargetPlan([aStackPlan([aChange(change)])]);
  const plan = { schemaVersion: 2, release: `sha256:${'0'.repeat(64)}`, ...aPlan(target) } as const;
  return assess(plan, {
    policies,
    targets: [{ name: 'production', labels: { env: 'production' } }],
    approved: [],
  });
}

describe('a type that holds data, in production', () => {
  it.each([
    ['removed', removed],
    ['replaced', replaced],
    ['perhaps replaced', { ...replaced, replacement: 'Conditional' as const }],
  ])('%s: CHANGE_DENIED with the resource and the rule', (_name, change) => {
    expect(assessed(change).denials).toEqual([
      {
        code: 'CHANGE_DENIED',
        next: 'Nothing was executed. Change the release, or ask the platform team to change the policy.',
        target: 'production',
        resource: 'Orders',
        text: expect.stringMatching(/the safe default stateful-data forbids .* of AWS::DynamoDB::Table Orders/),
      },
    ]);
    expect(catalogue.CHANGE_DENIED).toMatchObject({ exit: 3, status: 409 });
  });

  it.each([
    ['removed', removed],
    ['replaced', replaced],
  ])('%s where the platform team says that it is not production: nobody minds', (_name, change) => {
    expect(assessed(change, [notProduction])).toEqual({ denials: [] });
  });
});

describe('a gate of the platform team', () => {
  const guard = (action: Parameters<typeof aGate>[1]) =>
    aPolicy('guard', {
      groups: { owners: ['carol', 'dave'] },
      changeGates: [aGate({ types: [table.type], effects: ['delete', 'replace'] }, action, 'tables')],
    });

  it('is named where it denies, on every target it is for', () => {
    for (const also of [[], [notProduction]]) {
      expect(assessed(removed, [guard('deny'), ...also]).denials).toMatchObject([
        { text: expect.stringContaining('gate tables of policy guard forbids delete') },
      ]);
    }
  });

  it('can ask named people instead', () => {
    expect(assessed(replaced, [guard({ requireApproval: ['owners'] })])).toMatchObject({
      denials: [],
      open: { requirement: { groups: ['owners'] } },
    });
  });
});
