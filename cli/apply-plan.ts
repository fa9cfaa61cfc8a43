/** What `drawbridge apply` would change: the documents of the files, compared with what holds. */
import { targetChange } from '#shared/domain/config/apply-target.ts';
import type { Config, Located } from '#shared/domain/config/config.ts';
import { type FieldDifference, fieldDifferences } from '#shared/domain/config/field-differences.ts';
import type { Target } from '#shared/domain/config/schema.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import type { PolicyRecord } from '#shared/domain/policy/policy-record.ts';
import { policySetFaults, withoutPolicy, withPolicy } from '#shared/domain/policy/policy-set.ts';
import type { ShownTarget } from './client/diagnoses.ts';

export interface Holding {
  readonly policies: readonly PolicyRecord[];
  readonly targets: readonly ShownTarget[];
}

export type ChangeWord = 'created' | 'changed' | 'removed' | 'unchanged' | 'left alone';

export interface Change {
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

/** The changes in an order in which each of them can be made, what the files do not name last; or why they cannot be made. `remove`: names of policies. */
export function planApply(config: Config, holding: Holding, remove: readonly string[]): ApplyPlan {
  const targets = config.targets.map((located) => targetChangeOf(located, holding.targets));
  const problems = [
    ...policyFaults(config, holding, remove),
    ...targets.flatMap((one) => (one.kind === 'refused' ? [one.problem] : [])),
  ];
  if (problems.length > 0) return { kind: 'invalid', problems };
  const ordered = inOrder(policyChanges(config, holding.policies, remove), documentsIn(holding));
  if (ordered.kind === 'stuck') return { kind: 'invalid', problems: ordered.problems };
  const named = ordered.changes.map(({ name }) => name);
  return {
    kind: 'plan',
    policies: [
      ...ordered.changes,
      ...holding.policies
        .filter(({ policy }) => !named.includes(policy.metadata.name))
        .map(({ policy, version }) => ({ ...leftAlone(policy.metadata.name), seen: version })),
    ],
    targets: [
      ...targets.flatMap((one) => (one.kind === 'refused' ? [] : [one.change])),
      ...holding.targets
        .filter(({ name }) => !config.targets.some((located) => nameOf(located) === name))
        .map(({ name }) => leftAlone(name)),
    ],
  };
}

function policyFaults({ policies }: Config, holding: Holding, remove: readonly string[]): Problem[] {
  const before = documentsIn(holding);
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
    ...absent.map((policy) =>
      problem('POLICY_UNKNOWN', { policy, known: before.map(({ metadata }) => metadata.name) }),
    ),
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
  const wanted = policies.map(({ document: policy }): PolicyChange => {
    const { name } = policy.metadata;
    const before = recordOf(name);
    const differences = fieldDifferences(before === undefined ? {} : shown(before.policy), shown(policy));
    return { name, change: wordFor(before, differences), differences, seen: before?.version ?? 0, policy };
  });
  const removed = remove.map((name): PolicyChange => {
    return { name, change: 'removed', differences: [], seen: recordOf(name)?.version ?? 0 };
  });
  return [...wanted, ...removed];
}

type Order =
  | { readonly kind: 'ordered'; readonly changes: readonly PolicyChange[] }
  | { readonly kind: 'stuck'; readonly problems: readonly Problem[] };

/** Each policy is applied by itself, and after each of them all must fit together: whoever defines a group comes before whoever needs it. */
function inOrder(changes: readonly PolicyChange[], holding: readonly Policy[]): Order {
  const ordered: PolicyChange[] = [];
  const waiting = [...changes];
  let before = holding;
  while (waiting.length > 0) {
    const faults = waiting.map((change) => policySetFaults({ before, after: applied(before, change) }, change.name));
    const next = faults.findIndex((found) => found.length === 0);
    const [change] = next === -1 ? [] : waiting.splice(next, 1);
    if (change === undefined) {
      const problems = waiting.map(({ name: policy }, index) => {
        const detail = `it would have to be applied together with others: ${faults[index]?.join('; ')}`;
        return problem('POLICY_CONFLICT', { policy, detail });
      });
      return { kind: 'stuck', problems };
    }
    ordered.push(change);
    before = applied(before, change);
  }
  return { kind: 'ordered', changes: ordered };
}

function applied(policies: readonly Policy[], { name, policy }: PolicyChange): Policy[] {
  return policy === undefined ? withoutPolicy(policies, name) : withPolicy(policies, policy);
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

function leftAlone(name: string): Change {
  return { name, change: 'left alone', differences: [] };
}

function documentsIn({ policies }: Holding): Policy[] {
  return policies.map(({ policy }) => policy);
}

/** Without what stands in its line anyway. */
function shown({ apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...policy }: Policy) {
  return policy;
}

function nameOf({ document }: Located<Policy | Target>): string {
  return document.metadata.name;
}
