/** Whether a change gate describes what a plan does to a resource. */
import { type PlannedChange, placeOf, type StackPlan } from '../plan/stack-plan.ts';
import type { Effect } from './effect.ts';
import { effectsOf, policyActionOf } from './effects-of.ts';
import type { ChangeGate } from './policy.ts';
import { isStateful } from './stateful-types.ts';

/** One thing a plan does: a change of a resource, a permission that becomes wider, or a setting of the stack itself that changes. */
export interface Subject {
  readonly target: string;
  readonly stack: string;
  /** `Parent/Child/LogicalId`, or the name of a setting. */
  readonly resource: string;
  readonly type: string;
  readonly effects: readonly Effect[];
  readonly policyAction: string | undefined;
  /** The members that change, each in every way a gate may name it. */
  readonly members: readonly (readonly string[])[];
}

/** Everything a stack's plan does, in the plan's order. Permissions that become narrower need no judgement. */
export function subjectsOf(target: string, plan: StackPlan): Subject[] {
  const { stack, changes, permissions } = plan;
  return [
    ...changes.map((change) => ({
      target,
      stack,
      resource: placeOf(change),
      type: change.type,
      effects: effectsOf(change),
      policyAction: policyActionOf(change),
      members: change.details.map(namesOf),
    })),
    ...permissions
      .filter(({ effect }) => effect === 'broadened')
      .map(({ resource, type }) => ({
        ...{ target, stack, resource, type },
        effects: ['broaden'] as const,
        policyAction: undefined,
        members: [],
      })),
    ...settingSubjects(target, plan),
  ];
}

/** A setting is one of the stack, named like a member of it. What a new stack begins with takes nothing away. */
function settingSubjects(target: string, { stack, operation, settings }: StackPlan): Subject[] {
  if (operation === 'create') return [];
  return settings.map(({ name, loosens }) => ({
    ...{ target, stack, resource: name, type: 'AWS::CloudFormation::Stack' },
    effects: [loosens === true ? 'unprotect' : 'configure'],
    policyAction: undefined,
    members: [[`Settings/${name.replaceAll(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase())}`]],
  }));
}

/** `whole`: the gate describes all that happens to the resource; `part`: more happens than the gate speaks of. */
export type Match = 'whole' | 'part' | 'none';

export function matchGate({ when }: ChangeGate, subject: Subject): Match {
  const { types, stateful, effects, policyActions, attributes } = when;
  const fits =
    (types === undefined || types.some((pattern) => isOfType(pattern, subject.type))) &&
    (stateful === undefined || stateful === isStateful(subject.type)) &&
    (policyActions === undefined || policyActions.some((action) => action === subject.policyAction));
  if (!fits) return 'none';
  const parts = [
    effects === undefined ? 'whole' : share(subject.effects, (effect) => covers(effects, effect)),
    attributes === undefined
      ? 'whole'
      : share(subject.members, (names) => names.some((name) => below(attributes, name))),
  ];
  if (parts.includes('none')) return 'none';
  return parts.includes('part') ? 'part' : 'whole';
}

/** `/Properties/Tags/0/Value` of newer answers, `Properties/Tags` of all. */
function namesOf({ attribute, name, path }: PlannedChange['details'][number]): string[] {
  const member = name === undefined ? attribute : `${attribute}/${name}`;
  return path === undefined ? [member] : [member, path.replace(/^\//, '')];
}

function isOfType(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

function covers(effects: readonly Effect[], effect: Effect): boolean {
  return effects.includes(effect) || (effect === 'may-replace' && effects.includes('replace'));
}

function below(attributes: readonly string[], name: string): boolean {
  return attributes.some((attribute) => name === attribute || name.startsWith(`${attribute}/`));
}

function share<Part>(parts: readonly Part[], described: (part: Part) => boolean): Match {
  if (!parts.some(described)) return 'none';
  return parts.every(described) ? 'whole' : 'part';
}
