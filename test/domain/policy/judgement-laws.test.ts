/** What must be true of every judgement, whatever the policies say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlannedChange } from '#shared/domain/plan/stack-plan.ts';
import { type Judgement, judge } from '#shared/domain/policy/judge.ts';
import type { ChangeGate, Policy } from '#shared/domain/policy/policy.ts';
import { aChange } from '#test/builders.ts';
import { aPlan, aPolicy, aStackPlan, aTargetPlan, notProduction } from './policy-builders.ts';

const parameters = { seed: 20_260_105, numRuns: 500 };
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const defined = <Said extends object>(said: Said) =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Said;

const type = fc.constantFrom('AWS::DynamoDB::Table', 'AWS::Lambda::Function', 'AWS::IAM::Role');
const change: fc.Arbitrary<PlannedChange> = fc
  .record({
    action: fc.constantFrom<PlannedChange['action'][]>(
      'Add',
      'Modify',
      'Remove',
      'Import',
      'Dynamic',
      'SyncWithActual',
    ),
    type,
    logicalId: fc.constantFrom('A', 'B', 'C'),
    replacement: maybe(fc.constantFrom<NonNullable<PlannedChange['replacement']>[]>('True', 'False', 'Conditional')),
    policyAction: maybe(fc.constantFrom('Delete', 'Retain', 'Snapshot', 'ReplaceAndDelete', 'ReplaceAndRetain')),
    details: fc.array(fc.record({ attribute: fc.constant('Properties'), name: fc.constantFrom('Tags', 'Name') }), {
      maxLength: 2,
    }),
  })
  .map((said) => aChange(defined(said) as Partial<PlannedChange>));

const gate = (action: fc.Arbitrary<ChangeGate['action']>): fc.Arbitrary<Omit<ChangeGate, 'name'>> =>
  fc.record({
    when: fc
      .record({
        types: maybe(fc.tuple(fc.constantFrom('AWS::DynamoDB::*', 'AWS::IAM::Role', '*'))),
        stateful: maybe(fc.boolean()),
        effects: maybe(
          fc.uniqueArray(fc.constantFrom('add', 'modify', 'replace', 'delete', 'unknown'), { minLength: 1 }),
        ),
        attributes: maybe(fc.tuple(fc.constantFrom('Properties', 'Properties/Tags'))),
      })
      .map((when) => defined(when) as ChangeGate['when']),
    action,
  });
const anyAction = fc.constantFrom<ChangeGate['action'][]>('allow', 'deny', { requireApproval: ['security'] });

const policy = fc
  .record({
    selector: fc.constantFrom({}, { environments: ['production'] }, { environments: ['pre-production'] }),
    approval: maybe(fc.constantFrom({}, { groups: ['release'] }, { expires: '2h' })),
    changeGates: fc.array(gate(anyAction), { maxLength: 3 }),
  })
  .map(({ changeGates, ...said }) => ({
    ...defined(said),
    ...(changeGates.length === 0 ? {} : { changeGates: changeGates.map((one, at) => ({ name: `g${at}`, ...one })) }),
  }));
const policies = fc
  .array(policy, { maxLength: 4 })
  .map((all) => all.map((said, at) => aPolicy(`p${at}`, said as object)));
const changes = fc.array(change, { maxLength: 5 });

function judgementOf(all: readonly PlannedChange[], held: readonly Policy[]): Judgement {
  const targets = [{ name: 'production', labels: { env: 'production' } }];
  return judge(aPlan(aTargetPlan([aStackPlan(all)])), { policies: held, targets });
}

/** 2 denied, 1 asks, 0 goes. */
const strictness = ({ denials, requirement }: Judgement) =>
  denials.length > 0 ? 2 : Number(requirement !== undefined);

describe('a judgement', () => {
  it('does not depend on the order of the policies', () => {
    fc.assert(
      fc.property(changes, policies, (all, held) => {
        expect(judgementOf(all, held.toReversed())).toEqual(judgementOf(all, held));
      }),
      parameters,
    );
  });

  it('lets nothing more through with a gate more that denies', () => {
    fc.assert(
      fc.property(changes, policies, gate(fc.constant('deny' as const)), fc.nat(), (all, held, denying, where) => {
        const before = judgementOf(all, held);
        const added = { name: 'added', ...denying };
        const extended = held.map((one, at) =>
          at === where % held.length ? { ...one, changeGates: [...(one.changeGates ?? []), added] } : one,
        );
        for (const more of [extended, [...held, aPolicy('more', { changeGates: [added] })]]) {
          const after = judgementOf(all, more);
          expect(strictness(after)).toBeGreaterThanOrEqual(strictness(before));
          const denied = new Set(after.denials.map(({ resource }) => resource));
          expect(before.denials.filter(({ resource }) => !denied.has(resource))).toEqual([]);
        }
      }),
      parameters,
    );
  });

  it('asks no less with an approval more', () => {
    fc.assert(
      fc.property(changes, policies, (all, held) => {
        const before = judgementOf(all, held);
        const after = judgementOf(all, [
          ...held,
          aPolicy('more', { approval: { groups: ['security'], expires: '1h' } }),
        ]);
        expect(after.denials).toEqual(before.denials);
        expect(strictness(after)).toBeGreaterThanOrEqual(Number(all.length > 0));
        expect(after.requirement?.groups ?? []).toEqual(expect.arrayContaining(before.requirement?.groups ?? []));
        expect(after.expirySeconds).toBeLessThanOrEqual(before.expirySeconds);
      }),
      parameters,
    );
  });

  it('is nowhere stricter outside of production', () => {
    fc.assert(
      fc.property(changes, policies, (all, held) => {
        expect(strictness(judgementOf(all, [...held, notProduction]))).toBeLessThanOrEqual(
          strictness(judgementOf(all, held)),
        );
      }),
      parameters,
    );
  });

  it('has nothing against a plan that changes nothing', () => {
    fc.assert(
      fc.property(policies, (held) => {
        expect(strictness(judgementOf([], held))).toBe(0);
      }),
      parameters,
    );
  });
});
