import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  digestOfChanges,
  emptyChangeSets,
  type Preparation,
  plannedStacks,
  targetPlanOf,
} from '#shared/domain/plan/preparation.ts';
import {
  normaliseChanges,
  type PlannedChange,
  placeOf,
  summarise,
  TargetPlan,
} from '#shared/domain/plan/stack-plan.ts';
import { aChange, aDesiredStack } from '#test/builders.ts';
import { stackPlan, targetPlan } from './plan-builders.ts';

const target = { name: 'production', account: '333333333333', region: 'eu-west-1' };
const change = (logicalId: string, more: Partial<PlannedChange> = {}): PlannedChange => ({
  action: 'Modify',
  logicalId,
  type: 'AWS::SQS::Queue',
  replacement: 'False',
  scope: ['Tags', 'Properties'],
  details: [
    { attribute: 'Properties', name: 'B' },
    { attribute: 'Properties', name: 'A' },
  ],
  ...more,
});
const planned = (stack: string, changes: PlannedChange[]): Preparation => ({
  kind: 'planned',
  stack,
  plan: stackPlan(stack, 'changes', { changes }),
  handles: {
    stackName: `orders-${stack}`,
    stackId: `arn:${stack}`,
    changeSet: { name: 'drawbridge-prm-1', id: `arn:change-set/${stack}`, changes },
    settings: {},
  },
});
const desired = (stack: string) => aDesiredStack({ stack, stackName: `orders-${stack}` });
const unchanged = (stack: string): Preparation => ({ kind: 'unchanged', stack });

describe('the plan of a target', () => {
  const plan = targetPlanOf(
    target,
    [desired('network'), desired('api'), desired('web')],
    [planned('api', [change('Queue')]), unchanged('network'), { kind: 'unplanned', stack: 'web', after: ['api'] }],
  );

  it('has every stack in the order of dependencies, and fits its schema', () => {
    expect(plan.stacks.map(({ stack, kind, after }) => [stack, kind, after])).toEqual([
      ['network', 'unchanged', undefined],
      ['api', 'changes', undefined],
      ['web', 'unplanned', ['api']],
    ]);
    expect(TargetPlan.parse(plan)).toEqual(plan);
  });

  it('has a stack that nobody prepared as one about which nothing is to be done', () => {
    expect(targetPlanOf(target, [desired('api')], []).stacks).toEqual([stackPlan('api', 'unchanged')]);
  });

  it('has no id, name or time in it that a second preparation would give anew', () => {
    expect(JSON.stringify(plan)).not.toMatch(/arn:|drawbridge-prm/);
  });

  it('is the same whatever order CloudFormation lists changes, scopes and details in', () => {
    const changes = [
      change('B'),
      change('A'),
      change('A', { action: 'Remove' }),
      change('A'),
      change('A', { within: 'Nested' }),
    ];
    const expected = digestOfChanges(normaliseChanges(changes));
    fc.assert(
      fc.property(fc.shuffledSubarray(changes, { minLength: 5 }), (shuffled) => {
        const turned = shuffled.map((one) => ({
          ...one,
          scope: one.scope.toReversed(),
          details: one.details.toReversed(),
        }));
        expect(digestOfChanges(normaliseChanges(turned))).toBe(expected);
      }),
      { seed: 7 },
    );
  });

  it('names a resource by the nested stacks that lead to it', () => {
    expect([change('Queue'), change('Queue', { within: 'Web/Cache' })].map(placeOf)).toEqual([
      'Queue',
      'Web/Cache/Queue',
    ]);
  });

  it('counts a replacement as one, not as a modification', () => {
    const changes = [
      change('A'),
      change('B', { replacement: 'True' }),
      change('C', { replacement: 'Conditional' }),
      change('D', { action: 'Add' }),
      change('E', { action: 'Remove' }),
    ];
    const whole = targetPlan('production', stackPlan('api', 'changes', { changes }));
    expect(summarise(whole)).toEqual({ add: 1, modify: 1, replace: 2, remove: 1 });
  });
});

describe('the handles to execute a plan by', () => {
  const recovery = { status: 'ROLLBACK_COMPLETE', action: 'delete', skip: [], approved: true } as const;
  const without = (stack: string, more: object): Preparation => ({
    kind: 'planned',
    stack,
    plan: stackPlan(stack, 'settings'),
    handles: { stackName: `orders-${stack}`, stackId: `arn:${stack}`, settings: {}, ...more },
  });

  it.each<[string, Preparation, object]>([
    [
      'a change set, with the digest of what was seen',
      planned('api', [change('Queue')]),
      {
        settings: {},
        changeSetName: 'drawbridge-prm-1',
        changeSetId: 'arn:change-set/api',
        digest: digestOfChanges([change('Queue')]),
      },
    ],
    [
      'settings',
      without('api', { settings: { terminationProtection: true } }),
      { settings: { terminationProtection: true } },
    ],
    ['a recovery', without('api', { recovery }), { settings: {}, recovery }],
  ])('are those of %s', (_, preparation, handles) => {
    expect(plannedStacks([unchanged('network'), preparation])).toEqual([
      { stack: 'api', stackName: 'orders-api', stackId: 'arn:api', ...handles },
    ]);
  });

  it('are none of a stack that waits for another', () => {
    expect(plannedStacks([{ kind: 'unplanned', stack: 'web', after: ['api'] }])).toEqual([]);
  });

  it('tell apart change sets that do something else', () => {
    expect(digestOfChanges([aChange()])).not.toBe(digestOfChanges([aChange({ type: 'AWS::SNS::Topic' })]));
  });

  it('leave out the change sets that turned out empty, to be removed', () => {
    const empty = { stackName: 'orders-a', changeSet: 'drawbridge-prm-1' };
    const preparations: Preparation[] = [
      { kind: 'unchanged', stack: 'a', emptyChangeSet: empty },
      unchanged('b'),
      planned('c', []),
    ];
    expect(emptyChangeSets(preparations)).toEqual([empty]);
  });
});
