/** What `drawbridge apply` would change: the documents of the files, compared with what holds. */
import { targetChange } from '#shared/domain/config/apply-target.ts';
import type { Config, Located } from '#shared/domain/config/config.ts';
import { type FieldDifference, fieldDifferences } from '#shared/domain/config/field-differences.ts';
import type { Target } from '#shared/domain/config/schema.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import type { PolicyRecord } from '#shared/domain/policy/policy-record.ts';
import { groupsNamedIn, policySetFaults, withoutPolicy, withPolicy } from '#shared/domain/policy/policy-set.ts';
import { orderStacks } from '#shared/domain/release/order-stacks.ts';
import type { ShownTarget } from './client/diagnoses.ts';

export interface Holding {
  readonly policies: readonly PolicyRecord[];
  readonly targets: readonly ShownTarget[];
}

export type ChangeWord = 'created' | 'changed' | 'removed' | 'unchanged' | 'left alone';

interface Change {
  readonly name: string;
  readonly change: ChangeWord;
  readonly differences: readonly FieldDifference[];
}

export interface PolicyChange extends Change {
  /** The version that holds; 0 where there is none. */
  readonly seen: number;
  readonly policy?: Policy;
}

export interface TargetChange extends Change {
  readonly target?: Target;
}

export type ApplyPlan =
  | { readonly kind: 'plan'; readonly policies: readonly PolicyChange[]; readonly targets: readonly TargetChange[] }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** The changes in the order in which each of them can be made, what stays as it is last; or why they cannot be made. `remove`: names of policies. */
export function planApply(config: Config, holding: Holding, remove: readonly string[]): ApplyPlan {
  const targets = config.targets.map((located) => targetChangeOf(located, holding.targets));
  const problems = [
    ...policyFaults(config, holding, remove),
    ...targets.flatMap((one) => (one.kind === 'refused' ? [one.problem] : [])),
  ];
  if (problems.length > 0) return { kind: 'invalid', problems };
  return {
    kind: 'plan',
    policies: policyChanges(config, holding.policies, remove),
    targets: [
      ...targets.flatMap((one) => (one.kind === 'refused' ? [] : [one.change])),
      ...leftAlone(
        holding.targets.map(({ name }) => name),
        config.targets.map(nameOf),
      ),
    ],
  };
}

function policyFaults({ policies }: Config, holding: Holding, remove: readonly string[]): Problem[] {
  const before = holding.policies.map(({ policy }) => policy);
  const kept = remove.reduce<Policy[]>(withoutPolicy, before);
  const after = policies.reduce((all, { document }) => withPolicy(all, document), kept);
  const conflicts = (policy: string) =>
    policySetFaults({ before, after }, policy).map((detail) => ({ policy, detail }));
  const both = policies.filter((located) => remove.includes(nameOf(located)));
  const absent = remove.filter((name) => !before.some(({ metadata }) => metadata.name === name));
  return [
    ...both.map((located) =>
      problem('USAGE', {
        detail: `Policy ${nameOf(located)} is to be applied and removed at once.`,
        hint: 'Take it out of the files, or do not remove it.',
      }),
    ),
    ...absent.map((policy) => problem('POLICY_UNKNOWN', { policy })),
    ...policies.flatMap((located) =>
      conflicts(nameOf(located)).map((facts) =>
        problem('POLICY_CONFLICT', facts, located.placeOf(['metadata', 'name'])),
      ),
    ),
    ...remove.flatMap((name) => conflicts(name).map((facts) => problem('POLICY_CONFLICT', facts))),
  ];
}

function policyChanges({ policies }: Config, held: readonly PolicyRecord[], remove: readonly string[]): PolicyChange[] {
  const recordOf = (name: string) => held.find(({ policy }) => policy.metadata.name === name);
  const wanted = inOrder(
    policies.map(({ document }) => document),
    (name) => recordOf(name)?.policy,
  ).map((policy) => {
    const { name } = policy.metadata;
    const before = recordOf(name);
    const differences = fieldDifferences(before === undefined ? {} : shown(before.policy), shown(policy));
    return { name, change: wordFor(before, differences), differences, seen: before?.version ?? 0, policy };
  });
  const removed = remove.map((name): PolicyChange => {
    return { name, change: 'removed', differences: [], seen: recordOf(name)?.version ?? 0 };
  });
  const named = [...wanted, ...removed].map(({ name }) => name);
  const left = leftAlone(
    held.map(({ policy }) => policy.metadata.name),
    named,
  );
  return [...wanted, ...removed, ...left.map((one) => ({ ...one, seen: recordOf(one.name)?.version ?? 0 }))];
}

/** A policy comes after those that define the groups it names or gives up. Where they wait for each other, as the files have them. */
function inOrder(policies: readonly Policy[], before: (name: string) => Policy | undefined): Policy[] {
  const order = orderStacks(
    policies.map((policy) => {
      const { name } = policy.metadata;
      const groups = [...groupsNamedIn(policy), ...Object.keys(before(name)?.groups ?? {})];
      const definers = policies.filter((other) => groups.some((group) => Object.hasOwn(other.groups ?? {}, group)));
      const dependsOn = definers.map(({ metadata }) => metadata.name).filter((other) => other !== name);
      return { name, policy, dependsOn };
    }),
  );
  return order.kind === 'ordered' ? order.stacks.map(({ policy }) => policy) : [...policies];
}

type TargetAnswer =
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'change'; readonly change: TargetChange };

function targetChangeOf({ document, placeOf }: Located<Target>, recorded: readonly ShownTarget[]): TargetAnswer {
  const answer = targetChange(recorded, document);
  if (answer.kind === 'refused') {
    const place = { ...placeOf(['account']), ...answer.problem.place };
    return { kind: 'refused', problem: { ...answer.problem, place } };
  }
  const after = { ...placeIn(document), ...fieldsOf({ ...document, labels: document.metadata.labels }) };
  const before = answer.kind === 'created' ? {} : { ...placeIn(answer.before), ...fieldsOf(answer.before) };
  const differences = fieldDifferences(before, after);
  return {
    kind: 'change',
    change: { name: document.metadata.name, change: answer.kind, differences, target: document },
  };
}

function placeIn({ account, region }: Pick<ShownTarget, 'account' | 'region'>) {
  return { account, region };
}

function fieldsOf({ labels, sessionSeconds }: Pick<ShownTarget, 'labels' | 'sessionSeconds'>) {
  return { labels, ...(sessionSeconds === undefined ? {} : { sessionSeconds }) };
}

function wordFor(before: unknown, differences: readonly FieldDifference[]): ChangeWord {
  if (before === undefined) return 'created';
  return differences.length === 0 ? 'unchanged' : 'changed';
}

function leftAlone(all: readonly string[], named: readonly string[]): Change[] {
  return all.filter((name) => !named.includes(name)).map((name) => ({ name, change: 'left alone', differences: [] }));
}

/** Without what stands in its line anyway. */
function shown({ apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...policy }: Policy) {
  return policy;
}

function nameOf({ document }: Located<Policy | Target>): string {
  return document.metadata.name;
}
