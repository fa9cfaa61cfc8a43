import { describe, expect, it } from 'vitest';
import type { DriftRecord } from '#shared/domain/drift/drift.ts';
import { driftRefusals } from '#shared/domain/drift/drift-refusals.ts';
import { withDrift } from '#shared/domain/drift/plan-drift.ts';
import type { LiveStack } from '#shared/domain/plan/comparison.ts';
import type { Preparation } from '#shared/domain/plan/preparation.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { aPromotion } from '#test/builders.ts';
import { rolloutPlan, stackPlan, targetPlan } from '../plan/plan-builders.ts';
import { aDriftedResource, aDriftRecord } from './drift-builders.ts';

const [nine, ten, eleven] = [9, 10, 11].map((hour) => `2026-01-05T${`${hour}`.padStart(2, '0')}:00:00.000Z`) as [
  string,
  string,
  string,
];
type Seen = Pick<LiveStack, 'updatedAt' | 'drift'>;

function driftShown(seen: Seen | undefined, record: Partial<DriftRecord> | undefined) {
  const plan = targetPlan('production', stackPlan('api', 'unchanged'));
  const prepared: Preparation = { kind: 'unchanged', stack: 'api', ...(seen && { seen }) };
  const stackName = plan.stacks[0]?.stackName ?? '';
  const records = record === undefined ? [] : [aDriftRecord({ stackName, ...record })];
  return withDrift(plan, [prepared], records).stacks[0]?.drift;
}
const shown = { resources: [aDriftedResource()] };
const checked = (status: string, checkedAt: string) => ({ drift: { status, checkedAt } });

describe('drift in a plan', () => {
  it.each<[string, Seen | undefined, Partial<DriftRecord> | undefined, object | undefined]>([
    ['is what was found since the last update', { updatedAt: nine }, { checkedAt: ten }, shown],
    ['is what was found where nobody knows of an update', {}, { checkedAt: ten }, shown],
    ['is nothing that was found before the last update', { updatedAt: ten }, { checkedAt: nine }, undefined],
    ['is nothing where all was in sync', { updatedAt: nine }, { checkedAt: ten, status: 'IN_SYNC' }, undefined],
    ['is nothing where nothing was ever found', { updatedAt: nine }, undefined, undefined],
    ['is nothing of a stack that was not looked at', undefined, { checkedAt: ten }, undefined],
    ['is nothing of a namesake', {}, { checkedAt: ten, stackName: 'another' }, undefined],
    ['is what CloudFormation knows', { updatedAt: nine, ...checked('DRIFTED', ten) }, undefined, { resources: [] }],
    ['is not what it knew before the update', { updatedAt: ten, ...checked('DRIFTED', nine) }, undefined, undefined],
    ['is not what it found in sync since', checked('IN_SYNC', eleven), { checkedAt: ten }, undefined],
    ['stays what it finds again', checked('DRIFTED', eleven), { checkedAt: ten }, shown],
    [
      'is new where it was in sync before',
      checked('DRIFTED', eleven),
      { checkedAt: ten, status: 'IN_SYNC' },
      { resources: [] },
    ],
    ['is what was found after it looked last', checked('IN_SYNC', nine), { checkedAt: ten }, shown],
  ])('%s', (_, seen, record, expected) => {
    expect(driftShown(seen, record)).toEqual(expected);
  });

  it('is kept in nested stacks where CloudFormation found the stack itself in sync: it does not look into those', () => {
    const nested = aDriftedResource({ within: 'N' });
    expect(driftShown(checked('IN_SYNC', eleven), { checkedAt: ten, resources: [aDriftedResource(), nested] })).toEqual(
      {
        resources: [nested],
      },
    );
  });

  it('leaves the plan as it is where nothing is known, or nobody asks', () => {
    const plan = targetPlan('production', stackPlan('api', 'changes'));
    expect(withDrift(plan, [], [])).toEqual(plan);
    expect(withDrift(plan, [{ kind: 'unchanged', stack: 'api', seen: checked('DRIFTED', ten) }], undefined)).toBe(plan);
  });
});

describe('an environment in which drift blocks', () => {
  const drift = { resources: [aDriftedResource()] };
  const plan = rolloutPlan(
    targetPlan('production', stackPlan('api', 'changes', { drift }), stackPlan('web', 'unchanged', { drift })),
    targetPlan('other', stackPlan('api', 'changes')),
  );
  const groups: Policy = {
    ...{ apiVersion: 'drawbridge/v1', kind: 'Policy', metadata: { name: 'who' }, selector: {} },
    ...{ groups: { leads: ['alice'] }, overrides: { drift: ['leads'] } },
  } as never;
  const refusals = (change: Partial<Promotion> = {}, word: 'block' | 'warn' = 'block', policies: Policy[] = [groups]) =>
    driftRefusals(
      aPromotion(change),
      { name: 'production', drift: word },
      { plan, applicable: policies, all: policies },
    ).map(({ code, target }) => [code, target]);
  const override: Promotion['override'] = { of: ['drift'], reason: 'It is known.' };

  it.each<[string, unknown, unknown]>([
    ['names each stack that would be changed', refusals(), [['DRIFT_BLOCKS', 'production']]],
    ['refuses nothing where it only warns', refusals({}, 'warn'), []],
    ['does not hold up a rollback', refusals({ rollback: { automatic: true, reason: 'x' } }), []],
    ['lets through whoever may override it', refusals({ override }), []],
    ['lets through nobody else', refusals({ override, requestedBy: 'eve' }), [['OVERRIDE_NOT_PERMITTED', undefined]]],
    [
      'is not overridden by another word',
      refusals({ override: { ...override, of: ['windows'] } }),
      [['DRIFT_BLOCKS', 'production']],
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('asks nobody who may override it where nothing has drifted', () => {
    const clean = rolloutPlan(targetPlan('other', stackPlan('api', 'changes')));
    const asking = aPromotion({ override, requestedBy: 'eve' });
    expect(
      driftRefusals(asking, { name: 'production', drift: 'block' }, { plan: clean, applicable: [], all: [] }),
    ).toEqual([]);
  });
});
