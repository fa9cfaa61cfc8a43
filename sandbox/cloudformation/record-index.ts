/**
 * Stacks by their place and change sets by their stack, in the order they were made. A memory of what the world holds, so that nobody looks
 * through the stacks of all accounts; it is made anew for a world that was loaded. Records come in and go by these functions only.
 */
import type { Sandbox } from '../kernel.ts';
import type { ChangeSetRecord, CloudFormationState, StackRecord } from './state.ts';

type Index = Map<string, Set<string>>;

const stackIndexes = new WeakMap<CloudFormationState['stacks'], Index>();
const changeSetIndexes = new WeakMap<CloudFormationState['changeSets'], Index>();

export function keepStack(sandbox: Sandbox, stack: StackRecord): void {
  const { stacks } = sandbox.world.cloudformation;
  add(stacksIndexed(stacks), placeKey(stack), stack.stackId);
  writable(stacks)[stack.stackId] = stack;
}

/** The stacks of an account and region, deleted ones too. */
export function stacksIn(sandbox: Sandbox, place: { account: string; region: string }): StackRecord[] {
  const { stacks } = sandbox.world.cloudformation;
  return recordsOf(stacks, stacksIndexed(stacks).get(placeKey(place)));
}

export function keepChangeSet(sandbox: Sandbox, changeSet: ChangeSetRecord): void {
  const { changeSets } = sandbox.world.cloudformation;
  const index = changeSetsIndexed(changeSets);
  for (const owner of ownersOf(changeSet)) add(index, owner, changeSet.changeSetId);
  writable(changeSets)[changeSet.changeSetId] = changeSet;
}

export function forgetChangeSet(sandbox: Sandbox, changeSet: ChangeSetRecord): void {
  const { changeSets } = sandbox.world.cloudformation;
  const index = changeSetsIndexed(changeSets);
  for (const owner of ownersOf(changeSet)) index.get(owner)?.delete(changeSet.changeSetId);
  delete writable(changeSets)[changeSet.changeSetId];
}

/** The change sets of a stack, or those directly below a change set, by its ARN. */
export function changeSetsUnder(sandbox: Sandbox, ownerArn: string): ChangeSetRecord[] {
  const { changeSets } = sandbox.world.cloudformation;
  return recordsOf(changeSets, changeSetsIndexed(changeSets).get(ownerArn));
}

function stacksIndexed(stacks: CloudFormationState['stacks']): Index {
  const known = stackIndexes.get(stacks);
  if (known) return known;
  const made: Index = new Map();
  stackIndexes.set(stacks, made);
  for (const stack of Object.values(stacks)) add(made, placeKey(stack), stack.stackId);
  return made;
}

function changeSetsIndexed(changeSets: CloudFormationState['changeSets']): Index {
  const known = changeSetIndexes.get(changeSets);
  if (known) return known;
  const made: Index = new Map();
  changeSetIndexes.set(changeSets, made);
  for (const changeSet of Object.values(changeSets)) {
    for (const owner of ownersOf(changeSet)) add(made, owner, changeSet.changeSetId);
  }
  return made;
}

const placeKey = ({ account, region }: { account: string; region: string }): string => `${account}/${region}`;

const ownersOf = ({ stackId, nested }: ChangeSetRecord): string[] =>
  nested === undefined ? [stackId] : [stackId, nested.parentId];

function add(index: Index, key: string, id: string): void {
  const ids = index.get(key) ?? new Set();
  index.set(key, ids.add(id));
}

function recordsOf<Entry>(records: Readonly<Record<string, Entry>>, ids: ReadonlySet<string> = new Set()): Entry[] {
  return [...ids].flatMap((id) => records[id] ?? []);
}

/** Everybody else only reads: a record that is not in the index is never found. */
const writable = <Entry>(records: Readonly<Record<string, Entry>>): Record<string, Entry> => records;
