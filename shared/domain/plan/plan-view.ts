/** A plan laid out for reading: what every form shows, before it becomes text, Markdown or HTML. */
import { nameOf } from '../drift/drift.ts';
import type { RolloutPlan } from './decision.ts';
import { summaryLine } from './plan-counts.ts';
import { aftermath, headline, type Sign, signOf, signs } from './plan-words.ts';
import type { PlannedChange, StackPlan, TargetPlan, ValueChange } from './stack-plan.ts';
import { hidden } from './visible-text.ts';

export interface PlanView {
  readonly title: string;
  /** Digest of the release. */
  readonly release: string;
  /** What is to be said about the plan as a whole: its digest, or why it was denied. */
  readonly remarks: readonly string[];
  readonly summary: string;
  readonly targets: readonly TargetView[];
}

export interface TargetView {
  readonly name: string;
  readonly place: string;
  readonly summary: string;
  readonly stacks: readonly StackView[];
}

export interface StackView {
  readonly stack: string;
  readonly stackName: string;
  readonly headline: string;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly kind:
    | 'resources'
    | 'nested'
    | 'parameters'
    | 'tags'
    | 'outputs'
    | 'permissions'
    | 'settings'
    | 'drift'
    | 'notes';
  readonly title: string;
  /** How deep a nested stack is; 0 for everything else. */
  readonly depth: number;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly sign: Sign;
  /** Type of a resource. */
  readonly type?: string;
  readonly subject: string;
  /** Words after the subject; may be empty. */
  readonly about: string;
  readonly values: readonly Value[];
}

export interface Value {
  /** Empty where the line's subject is the name. */
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
  /** What stands for a side that is not there. */
  readonly absent: 'nothing' | 'known while it runs';
  /** May be empty. */
  readonly remark: string;
}

/** The same plan is always laid out in the same way. */
export function planView(plan: RolloutPlan, remarks: readonly string[]): PlanView {
  return {
    title: `Plan of ${plan.pipeline} for ${plan.environment}`,
    release: plan.release,
    remarks,
    summary: summaryLine(plan.targets),
    targets: plan.targets.map(targetView),
  };
}

function targetView(target: TargetPlan): TargetView {
  return {
    name: target.target,
    place: `${target.account}/${target.region}`,
    summary: summaryLine([target]),
    stacks: target.stacks.map(stackView),
  };
}

function stackView(stack: StackPlan): StackView {
  const sections: Section[] = [
    ...resourceSections(stack.changes),
    section('parameters', stack.parameters.map(parameterLine)),
    section(
      'tags',
      stack.tags.map((tag) => valueLine(tag, '')),
    ),
    section(
      'outputs',
      stack.outputs.map((output) => valueLine(output, '')),
    ),
    section('permissions', stack.permissions.map(permissionLine)),
    section(
      'settings',
      stack.settings.map((setting) => valueLine(setting, setting.loosens === true ? 'loosened' : '')),
    ),
    section('drift', driftLines(stack.drift)),
    section('notes', stack.notes.map(noteLine)),
  ];
  return {
    stack: stack.stack,
    stackName: stack.stackName,
    headline: headline(stack),
    sections: sections.filter(({ lines }) => lines.length > 0),
  };
}

function section(kind: Exclude<Section['kind'], 'nested'>, lines: readonly Line[]): Section {
  return { kind, title: kind, depth: 0, lines };
}

/** The stack's own resources, then those of each nested stack below its parents. */
function resourceSections(changes: readonly PlannedChange[]): Section[] {
  const paths = Map.groupBy(changes, ({ within }) => within ?? '');
  return [...paths.keys()].sort().map((path) => {
    const lines = (paths.get(path) as PlannedChange[]).map(resourceLine);
    if (path === '') return section('resources', lines);
    return { kind: 'nested', title: `nested stack ${path}`, depth: path.split('/').length, lines };
  });
}

function resourceLine(change: PlannedChange): Line {
  return {
    sign: signOf(change),
    type: change.type,
    subject: change.logicalId,
    about: aftermath(change),
    values: change.action === 'Modify' ? memberValues(change.details) : [],
  };
}

type Detail = PlannedChange['details'][number];

/** One line for each changed member: CloudFormation can give several reasons for one. */
function memberValues(details: readonly Detail[]): Value[] {
  const members = Map.groupBy(details, memberName);
  return [...members].map(([name, reasons]) => {
    const shown = reasons.find(({ before, after }) => before !== undefined || after !== undefined);
    const later = shown?.after === undefined && reasons.some(({ evaluation }) => evaluation === 'Dynamic');
    const absent = later ? 'known while it runs' : 'nothing';
    const remarks = [recreation(reasons), later && shown === undefined ? absent : '', secrecy(shown ?? {})];
    return { ...sidesOf(shown ?? {}), name, absent, remark: remarks.filter(Boolean).join(', ') };
  });
}

/** `/Properties/Tags/0` is shown as `Tags/0`; what is no property is named by its attribute. */
function memberName({ path, name, attribute }: Detail): string {
  return (path ?? name ?? attribute).replace(/^\/?Properties\//, '');
}

function recreation(reasons: readonly Detail[]): string {
  if (reasons.some(({ requiresRecreation }) => requiresRecreation === 'Always')) return 'replaces';
  return reasons.some(({ requiresRecreation }) => requiresRecreation === 'Conditionally') ? 'may replace' : '';
}

function secrecy({ before, after }: Sides): string {
  return before === hidden && after === hidden ? 'not shown' : '';
}

function parameterLine(change: StackPlan['parameters'][number]): Line {
  return valueLine(change, change.fromOutput === undefined ? '' : `from output ${change.fromOutput}`);
}

function valueLine(change: ValueChange, origin: string): Line {
  const remark = [origin, secrecy(change)].filter(Boolean).join(', ');
  return {
    sign: change.before === undefined ? signs.added : change.after === undefined ? signs.removed : signs.changed,
    subject: change.name,
    about: '',
    values: [{ ...sidesOf(change), name: '', absent: 'nothing', remark }],
  };
}

interface Sides {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

function sidesOf({ before, after }: Sides): Pick<Value, 'before' | 'after'> {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

function permissionLine({ effect, resource, type, text }: StackPlan['permissions'][number]): Line {
  return { sign: signs[effect], type, subject: resource, about: text, values: [] };
}

/** Values are never in a plan's drift: what somebody put there by hand may be a secret. */
function driftLines(drift: StackPlan['drift']): Line[] {
  if (drift === undefined) return [];
  const { resources } = drift;
  if (resources.length === 0)
    return [{ ...noteLine('the stack; CloudFormation does not say in what'), sign: signs.drifted }];
  return resources.map((resource) => ({
    sign: signs.drifted,
    type: resource.type,
    subject: nameOf(resource),
    about: resource.status === 'DELETED' ? 'was deleted' : resource.paths.join(', '),
    values: [],
  }));
}

function noteLine(note: string): Line {
  return { sign: signs.note, subject: note, about: '', values: [] };
}
