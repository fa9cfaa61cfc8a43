import { describe, expect, it } from 'vitest';
import { targetChange } from '#shared/domain/config/apply-target.ts';
import { Target } from '#shared/domain/config/schema.ts';
import { placeText } from '#shared/domain/errors/problem.ts';

const pre = { name: 'pre', account: '222222222222', region: 'eu-west-1', labels: { env: 'pre' } };
const prod = {
  name: 'prod',
  account: '333333333333',
  region: 'eu-west-1',
  labels: { env: 'prod' },
  sessionSeconds: 900,
};
const wanted = ({ name, labels, ...rest }: { name: string; labels: object; account: string; region: string }) =>
  Target.parse({ apiVersion: 'drawbridge/v1', kind: 'Target', metadata: { name, labels }, ...rest });

describe('a target that is applied', () => {
  it('again is unchanged, in whatever order its labels are', () => {
    const before = { ...prod, labels: { env: 'prod', canary: 'yes' } };
    const again = wanted({ ...prod, labels: { canary: 'yes', env: 'prod' } });
    expect(targetChange([pre, before], again)).toEqual({ kind: 'unchanged', before });
  });

  it.each<[string, object]>([
    ['another label', { labels: { env: 'prod', canary: 'yes' } }],
    ['another value', { labels: { env: 'live' } }],
    ['a label less', { labels: {} }],
    ['other sessions', { sessionSeconds: 1800 }],
  ])('with %s is changed', (_name, change) => {
    expect(targetChange([pre, prod], wanted({ ...prod, ...change }))).toEqual({ kind: 'changed', before: prod });
  });

  it('without a word on sessions gives up what was said', () => {
    const { sessionSeconds: _, ...rest } = prod;
    expect(targetChange([prod], wanted(rest)).kind).toBe('changed');
  });

  it('in another region of an account that was onboarded is created, beside a target of that account', () => {
    const frankfurt = wanted({ ...prod, name: 'prod-eu', region: 'eu-central-1' });
    expect(targetChange([pre, prod], frankfurt)).toEqual({ kind: 'created', sibling: prod });
  });

  it('takes the place of one that has no labels any more', () => {
    const retired = { ...prod, labels: {} };
    expect(targetChange([retired], wanted({ ...prod, name: 'live' }))).toEqual({ kind: 'created', sibling: retired });
  });

  it.each<[string, ReturnType<typeof wanted>, string, string]>([
    [
      'in an account nobody onboarded',
      wanted({ ...prod, name: 'new', account: '444444444444' }),
      'ACCOUNT_NOT_ONBOARDED',
      '444444444444/eu-west-1',
    ],
    ['that moves to another account', wanted({ ...prod, account: '222222222222' }), 'TARGET_MOVED', ''],
    ['that moves to another region', wanted({ ...prod, region: 'eu-west-2' }), 'TARGET_MOVED', ''],
    ['in the place of another', wanted({ ...prod, name: 'live' }), 'TARGET_SHARED', ''],
  ])('%s is refused', (_name, target, code, where) => {
    const change = targetChange([pre, prod], target);
    expect(change).toMatchObject({ kind: 'refused', problem: { code } });
    expect(change.kind === 'refused' && placeText(change.problem.place)).toBe(where);
  });
});
