/** What the policies say to a plan: what they forbid, whose approval they ask for, and how long they wait for it. */
import type { Requirement } from '../approval/records.ts';
import type { Labelled } from '../config/match-targets.ts';
import type { StackPlan, TargetPlan } from '../plan/stack-plan.ts';
import { applicablePolicies } from './applicable.ts';
import { secondsOf } from './duration.ts';
import { matchGate, type Subject, subjectsOf } from './match-gate.ts';
import type { ChangeGate, Policy } from './policy.ts';
import { isProduction } from './production.ts';
import { safeDefault } from './safe-defaults.ts';

export interface JudgedPlan {
  readonly pipeline: string;
  readonly environment: string;
  readonly targets: readonly TargetPlan[];
}

export interface JudgementContext {
  /** Every policy there is. */
  readonly policies: readonly Policy[];
  /** The targets with their labels. */
  readonly targets: readonly Labelled[];
}

/** One change that one rule forbids. */
interface Denial {
  readonly target: string;
  readonly stack: string;
  /** `Parent/Child/LogicalId`. */
  readonly resource: string;
  /** `<policy>/<gate>`, or `default/<rule>`. */
  readonly rule: string;
  /** Names resource, rule and policy. */
  readonly text: string;
}

export interface Judgement {
  /** In the order of the plan. With any of them nothing of the plan may be executed. */
  readonly denials: readonly Denial[];
  /** The approvals of all rules together, or none. */
  readonly requirement: Requirement | undefined;
  /** How long an approval is waited for. */
  readonly expirySeconds: number;
}

const defaultExpirySeconds = 72 * 3600;
/** An approver is shown this many resources for each rule; the plan has them all. */
const mostNamed = 5;

/**
 * Judges every change of every stack of every target. For one change a gate that denies beats one that asks for an approval, which beats
 * one that allows; the safe defaults speak on production targets about changes that no gate describes wholly.
 */
export function judge(plan: JudgedPlan, context: JudgementContext): Judgement {
  const answers = plan.targets.flatMap((target) => targetAnswers(target, plan, context));
  const applicable = applicablePolicies(context.policies, { ...plan, targets: plan.targets.map(labelsIn(context)) });
  const denials = answers.filter(({ action }) => action === 'deny').map(denialOf);
  const asking = answers.filter(({ action }) => action === 'requireApproval');
  const whole = plan.targets.some(({ stacks }) => stacks.some(changesSomething))
    ? applicable.filter(({ approval }) => approval !== undefined)
    : [];
  const because = [
    ...whole.map(({ metadata }) => `policy ${metadata.name} asks for an approval of every plan`),
    ...becauseOf(asking),
  ];
  const groups = [
    ...whole.flatMap(({ approval }) => approval?.groups ?? []),
    ...asking.flatMap((answer) => answer.groups),
  ];
  const requirement = because.length === 0 ? undefined : { groups: [...new Set(groups)].sort(), because };
  return { denials, requirement, expirySeconds: expirySecondsOf(applicable) };
}

/** What one rule says to one change. */
interface Answer {
  readonly action: 'deny' | 'requireApproval';
  readonly rule: string;
  /** `gate x of policy y`. */
  readonly ruleText: string;
  readonly groups: readonly string[];
  readonly subject: Subject;
}

function targetAnswers(target: TargetPlan, plan: JudgedPlan, context: JudgementContext): Answer[] {
  const policies = applicablePolicies(context.policies, { ...plan, targets: [labelsIn(context)(target)] });
  return target.stacks
    .flatMap((stack) => subjectsOf(target.target, stack))
    .flatMap((subject) => subjectAnswers(subject, policies));
}

function subjectAnswers(subject: Subject, policies: readonly Policy[]): Answer[] {
  const matched = policies.flatMap(({ metadata, changeGates = [] }) =>
    changeGates.flatMap((gate) => {
      const match = matchGate(gate, subject);
      return match === 'none' ? [] : [{ policy: metadata.name, gate, match }];
    }),
  );
  const governed = matched.some(({ match }) => match === 'whole');
  const own = isProduction(policies) && !governed ? safeDefault(subject) : undefined;
  const answers = [
    ...matched.flatMap(({ policy, gate }) => gateAnswer(policy, gate, subject)),
    ...(own === undefined ? [] : [defaultAnswer(own, subject)]),
  ];
  const denied = answers.filter(({ action }) => action === 'deny');
  return denied.length > 0 ? denied : answers;
}

function gateAnswer(policy: string, { name, action }: ChangeGate, subject: Subject): Answer[] {
  if (action === 'allow') return [];
  const said = { rule: `${policy}/${name}`, ruleText: `gate ${name} of policy ${policy}`, subject };
  if (action === 'deny') return [{ ...said, action, groups: [] }];
  return [{ ...said, action: 'requireApproval', groups: action.requireApproval }];
}

function defaultAnswer({ action, rule }: NonNullable<ReturnType<typeof safeDefault>>, subject: Subject): Answer {
  return { action, rule: `default/${rule}`, ruleText: `the safe default ${rule}`, groups: [], subject };
}

function denialOf({ rule, ruleText, subject }: Answer): Denial {
  const { target, stack, resource } = subject;
  return { target, stack, resource, rule, text: `${ruleText} forbids ${subjectText(subject)}` };
}

/** One sentence for each rule, with the first of the resources it is about. */
function becauseOf(asking: readonly Answer[]): string[] {
  return [...Map.groupBy(asking, ({ ruleText }) => ruleText)].map(([ruleText, answers]) => {
    const subjects = [...new Set(answers.map(({ subject }) => subjectText(subject)))];
    const named = subjects.slice(0, mostNamed);
    const more = subjects.length > mostNamed ? [`${subjects.length - mostNamed} more`] : [];
    return `${ruleText} asks for an approval of ${[...named, ...more].join(', ')}`;
  });
}

function subjectText({ effects, type, resource, stack, target }: Subject): string {
  return `${effects.join(' or ')} of ${type} ${resource} in stack ${stack} on ${target}`;
}

/** A stack without a plan counts once it has one, and one that may be brought back without asking once it is back. */
function changesSomething({ kind, recovery }: StackPlan): boolean {
  return kind === 'changes' || kind === 'settings' || (kind === 'recover' && recovery?.approved === false);
}

/** The shortest that an applicable policy says. */
function expirySecondsOf(policies: readonly Policy[]): number {
  const said = policies.flatMap(({ approval }) =>
    approval?.expires === undefined ? [] : [secondsOf(approval.expires)],
  );
  return said.length === 0 ? defaultExpirySeconds : Math.min(...said);
}

/** A target that is not known any more has no labels. */
function labelsIn({ targets }: JudgementContext): (target: TargetPlan) => Pick<Labelled, 'labels'> {
  return ({ target }) => targets.find(({ name }) => name === target) ?? { labels: {} };
}
