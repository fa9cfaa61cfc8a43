/** Policies: the platform team's rules, versioned. Whoever may call these resources decides what a promotion may do. */
import type { Hono } from 'hono';
import { applyPolicy, listPolicies, listPolicyVersions, overtaken, readPolicy } from '#shared/aws/ledger/policies.ts';
import { findPolicySet } from '#shared/aws/policy-set.ts';
import { policyProblems } from '#shared/domain/config/check-policies.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { asFault, invalidBody } from '#shared/domain/http/body-faults.ts';
import { pastWindowFaults } from '#shared/domain/policy/past-windows.ts';
import { Policy } from '#shared/domain/policy/policy.ts';
import type { PolicyRecord } from '#shared/domain/policy/policy-record.ts';
import { policySetFaults, withoutPolicy, withPolicy } from '#shared/domain/policy/policy-set.ts';
import { canonicalJson } from '#shared/domain/release/canonical-json.ts';
import { actorIn, arrivedAt, bodyIn, demandNamed, type HttpEnvironment } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { taggedWith, versionDecidedOn } from './versioned.ts';

export function policies(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.get('/v1/policies', async (context) => context.json({ items: await listPolicies(resources.ledger) }));

  app.get('/v1/policies/:name', async (context) => {
    const record = await readPolicy(resources.ledger, context.req.param('name'));
    return context.json(record, 200, taggedWith(record.version));
  });

  app.get('/v1/policies/:name/versions', async (context) => {
    return context.json({ items: await listPolicyVersions(resources.ledger, context.req.param('name')) });
  });

  /** All policies together, as they held when a rollout was judged by them. */
  app.get('/v1/policy-sets/:digest', async (context) => {
    return context.json({
      digest: context.req.param('digest'),
      set: await findPolicySet(resources.documents, context.req.param('digest')),
    });
  });

  /** Applying what holds already changes nothing and makes no version. */
  app.put('/v1/policies/:name', async (context) => {
    const name = context.req.param('name');
    const policy = checked(name, await bodyIn(context, Policy));
    const records = await listPolicies(resources.ledger);
    const before = recordOf(records, name);
    const seen = versionDecidedOn(context, before, (seen, now) => overtaken(name, seen, now));
    const past = pastWindowFaults(policy, before?.policy, arrivedAt(context));
    if (past.length > 0) throw invalidBody(past);
    demandFaultless(name, records, (all) => withPolicy(all, policy));
    if (before !== undefined && canonicalJson(before.policy) === canonicalJson(policy))
      return context.json(before, 200, taggedWith(before.version));
    const applied = { by: actorIn(context), at: arrivedAt(context) };
    const version = await applyPolicy(resources.ledger, { name, policy, seen, ...applied });
    const record: PolicyRecord = { policy, version, appliedBy: applied.by, appliedAt: applied.at };
    return context.json(record, before === undefined ? 201 : 200, taggedWith(version));
  });

  app.delete('/v1/policies/:name', async (context) => {
    const name = context.req.param('name');
    const records = await listPolicies(resources.ledger);
    const before = recordOf(records, name);
    if (before === undefined) throw failure('POLICY_UNKNOWN', { policy: name });
    const seen = versionDecidedOn(context, before, (seen, now) => overtaken(name, seen, now));
    demandFaultless(name, records, (all) => withoutPolicy(all, name));
    const applied = { by: actorIn(context), at: arrivedAt(context) };
    const version = await applyPolicy(resources.ledger, { name, policy: undefined, seen, ...applied });
    return context.json({ removed: before, version });
  });
}

/** What the schema cannot say. Throws BODY_INVALID. */
function checked(name: string, policy: Policy): Policy {
  demandNamed(name, policy);
  const problems = policyProblems(policy, (path) => ({ pointer: `/${path.map(String).join('/')}` }));
  if (problems.length === 0) return policy;
  throw invalidBody(problems.map(asFault));
}

/** Throws POLICY_CONFLICT. */
function demandFaultless(
  policy: string,
  records: readonly PolicyRecord[],
  change: (all: readonly Policy[]) => Policy[],
): void {
  const before = records.map((record) => record.policy);
  const faults = policySetFaults({ before, after: change(before) }, policy);
  if (faults.length > 0) throw failure('POLICY_CONFLICT', { policy, detail: faults.join('; ') });
}

function recordOf(records: readonly PolicyRecord[], name: string): PolicyRecord | undefined {
  return records.find(({ policy }) => policy.metadata.name === name);
}
