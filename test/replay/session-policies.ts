/** The session policies of the steps, as the code makes them, and which of them a recorded one is. */
import { parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import type { Policy, Statement } from '#shared/domain/iam/policy.ts';
import { PromotionId } from '#shared/domain/identifiers.ts';
import { type StepKind, sessionPolicy } from '#shared/domain/trust/session-policy.ts';
import { grantsOf } from './grants.ts';
import type { ShippedPolicy } from './shipped-policies.ts';

const kinds: readonly StepKind[] = [
  'preview',
  'read',
  'execute',
  'recover',
  'audit',
  'invoke',
  'run',
  'watch',
  'drift',
];

/** What the steps may do, action by action. */
export function namesOfSessionGrants(): string[] {
  return kinds.flatMap((kind) => grantsOf(variantsOf(kind)[0]!).map(({ name }) => name)).sort();
}

/** A recorded session policy under the name of its kind; undefined for one that no step has. */
export function stepPolicy(policy: Policy): ShippedPolicy | undefined {
  for (const kind of kinds) {
    const variant = variantsOf(kind).find((one) => actionsOf(one.policy) === actionsOf(policy));
    if (variant) return { name: variant.name, policy: labelled(policy, variant.policy) };
  }
  return undefined;
}

type Scope = Pick<Parameters<typeof sessionPolicy>[1], 'stacks' | 'artifacts' | 'probe'>;

/** The first leaves nothing out. */
const scopes: readonly Scope[] = [['orders'], []].flatMap((stacks) => [
  { stacks, artifacts: { prefix: 'artifacts' }, probe: 'drawbridge-verify-any' },
  { stacks, probe: 'drawbridge-verify-any' },
]);

/** The policies of a kind. A statement has the same label in all of them, though the one about stacks is not in each. */
function variantsOf(kind: StepKind): ShippedPolicy[] {
  const [first, ...others] = scopes.map((scope) => policyOf(kind, scope));
  const labels = new Map(first?.statements.map((statement) => [textOf(statement), statement.label]));
  const named = [first!, ...others].map(({ statements, ...policy }) => ({
    ...policy,
    statements: statements.map((one) => ({ ...one, label: labels.get(textOf(one)) ?? one.label })),
  }));
  return named.map((policy) => ({ name: `session of ${kind}`, policy }));
}

function policyOf(kind: StepKind, scope: Scope): Policy {
  const target = { account: '222222222222', region: 'eu-west-1' };
  const promotion = PromotionId.parse('prm-0123456789abcdef');
  const parsed = parsePolicy(sessionPolicy(kind, { target, promotion, ...scope }).text, 'identity');
  if (parsed.kind === 'unsupported') throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

function labelled(policy: Policy, like: Policy): Policy {
  const labels = like.statements.map(({ label }) => label);
  return {
    ...policy,
    statements: policy.statements.map((one, index) => ({ ...one, label: labels[index] ?? one.label })),
  };
}

/** What the kinds differ in, whatever stacks a policy is about. */
const actionsOf = ({ statements }: Policy): string => statements.map(textOf).join();

const textOf = ({ effect, action }: Statement): string => JSON.stringify([effect, action]);
