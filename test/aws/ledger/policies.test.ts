import { describe, expect, it } from 'vitest';
import { applyPolicy, listPolicies, listPolicyVersions, readPolicy } from '#shared/aws/ledger/policies.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { monday } from '#test/builders.ts';
import { aGate, aPolicy } from '#test/domain/policy/policy-builders.ts';
import { beforeNextWrite, ledgerTable } from '../ledger-table.ts';

const { ledger, item, put } = ledgerTable();
const first = aPolicy('guard', { changeGates: [aGate({ stateful: true })] });
const second = aPolicy('guard', { approval: { expires: '2h' } });
const tuesday = '2026-01-06T09:00:00.000Z';
const apply = (policy: Policy | undefined, seen: number, said: { by?: string; at?: string; name?: string } = {}) =>
  applyPolicy(ledger, { name: 'guard', policy, seen, by: 'carol', at: monday, ...said });

describe('a policy in the ledger', () => {
  it('is kept with its version, and who applied it when', async () => {
    expect(await apply(first, 0)).toBe(1);
    const record = { policy: first, version: 1, appliedBy: 'carol', appliedAt: monday };
    expect(await readPolicy(ledger, 'guard')).toEqual(record);
    expect(await listPolicies(ledger)).toEqual([record]);
  });

  it('that is changed keeps every version', async () => {
    await apply(first, 0);
    expect(await apply(second, 1, { by: 'dave', at: tuesday })).toBe(2);
    expect(await readPolicy(ledger, 'guard')).toMatchObject({ policy: second, version: 2, appliedBy: 'dave' });
    expect(await listPolicyVersions(ledger, 'guard')).toEqual([
      { name: 'guard', version: 1, policy: first, appliedBy: 'carol', appliedAt: monday },
      { name: 'guard', version: 2, policy: second, appliedBy: 'dave', appliedAt: tuesday },
    ]);
  });

  it('that is removed holds no more, stays on record, and can be applied anew', async () => {
    await apply(first, 0);
    expect(await apply(undefined, 1)).toBe(2);
    expect(await listPolicies(ledger)).toEqual([]);
    await expect(readPolicy(ledger, 'guard')).rejects.toMatchObject({ name: 'POLICY_UNKNOWN' });
    await expect(apply(second, 2)).rejects.toMatchObject({ name: 'POLICY_VERSION' });
    expect(await apply(second, 0)).toBe(3);
    expect((await listPolicyVersions(ledger, 'guard')).map(({ policy }) => policy)).toEqual([first, undefined, second]);
  });

  it('is one of several, by name', async () => {
    await apply(aPolicy('other'), 0, { name: 'other' });
    await apply(first, 0);
    expect((await listPolicies(ledger)).map(({ policy }) => policy.metadata.name)).toEqual(['guard', 'other']);
  });

  it('that is not there is unknown', async () => {
    expect(await listPolicies(ledger)).toEqual([]);
    expect(await listPolicyVersions(ledger, 'guard')).toEqual([]);
    await expect(readPolicy(ledger, 'guard')).rejects.toMatchObject({ name: 'POLICY_UNKNOWN' });
  });
});

describe('two who apply at once', () => {
  it.each<[string, number, RegExp]>([
    ['a version that is not the newest', 1, /version 1 was seen, and it is 2 now/],
    ['none, although there is one', 0, /version none was seen, and it is 2 now/],
    ['a version that never was', 7, /version 7 was seen, and it is 2 now/],
  ])('who has seen %s changes nothing', async (_name, seen, text) => {
    await apply(first, 0);
    await apply(second, 1);
    await expect(apply(first, seen)).rejects.toThrow(text);
    expect(await listPolicyVersions(ledger, 'guard')).toHaveLength(2);
  });

  it('on the same version: the first one wins, whole', async () => {
    await apply(first, 0);
    beforeNextWrite(() => apply(second, 1, { by: 'dave' }));
    await expect(apply(undefined, 1)).rejects.toMatchObject({ name: 'POLICY_VERSION' });
    expect(await readPolicy(ledger, 'guard')).toMatchObject({ policy: second, version: 2, appliedBy: 'dave' });
    expect(await listPolicyVersions(ledger, 'guard')).toHaveLength(2);
  });

  it('of whom one ended half-way: what was accepted first holds, and the other is told', async () => {
    await apply(first, 0);
    const accepted = { name: 'guard', version: 2, policy: second, appliedBy: 'dave', appliedAt: tuesday };
    await put({ pk: 'POLICY#guard', sk: 'VERSION#00000002', ...accepted });
    expect(await readPolicy(ledger, 'guard')).toMatchObject({ version: 1 });
    await expect(apply(undefined, 1)).rejects.toThrow(/version 1 was seen, and it is 2 now/);
    expect(await readPolicy(ledger, 'guard')).toMatchObject({ policy: second, version: 2, appliedBy: 'dave' });
    expect(await apply(undefined, 2)).toBe(3);
  });

  it('never bring an older version back', async () => {
    await apply(first, 0);
    beforeNextWrite(async () => {
      await apply(second, 1);
      await apply(undefined, 2);
    });
    await expect(apply(second, 1)).rejects.toMatchObject({ name: 'POLICY_VERSION' });
    expect(await item('POLICIES', 'POLICY#guard')).toMatchObject({ version: 3 });
    expect(await listPolicies(ledger)).toEqual([]);
  });
});
