/** What a reader of a stack's plan should know, one sentence each. */
import { alarmsText } from './setting-changes.ts';
import type { Desired, Live } from './stack-facts.ts';
import { type PlannedChange, placeOf } from './stack-plan.ts';
import { type Refusal, refusedChanges } from './stack-policy.ts';
import { declaredParameter, isNoEcho, type TemplateSide } from './template-values.ts';
import { outputTexts } from './value-changes.ts';

export interface NoteFacts {
  /** Of a stack that exists. */
  readonly live: Live | undefined;
  readonly changes: readonly PlannedChange[];
  readonly after: TemplateSide | undefined;
}

/** In the order in which they matter. */
export function planNotes({ live, changes, after }: NoteFacts): string[] {
  const refusals = live?.stackPolicy === undefined ? [] : refusedChanges(live.stackPolicy, changes);
  return [
    ...refusals.map(refusalNote),
    ...followingOutputs(changes, after),
    ...unseenParameters(live, after),
    ...unseenValues(changes),
    ...tagsAlone(changes),
  ];
}

/** Alarms are told to CloudFormation with a change set, and one that changes nothing else is none. */
export function alarmsLeft({ rollback }: Desired, live: Live | undefined): string[] {
  if (live?.rollback === undefined) return [];
  const [now, wanted] = [alarmsText(live.rollback), alarmsText(rollback)];
  if (now === wanted) return [];
  return [`The rollback alarms are ${now} and shall be ${wanted}: they are set with the next change of the stack.`];
}

const verbs: Readonly<Record<Refusal['action'], string>> = {
  'Update:Modify': 'modified',
  'Update:Replace': 'replaced',
  'Update:Delete': 'deleted',
};

function refusalNote({ logicalId, action, maybe }: Refusal): string {
  const consequence = maybe ? 'if it has to be, the operation fails' : 'the operation will fail';
  return `The stack policy does not let ${logicalId} be ${verbs[action]}: ${consequence} unless the policy is changed before.`;
}

/** Outputs that stay as they are written and yet get another value. */
function followingOutputs(changes: readonly PlannedChange[], after: TemplateSide | undefined): string[] {
  const outputs = Object.entries(outputTexts(after));
  return changes
    .filter((change) => change.within === undefined && isReplaced(change))
    .flatMap(({ logicalId, replacement }) => {
      const refers = (text: string) => text.includes(`\${${logicalId}}`) || text.includes(`\${${logicalId}.`);
      const names = outputs.flatMap(([name, text]) => (refers(text) ? [name] : [])).sort();
      const may = replacement === 'True' ? 'is replaced' : 'may be replaced';
      return names.length === 0 ? [] : [`${logicalId} ${may}, and with it the value of ${listed('output', names)}.`];
    });
}

function isReplaced({ action, replacement }: PlannedChange): boolean {
  return action === 'Modify' && (replacement === 'True' || replacement === 'Conditional');
}

/** What stood in place of a NoEcho parameter's value before, nobody can say. */
function unseenParameters(live: Live | undefined, after: TemplateSide | undefined): string[] {
  const names = Object.keys(live?.parameters ?? {}).filter((name) => after && isNoEcho(declaredParameter(after, name)));
  if (names.length === 0) return [];
  return [`CloudFormation does not show ${listed('parameter', names.sort())}: whether it changes cannot be said.`];
}

/** Property values can be left out of a change set (API reference, DescribeChangeSet, IncludePropertyValues). */
function unseenValues(changes: readonly PlannedChange[]): string[] {
  const unseen = changes.filter((change) => change.action === 'Modify' && hasUnseenValue(change)).map(placeOf);
  if (unseen.length === 0) return [];
  return [`CloudFormation did not show every value that changes in ${listed('resource', unseen.sort())}.`];
}

function hasUnseenValue({ details }: PlannedChange): boolean {
  const members = Map.groupBy(
    details.filter(({ attribute }) => attribute === 'Properties'),
    ({ path, name }) => path ?? name ?? '',
  );
  return [...members.values()].some((all) =>
    all.every(
      ({ evaluation, before, after }) => evaluation !== 'Dynamic' && before === undefined && after === undefined,
    ),
  );
}

/** A tag of a stack goes to every resource that takes tags. */
function tagsAlone(changes: readonly PlannedChange[]): string[] {
  const alone = changes.filter(({ action, scope }) => action === 'Modify' && scope.length > 0 && scope.every(isTags));
  return alone.length < 2 ? [] : [`${alone.length} resources change in nothing but their tags.`];
}

const isTags = (scope: string): boolean => scope === 'Tags';

const mostNames = 10;

/** `resource A` or `resources A, B and 3 more`. */
function listed(noun: string, names: readonly string[]): string {
  const shown = names.slice(0, mostNames).join(', ');
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
  return `${noun}${names.length === 1 ? '' : 's'} ${shown}${more}`;
}
