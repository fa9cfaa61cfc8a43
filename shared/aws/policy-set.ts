/** All policies as they hold now, and the digest by which it can be shown later which they were. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { policySetDocument } from '#shared/domain/policy/policy-set.ts';
import { type Documents, getDocument, putDocument } from './documents.ts';
import { listPolicies } from './ledger/policies.ts';
import type { Ledger } from './ledger/table.ts';

export interface PolicySet {
  readonly policies: Policy[];
  /** Digest of the document that holds them all, with their versions. */
  readonly digest: string;
}

/** Reads the policies, and keeps them as one document under its digest. */
export async function readPolicySet(ledger: Ledger, documents: Documents): Promise<PolicySet> {
  const records = await listPolicies(ledger);
  const digest = await putDocument(documents, 'policies', policySetDocument(records));
  return { policies: records.map(({ policy }) => policy), digest };
}

/** The document behind the digest that a rollout recorded. Throws POLICY_UNKNOWN. */
export async function findPolicySet(documents: Documents, digest: string): Promise<unknown> {
  const found = await getDocument(documents, 'policies', digest);
  if (found === undefined) throw failure('POLICY_UNKNOWN', { policy: `set ${digest}` });
  return found;
}
