import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applicablePolicies, recoveryOf, templateGateOf } from '#shared/domain/policy/applicable.ts';
import { Policy, type Selector } from '#shared/domain/policy/policy.ts';
import { aPolicy } from './policy-builders.ts';

const rollout = {
  pipeline: 'orders',
  environment: 'production',
  targets: [{ labels: { env: 'production', canary: 'yes' } }, { labels: { env: 'production' } }],
};

describe('a policy is about a rollout', () => {
  it.each<[string, Selector | undefined, boolean]>([
    ['without a selector', undefined, true],
    ['with an empty selector', {}, true],
    ['of its environment', { environments: ['staging', 'production'] }, true],
    ['not of another environment', { environments: ['pre-production'] }, false],
    ['of its pipeline', { pipelines: ['orders'] }, true],
    ['not of another pipeline', { pipelines: ['billing'] }, false],
    ['with one target that has all the labels', { matchLabels: { env: 'production', canary: 'yes' } }, true],
    ['not without such a target', { matchLabels: { env: 'production', canary: 'no' } }, false],
    [
      'if all of it holds',
      { pipelines: ['orders'], environments: ['production'], matchLabels: { canary: 'yes' } },
      true,
    ],
    ['not if one part does not', { pipelines: ['orders'], environments: ['pre-production'] }, false],
  ])('%s', (_name, selector, applies) => {
    const policy = aPolicy('guard', selector === undefined ? {} : { selector });
    expect(applicablePolicies([policy], rollout)).toEqual(applies ? [policy] : []);
  });

  it('in the order of names, whatever the order was', () => {
    const policies = ['b', 'a', 'c'].map((name) => aPolicy(name));
    expect(applicablePolicies(policies, rollout).map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
  });
});

describe('what policies tolerate in templates', () => {
  it('is nothing without a word about it', () => {
    expect(templateGateOf([aPolicy('a')])).toEqual({ waive: [], transforms: [] });
    expect(templateGateOf([aPolicy('a', { templateGate: {} })])).toEqual({ waive: [], transforms: [] });
  });

  it('is what one of them does', () => {
    const policies = [
      aPolicy('a', { templateGate: { waive: ['GATE_URL', 'GATE_BOUNDARY'] } }),
      aPolicy('b', { templateGate: { waive: ['GATE_URL'], transforms: ['AWS::Serverless-2016-10-31'] } }),
    ];
    expect(templateGateOf(policies)).toEqual({
      waive: ['GATE_BOUNDARY', 'GATE_URL'],
      transforms: ['AWS::Serverless-2016-10-31'],
    });
  });

  it('is never AWS::Include', () => {
    const policy = { apiVersion: 'drawbridge/v1', kind: 'Policy', metadata: { name: 'a' } };
    expect(Policy.safeParse({ ...policy, templateGate: { transforms: ['AWS::Include'] } }).success).toBe(false);
  });
});

describe('what a rollout may bring back by itself', () => {
  const recovery = (recreateFailedCreations?: boolean, forceDelete?: boolean) => ({
    recovery: {
      ...(recreateFailedCreations === undefined ? {} : { recreateFailedCreations }),
      ...(forceDelete === undefined ? {} : { forceDelete }),
    },
  });

  it.each<[string, Policy[], boolean, boolean]>([
    ['nothing by default', [aPolicy('a')], false, false],
    ['what one policy allows', [aPolicy('a', recovery(true)), aPolicy('b', recovery(undefined, true))], true, true],
    ['not what another forbids', [aPolicy('a', recovery(true, true)), aPolicy('b', recovery(false))], false, true],
  ])('%s', (_name, policies, recreateFailedCreations, forceDelete) => {
    expect(recoveryOf(policies)).toEqual({ recreateFailedCreations, forceDelete });
    expect(recoveryOf(policies.toReversed())).toEqual({ recreateFailedCreations, forceDelete });
  });
});

it('a policy that is left out of a rollout has no say, whatever else applies', () => {
  const words = fc.constantFrom('orders', 'billing', 'production', 'pre-production');
  const selectors = fc.record({ pipelines: fc.tuple(words), environments: fc.tuple(words) }, { requiredKeys: [] });
  fc.assert(
    fc.property(fc.array(selectors, { maxLength: 5 }), (all) => {
      const policies = all.map((selector, index) => aPolicy(`p${index}`, { selector }));
      const applicable = applicablePolicies(policies, rollout);
      for (const policy of policies) {
        const { pipelines = ['orders'], environments = ['production'] } = policy.selector ?? {};
        expect(applicable.includes(policy)).toBe(pipelines[0] === 'orders' && environments[0] === 'production');
      }
    }),
    { seed: 20_260_105 },
  );
});
