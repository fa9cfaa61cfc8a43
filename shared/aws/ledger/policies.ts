/**
 * Policies in the ledger, append-first: each version is an item that is written once, and the current item follows the newest of them. A
 * removed policy is a version without a policy.
 */
import * as z from 'zod';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Instant, Name } from '#shared/domain/identifiers.ts';
import { Policy } from '#shared/domain/policy/policy.ts';
import type { PolicyRecord } from '#shared/domain/policy/policy-record.ts';
import { changeItem, getItem, type Item, type Ledger, putNew, queryItems, withoutKeys } from './table.ts';

const StoredVersion = z.strictObject({
  name: Name,
  version: z.int().positive(),
  /** Absent once the policy was removed. */
  policy: Policy.exactOptional(),
  appliedBy: z.string(),
  appliedAt: Instant,
});
type StoredVersion = z.infer<typeof StoredVersion>;

const policies = 'POLICIES';

/** The policies that hold now, by name. */
export async function listPolicies(ledger: Ledger): Promise<PolicyRecord[]> {
  return (await queryItems(ledger, policies, 'POLICY#')).flatMap((item) => recordOf(storedIn(item)) ?? []);
}

/** As `listPolicies`, only what they say. */
export async function listPolicyDocuments(ledger: Ledger): Promise<Policy[]> {
  return (await listPolicies(ledger)).map(({ policy }) => policy);
}

/** The policy that holds now. Throws POLICY_UNKNOWN. */
export async function readPolicy(ledger: Ledger, name: string): Promise<PolicyRecord> {
  const current = await readCurrent(ledger, name);
  const record = current && recordOf(current);
  if (record === undefined) throw failure('POLICY_UNKNOWN', { policy: name });
  return record;
}

/** Every version of a policy, oldest first; one without `policy` says that it was removed. */
export async function listPolicyVersions(ledger: Ledger, name: string): Promise<StoredVersion[]> {
  return (await queryItems(ledger, `POLICY#${name}`, 'VERSION#')).map(storedIn);
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

/**
 * Writes the next version and makes it the current one. Throws POLICY_VERSION, and changes nothing, when another version came meanwhile. A
 * version whose writer ended before it became current becomes so here: it was accepted first.
 */
export async function applyPolicy(ledger: Ledger, applied: Applied): Promise<number> {
  const { name, policy, by, at } = applied;
  const before = await readCurrent(ledger, name);
  const holding = before?.policy === undefined ? 0 : before.version;
  if (applied.seen !== holding) throw overtaken(name, applied.seen, holding);
  const next: StoredVersion = {
    name,
    version: (before?.version ?? 0) + 1,
    ...(policy === undefined ? {} : { policy }),
    appliedBy: by,
    appliedAt: at,
  };
  if (await putNew(ledger, { ...versionKey(next), ...next })) {
    await makeCurrent(ledger, next);
    return next.version;
  }
  const first = await getItem(ledger, versionKey(next));
  if (first !== undefined) await makeCurrent(ledger, storedIn(first));
  throw overtaken(name, applied.seen, next.version);
}

async function readCurrent(ledger: Ledger, name: string): Promise<StoredVersion | undefined> {
  const item = await getItem(ledger, currentKey(name));
  return item === undefined ? undefined : storedIn(item);
}

/** Only forward: a version that came later stays. */
async function makeCurrent(
  ledger: Ledger,
  { name, version, policy, appliedBy, appliedAt }: StoredVersion,
): Promise<void> {
  const set = '#name = :name, version = :version, appliedBy = :by, appliedAt = :at';
  await changeItem(ledger, currentKey(name), {
    UpdateExpression: policy === undefined ? `SET ${set} REMOVE #policy` : `SET ${set}, #policy = :policy`,
    ConditionExpression: 'attribute_not_exists(pk) OR version < :version',
    ExpressionAttributeNames: { '#name': 'name', '#policy': 'policy' },
    ExpressionAttributeValues: {
      ':name': name,
      ':version': version,
      ':by': appliedBy,
      ':at': appliedAt,
      ...(policy === undefined ? {} : { ':policy': policy }),
    },
  });
}

/** POLICY_VERSION: what was decided on is not what holds. 0 is no policy. */
export function overtaken(policy: string, seen: number, now: number) {
  const word = (version: number) => (version === 0 ? 'none' : `${version}`);
  return failure('POLICY_VERSION', { policy, seen: word(seen), now: word(now) });
}

function recordOf({ policy, version, appliedBy, appliedAt }: StoredVersion): PolicyRecord | undefined {
  return policy === undefined ? undefined : { policy, version, appliedBy, appliedAt };
}

function storedIn(item: Item): StoredVersion {
  return StoredVersion.parse(withoutKeys(item));
}

function currentKey(name: string) {
  return { pk: policies, sk: `POLICY#${name}` };
}

/** Numbers sort as text as long as they are equally long. */
function versionKey({ name, version }: Pick<StoredVersion, 'name' | 'version'>) {
  return { pk: `POLICY#${name}`, sk: `VERSION#${String(version).padStart(8, '0')}` };
}
