/** Policies in the ledger, versioned. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Policy } from '#shared/domain/policy/policy.ts';
import type { PolicyRecord } from '#shared/domain/policy/policy-record.ts';
import type { Ledger } from './table.ts';
import {
  applyVersion,
  type DocumentKind,
  listCurrent,
  listVersions,
  readCurrent,
  type StoredVersion,
  overtaken as versionOvertaken,
} from './versioned.ts';

const policies: DocumentKind<Policy> = {
  group: 'POLICIES',
  key: 'POLICY',
  field: 'policy',
  schema: Policy,
  overtaken: (policy, seen, now) => failure('POLICY_VERSION', { policy, seen, now }),
};

/** The policies that hold now, by name. */
export async function listPolicies(ledger: Ledger): Promise<PolicyRecord[]> {
  return (await listCurrent(ledger, policies)).flatMap((stored) => recordOf(stored) ?? []);
}

/** As `listPolicies`, only what they say. */
export async function listPolicyDocuments(ledger: Ledger): Promise<Policy[]> {
  return (await listPolicies(ledger)).map(({ policy }) => policy);
}

/** The policy that holds now. Throws POLICY_UNKNOWN. */
export async function readPolicy(ledger: Ledger, name: string): Promise<PolicyRecord> {
  const current = await readCurrent(ledger, policies, name);
  const record = current && recordOf(current);
  if (record === undefined) throw failure('POLICY_UNKNOWN', { policy: name });
  return record;
}

/** A version as it was applied; one without `policy` says that it was removed. */
type PolicyVersion = Omit<PolicyRecord, 'policy'> & { readonly name: string; readonly policy?: Policy };

/** Every version of a policy, oldest first. */
export async function listPolicyVersions(ledger: Ledger, name: string): Promise<PolicyVersion[]> {
  const versions = await listVersions(ledger, policies, name);
  return versions.map(({ document, ...rest }) => ({
    ...rest,
    ...(document === undefined ? {} : { policy: document }),
  }));
}

export interface Applied {
  readonly name: string;
  /** What is to hold from now on; undefined removes the policy. */
  readonly policy: Policy | undefined;
  /** The version that held when it was decided on: 0 where there was no such policy. */
  readonly seen: number;
  readonly by: string;
  readonly at: string;
}

/** Writes the next version and answers its number. Throws POLICY_VERSION, and changes nothing, when another version came meanwhile. */
export async function applyPolicy(ledger: Ledger, { policy: document, ...applied }: Applied): Promise<number> {
  return applyVersion(ledger, policies, { ...applied, document });
}

/** POLICY_VERSION: what was decided on is not what holds. 0 is no policy. */
export function overtaken(policy: string, seen: number, now: number) {
  return versionOvertaken(policies, policy, [seen, now]);
}

function recordOf({ document, name: _, ...applied }: StoredVersion<Policy>): PolicyRecord | undefined {
  return document === undefined ? undefined : { policy: document, ...applied };
}
