/** The session policies of the steps, as the code makes them, and which of them a recorded one is. */
import { parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import type { Policy } from '#shared/domain/iam/policy.ts';
import { PromotionId } from '#shared/domain/identifiers.ts';
import { type StepKind, sessionPolicy } from '#shared/domain/trust/session-policy.ts';
import { grantsOf } from './grants.ts';
import type { ShippedPolicy } from './shipped-policies.ts';

const kinds: readonly StepKind[] = ['preview', 'read', 'execute', 'recover', 'audit'];

/** The policy of each kind of step, for a scope that leaves nothing out. */
function whole(kind: StepKind): ShippedPolicy {
  return {
    name: `session of ${kind}`,
    policy: policyOf(kind, { stacks: ['orders'], artifacts: { prefix: 'artifacts' } }),
  };
}

/** What the steps may do, action by action. */
export function namesOfSessionGrants(): string[] {
  return kinds.flatMap((kind) => grantsOf(whole(kind)).map(({ name }) => name)).sort();
}

/** A recorded session policy under the name of its kind; undefined for one that no step has. */
export function stepPolicy(policy: Policy): ShippedPolicy | undefined {
  const kind = kinds.find((one) => variants(one).some((variant) => actionsOf(variant) === actionsOf(policy)));
  return kind && { name: `session of ${kind}`, policy };
}

type Scope = Pick<Parameters<typeof sessionPolicy>[1], 'stacks' | 'artifacts'>;

const scopes: readonly Scope[] = [[], ['orders']].flatMap((stacks) => [
  { stacks },
  { stacks, artifacts: { prefix: 'artifacts' } },
]);

const variants = (kind: StepKind): Policy[] => scopes.map((scope) => policyOf(kind, scope));

function policyOf(kind: StepKind, scope: Scope): Policy {
  const target = { account: '222222222222', region: 'eu-west-1' };
  const promotion = PromotionId.parse('prm-0123456789abcdef');
  const parsed = parsePolicy(sessionPolicy(kind, { target, promotion, ...scope }).text, 'identity');
  if (parsed.kind === 'unsupported') throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

/** What the kinds differ in, whatever stacks a policy is about. */
function actionsOf({ statements }: Policy): string {
  return JSON.stringify(statements.map(({ effect, action }) => [effect, action]));
}
