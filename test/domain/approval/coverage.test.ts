import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverage } from '#shared/domain/approval/coverage.ts';
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import type { StackPlan } from '#shared/domain/plan/stack-plan.ts';
import { aChange } from '#test/builders.ts';
import { rolloutPlan, stackPlan, targetPlan } from '../plan/plan-builders.ts';

const on = (...stacks: StackPlan[]) => rolloutPlan(targetPlan('production', ...stacks));
/** A stack that takes the id of a network, once as a parameter and once inside a resource. */
const api = (vpc: string | undefined, more: Partial<StackPlan> = {}, inside = vpc) =>
  stackPlan('api', 'changes', {
    parameters: [
      { name: 'Vpc', ...(vpc === undefined ? {} : { after: vpc }), fromOutput: 'network.Vpc' },
      { name: 'Size', before: '1', after: '2' },
    ],
    changes: [
      aChange({
        action: 'Modify',
        details: [
          { attribute: 'Properties', name: 'VpcId', ...(inside === undefined ? {} : { after: inside }) },
          { attribute: 'Tags' },
        ],
      }),
    ],
    ...more,
  });
const network = stackPlan('network', 'changes');
const left = ({ targets }: RolloutPlan) =>
  targets.flatMap(({ target, stacks }) => stacks.map(({ stack }) => `${target}/${stack}`));
const settled = stackPlan('api', 'settings', { settings: [{ name: 'stack policy', after: '{}' }] });
const created = stackPlan('api', 'changes', {
  operation: 'create',
  settings: [
    { name: 'termination protection', before: 'off', after: 'on' },
    { name: 'stack policy', after: '{}' },
  ],
});

describe('what is left to approve', () => {
  it.each<[string, RolloutPlan, RolloutPlan[], string[], boolean]>([
    [
      'is everything when nothing was approved',
      on(network, api('vpc-1')),
      [],
      ['production/network', 'production/api'],
      false,
    ],
    ['is nothing when nothing changes', on(stackPlan('api', 'unchanged')), [], [], true],
    ['is nothing of what was approved exactly so', on(network, api('vpc-1')), [on(network, api('vpc-1'))], [], true],
    [
      'is what is not the same any more',
      on(network, api('vpc-1')),
      [on(network, api('vpc-1', { notes: ['a hook runs'] }))],
      ['production/api'],
      false,
    ],
    [
      'is not what was approved in parts, in whichever round',
      on(network, api('vpc-1')),
      [on(network), on(api('vpc-1'))],
      [],
      true,
    ],
    [
      'is what was approved for another target',
      rolloutPlan(targetPlan('a', network), targetPlan('b', network)),
      [rolloutPlan(targetPlan('a', network))],
      ['b/network'],
      false,
    ],
    [
      'is only values that come from outputs, where nothing else differs',
      on(api('vpc-2')),
      [on(network, api('vpc-1'))],
      ['production/api'],
      true,
    ],
    [
      'is more when such a value stands inside a longer text',
      on(api('vpc-2', {}, 'arn:vpc-2')),
      [on(api('vpc-1', {}, 'arn:vpc-1'))],
      ['production/api'],
      false,
    ],
    [
      'is more when a value of the release differs too',
      on(api('vpc-2', { tags: [{ name: 'team', after: 'theirs' }] })),
      [on(api('vpc-1'))],
      ['production/api'],
      false,
    ],
    [
      'is more when one of several stacks differs in more',
      on(network, api('vpc-2')),
      [on(api('vpc-1'))],
      ['production/network', 'production/api'],
      false,
    ],
    [
      'is what could not be planned before: nobody saw it',
      on(api('vpc-1')),
      [on(network, stackPlan('api', 'unplanned', { after: ['network'] }))],
      ['production/api'],
      false,
    ],
    [
      'is not what still cannot be planned, as was seen',
      on(stackPlan('api', 'unplanned', { after: ['network'] })),
      [on(network, stackPlan('api', 'unplanned', { after: ['network'] }))],
      [],
      true,
    ],
    ['is not the policy of a new stack, which was seen with it', on(settled), [on(created)], [], true],
    ['is another policy than was seen', on(settled), [on({ ...created, settings: [] })], ['production/api'], false],
    [
      'is a policy that was seen of another stack',
      on(settled),
      [on({ ...created, stack: 'web' })],
      ['production/api'],
      false,
    ],
    [
      'is a change of the stack, although its settings were seen',
      on(created),
      [on({ ...created, changes: [] })],
      ['production/api'],
      false,
    ],
    ['takes a value that is not known for none', on(api(undefined)), [on(api('vpc-1'))], ['production/api'], false],
  ])('%s', (_, plan, approved, remaining, outputsOnly) => {
    const found = coverage(plan, approved);
    expect(left(found.remaining)).toEqual(remaining);
    expect(found.outputsOnly).toBe(outputsOnly);
  });

  it('is the plan otherwise: pipeline, release and environment', () => {
    const plan = on(network);
    const { remaining } = coverage(plan, [plan]);
    expect(remaining).toEqual({ ...plan, targets: [targetPlan('production')] });
  });

  it('is nothing of any plan once that very plan was approved, and everything of it before', () => {
    const kind = fc.constantFrom<StackPlan['kind']>('unchanged', 'changes', 'settings', 'unplanned');
    const stacks = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), kind), { selector: ([name]) => name });
    fc.assert(
      fc.property(stacks, stacks, (some, others) => {
        const plan = rolloutPlan(
          targetPlan('one', ...some.map(([name, is]) => stackPlan(name, is, { notes: [is] }))),
          targetPlan('two', ...others.map(([name, is]) => stackPlan(name, is, { notes: [is] }))),
        );
        const work = [...some, ...others].filter(([, is]) => is !== 'unchanged').length;
        expect(left(coverage(plan, [plan]).remaining)).toEqual([]);
        // A stack without any setting has none that nobody saw.
        const bare = [...some, ...others].filter(([, is]) => is === 'settings').length;
        expect(left(coverage(plan, []).remaining)).toHaveLength(work - bare);
      }),
      { seed: 7 },
    );
  });
});
