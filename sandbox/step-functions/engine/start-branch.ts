import { type Draft, note, openFrame, stateOf } from './draft.ts';
import type { Branches, Frame } from './run.ts';

/** Starts the next branch of a Parallel or the next iteration of a Map. */
export function startBranch(draft: Draft, owner: Frame): void {
  const branches = owner.activity as Branches;
  const index = branches.started++;
  const input = branches.inputs[index] ?? null;
  const parent = { frame: owner.id, index };
  const position = { lastEvent: branches.startEvent };
  if (stateOf(draft, owner).Type === 'Parallel') {
    const place = [...owner.place, 'States', owner.state, 'Branches', index];
    openFrame(draft, { parent, place, input, lastEvent: position.lastEvent, ...(owner.item && { item: owner.item }) });
    return;
  }
  const content = { name: owner.state, index };
  note(draft, position, {
    type: 'MapIterationStarted',
    details: { member: 'mapIterationStartedEventDetails', content },
  });
  const place = [...owner.place, 'States', owner.state, 'ItemProcessor'];
  const item = { index, value: branches.items?.[index] ?? null };
  openFrame(draft, { parent, place, item, input, lastEvent: position.lastEvent });
}
