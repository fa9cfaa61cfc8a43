/** The shipped policies as a sandbox holds them after onboarding: intrinsic functions are answered, references are ARNs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deployTemplate } from '#cli/rehearsal/administrator.ts';
import { busPlace, busPolicy } from '#sandbox/events/bus-name.ts';
import { parseStored } from '#sandbox/iam/policy-documents.ts';
import { managedDocumentOf } from '#sandbox/iam/role-policies.ts';
import type { RoleRecord } from '#sandbox/iam/state.ts';
import type { World } from '#sandbox/kernel.ts';
import { functionPolicy } from '#sandbox/lambda/permission-provider.ts';
import { homeRegion, sharedServicesAccount } from '#sandbox/organization.ts';
import type { Policy } from '#shared/domain/iam/policy.ts';
import { deployWith, gitHub, tokens } from '#test/e2e/deployed-with.ts';
import { openRehearsal, type Rehearsal, root } from '#test/e2e/rehearsed-world.ts';
import { hidden } from '#test/recording/requests.ts';

export interface ShippedPolicy {
  /** `drawbridge-preview: preview`. The same for every account that holds it. */
  readonly name: string;
  readonly policy: Policy;
}

export interface ShippedRole {
  readonly id: string;
  readonly identity: readonly ShippedPolicy[];
  readonly trust: ShippedPolicy;
}

export interface ShippedPolicies {
  /** By ARN. */
  readonly roles: ReadonlyMap<string, ShippedRole>;
  /** Policies of buckets, buses, functions and keys, by the resource's ARN; a key's goes by `keysOf`. */
  readonly resources: ReadonlyMap<string, ShippedPolicy>;
}

/**
 * All policies that are shipped, twice: for an orchestrator that knows its organization, and for one that knows its target accounts. The
 * templates have other policies in either case.
 */
export async function shippedPolicies(): Promise<ShippedPolicies[]> {
  const rehearsal = await openRehearsal();
  try {
    await deployCiRole(rehearsal);
    const ofOrganization = policiesIn(rehearsal.sandbox.world);
    await deployForAccounts(rehearsal);
    return [ofOrganization, policiesIn(rehearsal.sandbox.world)];
  } finally {
    await rehearsal.close();
  }
}

const home = { account: sharedServicesAccount, region: homeRegion };

/** With the parameters of test/e2e/ways-in.test.ts, which records its calls. */
async function deployCiRole({ sandbox, outputs }: Rehearsal): Promise<void> {
  await deployTemplate(sandbox, {
    ...home,
    stackName: 'drawbridge-ci',
    body: readFileSync(join(root, 'accounts/ci-oidc.yml'), 'utf8'),
    parameters: {
      Repository: 'acme/orders',
      RepositoryId: '424242',
      Environment: 'production',
      ApiId: outputs['HttpApiId'] ?? '',
    },
  });
}

/** With all optional parts, as the tests deploy them that record their calls. */
async function deployForAccounts(rehearsal: Rehearsal): Promise<void> {
  await deployWith(rehearsal, {
    OrganizationId: '',
    TargetAccounts: '222222222222,333333333333',
    ...tokens,
    ...gitHub,
  });
}

function policiesIn(world: World): ShippedPolicies {
  const roles = Object.values(world.iam.accounts).flatMap((account) => Object.values(account.roles));
  const shipped = roles.filter(({ name }) => name.startsWith('drawbridge-'));
  return {
    roles: new Map(shipped.map((role) => [role.arn, shippedRole(world, role)])),
    resources: new Map(
      resourcePolicies(world).flatMap(({ arn, name, text }) =>
        text === undefined ? [] : [[arn, named(name, text, 'resource')] as const],
      ),
    ),
  };
}

/** A managed policy goes by its own name: it is one policy, however many roles have it. */
function shippedRole(world: World, { name, id, inlinePolicies, attachedPolicies, trust }: RoleRecord): ShippedRole {
  const inline = Object.entries(inlinePolicies).map(([policy, text]) => named(`${name}: ${policy}`, text, 'identity'));
  const attached = attachedPolicies
    .filter((arn) => !arn.includes(':aws:policy/'))
    .map((arn) => named(arn.slice(arn.lastIndexOf('/') + 1), managedDocumentOf(world, arn) ?? '', 'identity'));
  return { id, identity: [...inline, ...attached], trust: named(`${name}: trust`, trust, 'trust') };
}

function resourcePolicies(world: World): { arn: string; name: string; text: string | undefined }[] {
  const { s3, events, lambda, kms } = world;
  return [
    ...Object.values(s3.buckets).map(({ name, policy }) => ({
      ...{ arn: `arn:aws:s3:::${name}`, name: `bucket ${name}`, text: policy },
    })),
    ...Object.keys(events.busPolicies).map((arn) => ({
      ...{ arn, name: `bus ${busPlace(arn).name}`, text: busPolicy(world, arn).resourcePolicy?.document },
    })),
    ...keyPolicies(kms),
    ...topicPolicies(world),
    ...Object.values(lambda.functions).map((stored) => ({
      ...{ arn: stored.arn, name: `function ${stored.name}`, text: functionPolicy(stored) },
    })),
  ];
}

function topicPolicies({ cloudformation }: World): { arn: string; name: string; text: string | undefined }[] {
  const resources = Object.values(cloudformation.stacks).flatMap((stack) => Object.values(stack.resources));
  return resources
    .filter(({ type }) => type === 'AWS::SNS::TopicPolicy')
    .flatMap(({ definition: { properties } }) =>
      (properties['Topics'] as string[]).map((arn) => ({
        ...{
          arn,
          name: `topic ${arn.slice(arn.lastIndexOf(':') + 1)}`,
          text: JSON.stringify(properties['PolicyDocument']),
        },
      })),
    );
}

/** Nobody knows the ids of keys beforehand, so those of an account in a region are taken together: each statement once. */
function keyPolicies({ keys }: World['kms']): { arn: string; name: string; text: string }[] {
  const together = Object.groupBy(Object.values(keys), ({ account, region }) => keysOf(account, region));
  return Object.entries(together).map(([arn, some = []]) => {
    const documents = some.map(({ policy }) => JSON.parse(policy) as { Statement: object[] });
    const statements = new Map(
      documents.flatMap(({ Statement }) => Statement.map((one) => [JSON.stringify(one), one] as const)),
    );
    const text = JSON.stringify({ ...documents[0], Statement: [...statements.values()] });
    return { arn, name: `key of ${some[0]?.account}`, text };
  });
}

/** The keys of an account in a region. */
export const keysOf = (account: string, region: string): string => `arn:aws:kms:${region}:${account}:key`;

function named(name: string, text: string, use: 'identity' | 'trust' | 'resource'): ShippedPolicy {
  const parsed = parseStored(text, use);
  if (parsed.kind === 'unsupported') throw new Error(`${name}: ${JSON.stringify(parsed.problems)}`);
  return { name, policy: withHiddenIds(parsed.policy) };
}

/** As recorded requests have it. */
function withHiddenIds(policy: Policy): Policy {
  const statements = policy.statements.map((statement) => ({
    ...statement,
    conditions: statement.conditions.map((condition) =>
      condition.key.toLowerCase() === 'sts:externalid'
        ? { ...condition, values: condition.values.map(hidden) }
        : condition,
    ),
  }));
  return { ...policy, statements };
}
