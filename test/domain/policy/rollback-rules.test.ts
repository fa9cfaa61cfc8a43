import { describe, expect, it } from 'vitest';
import type { PlannedChange } from '#shared/domain/plan/stack-plan.ts';
import { assess } from '#shared/domain/policy/assess.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { aChange } from '#test/builders.ts';
import { rolloutPlan, targetPlan } from '../plan/plan-builders.ts';
import { aGate, aPolicy, aStackPlan } from './policy-builders.ts';

const planOf = (...changes: PlannedChange[]) => rolloutPlan(targetPlan('production', aStackPlan(changes)));
const assessed = (change: PlannedChange, policies: Policy[] = [], isRollback = true) =>
  assess(planOf(change), { policies, targets: [{ name: 'production', labels: {} }], approved: [], isRollback });
const denials = (...given: Parameters<typeof assessed>) => assessed(...given).denials.map(({ code }) => code);
const table = (change: Partial<PlannedChange>) =>
  aChange({ action: 'Modify', type: 'AWS::DynamoDB::Table', logicalId: 'Orders', ...change });
const lax = aPolicy('lax', { changeGates: [aGate({}, 'allow')] });
const removal = table({ action: 'Remove' });

describe('a rollback', () => {
  it.each<[string, PlannedChange, string[]]>([
    ['deletes', removal, ['ROLLBACK_DESTROYS']],
    ['deletes after a snapshot', table({ action: 'Remove', policyAction: 'Snapshot' }), ['ROLLBACK_DESTROYS']],
    ['replaces', table({ replacement: 'True' }), ['ROLLBACK_DESTROYS']],
    [
      'replaces and keeps the old one',
      table({ replacement: 'True', policyAction: 'ReplaceAndRetain' }),
      ['ROLLBACK_DESTROYS'],
    ],
    ['may replace', table({ replacement: 'Conditional' }), ['ROLLBACK_DESTROYS']],
    ['only lets go of', table({ action: 'Remove', policyAction: 'Retain' }), []],
    ['changes', table({ replacement: 'False' }), []],
    ['makes', table({ action: 'Add' }), []],
  ])('that %s what holds data is judged so, whatever a policy allows', (_, change, expected) => {
    expect(denials(change, [lax])).toEqual(expected);
  });

  it('names what it would delete', () => {
    expect(assessed(removal, [lax]).denials).toMatchObject([
      {
        resource: 'Orders',
        target: 'production',
        text: 'The rollback would delete AWS::DynamoDB::Table Orders in stack web on production, and what it holds with it.',
      },
    ]);
  });

  it('may delete what holds nothing; any other promotion is for the change gates alone', () => {
    const role = aChange({ action: 'Remove', type: 'AWS::SNS::Topic', logicalId: 'Alerts' });
    expect(denials(role, [lax])).toEqual([]);
    expect(denials(removal, [lax], false)).toEqual([]);
  });

  it('is denied by change gates as ever', () => {
    expect(denials(table({ replacement: 'False' }), [aPolicy('no', { changeGates: [aGate({})] })])).toEqual([
      'CHANGE_DENIED',
    ]);
  });
});

describe('the approval of every plan', () => {
  const change = table({ replacement: 'False' });
  const managers = aPolicy('managers', { approval: { groups: ['managers'] } });
  const gate = aPolicy('gate', { changeGates: [aGate({}, { requireApproval: ['owners'] })] });
  const required = (said: object = {}) => aPolicy('required', { rollback: { approval: 'required' }, ...said });
  const elsewhere = required({ selector: { environments: ['staging'] } });

  it.each<[string, Policy[], string[] | undefined]>([
    ['is not asked of a rollback', [managers], undefined],
    ['is, where a policy requires it', [managers, required()], ['managers']],
    ['is of anybody else, where none says of whom', [required()], []],
    ['is not, where it is required elsewhere', [managers, elsewhere], undefined],
    ['is nothing to what a change gate asks for', [managers, gate], ['owners']],
    ['is not required by saying nothing', [managers, aPolicy('empty', { rollback: {} })], undefined],
  ])('%s', (_, policies, groups) => {
    expect(assessed(change, policies).open?.requirement.groups).toEqual(groups);
  });

  it('is asked of any other promotion', () => {
    expect(assessed(change, [managers], false).open?.requirement.groups).toEqual(['managers']);
  });
});
