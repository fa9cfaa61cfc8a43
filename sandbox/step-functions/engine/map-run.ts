/**
 * A Map in Distributed mode: every item is an execution of its own, with its own history. Source: Developer Guide, "Using Map state in
 * Distributed mode for large-scale parallel workloads".
 */
import { createHash } from 'node:crypto';
import type { Json } from '#sandbox/kernel.ts';
import type { MapState } from '../asl/definition.ts';
import { type Scope, valueAt } from '../asl/json-path.ts';
import { type Failure, StateFailure, withinPayloadLimit } from '../asl/state-failure.ts';
import { type Draft, inputOf, note, scopeOf, stateOf } from './draft.ts';
import { concurrencyOf, itemInput, itemsOf } from './map-items.ts';
import type { Frame, MapRun, Tolerance } from './run.ts';
import { attempting, failState, finishState } from './settle-state.ts';

/** Opens a Map Run and starts as many children as may run at once. */
export function beginMapRun(draft: Draft, frame: Frame, asked: { state: MapState; scope: Scope }): void {
  const { state, scope } = asked;
  const { facts } = draft.run;
  const items = itemsOf(state, scope);
  // Each input is made again when its child starts; made once now, a bad one fails the state before any child has started.
  for (const [index, value] of items.entries()) {
    itemInput(draft, frame, { state, input: scope.input, item: { index, value } });
  }
  const label = state.Label ?? derivedUuid(`${facts.machineArn}/${frame.state}`);
  const id = derivedUuid(`${facts.seed}:map-run:${frame.attempt}`);
  const arn = `${facts.machineArn.replace(':stateMachine:', ':mapRun:')}/${label}:${id}`;
  const maxConcurrency = concurrencyOf(state, scope);
  const tolerance = toleranceOf(state, scope);
  const total = items.length;
  note(draft, frame, {
    type: 'MapStateStarted',
    details: { member: 'mapStateStartedEventDetails', content: { length: total } },
  });
  note(draft, frame, {
    type: 'MapRunStarted',
    details: { member: 'mapRunStartedEventDetails', content: { mapRunArn: arn } },
  });
  frame.activity = { kind: 'map-run', arn, label, total, tolerance, started: 0, failed: 0, running: {}, results: {} };
  draft.commands.push({ kind: 'open-map-run', arn, mapRun: { label, total, maxConcurrency, tolerance } });
  if (total === 0) finishMapRun(draft, frame, frame.activity);
  for (let count = 0; count < Math.min(maxConcurrency, total); count += 1) startChild(draft, frame);
}

/** A child is over; without an output it counts against the tolerance. */
export function endChild(draft: Draft, frame: Frame, ended: { index: number; output?: Json }): void {
  const { activity } = frame;
  if (activity.kind !== 'map-run' || activity.running[ended.index] === undefined) return;
  delete activity.running[ended.index];
  if (ended.output === undefined) activity.failed += 1;
  else activity.results[ended.index] = ended.output;
  if (exceeds(activity)) {
    const cause = 'The specified tolerated failure threshold was exceeded';
    failMapRun(draft, frame, { error: 'States.ExceedToleratedFailureThreshold', cause });
  } else if (activity.started < activity.total) attempting(draft, frame, () => startChild(draft, frame));
  else if (Object.keys(activity.running).length === 0) finishMapRun(draft, frame, activity);
}

/** The Map Run fails, and with it the state; the children under way are stopped. */
export function failMapRun(draft: Draft, frame: Frame, failure: Failure): void {
  if (frame.activity.kind !== 'map-run') return;
  const content = { error: failure.error, cause: failure.cause };
  note(draft, frame, { type: 'MapRunFailed', details: { member: 'mapRunFailedEventDetails', content } });
  note(draft, frame, { type: 'MapStateFailed' });
  draft.commands.push({ kind: 'close-map-run', arn: frame.activity.arn, status: 'FAILED' });
  failState(draft, frame, failure);
}

/** The result is the list of the outputs, in the order of the items; children that failed and are tolerated have none. */
function finishMapRun(draft: Draft, frame: Frame, mapRun: MapRun): void {
  const result = Object.values(mapRun.results);
  try {
    withinPayloadLimit(result, frame.state);
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    failMapRun(draft, frame, { error: error.error, cause: error.message });
    return;
  }
  note(draft, frame, { type: 'MapRunSucceeded' });
  note(draft, frame, { type: 'MapStateSucceeded' });
  draft.commands.push({ kind: 'close-map-run', arn: mapRun.arn, status: 'SUCCEEDED' });
  finishState(draft, frame, result);
}

function startChild(draft: Draft, frame: Frame): void {
  const state = stateOf(draft, frame) as MapState;
  const mapRun = frame.activity as MapRun;
  const { id, attempt } = frame;
  const index = mapRun.started++;
  const input = inputOf(draft, frame);
  const value = itemsOf(state, scopeOf(draft, frame, input))[index] ?? null;
  const name = derivedUuid(`${draft.run.facts.seed}:child:${attempt}:${index}`);
  mapRun.running[index] = name;
  draft.commands.push({
    kind: 'start-child',
    ...{ frame: id, attempt, index, name, label: mapRun.label, mapRun: mapRun.arn },
    place: [...frame.place, 'States', frame.state, 'ItemProcessor'],
    input: itemInput(draft, frame, { state, input, item: { index, value } }),
  });
}

/** Without either threshold no child may fail. Source: Developer Guide, "Setting failure thresholds for Distributed Map states". */
function toleranceOf(state: MapState, scope: Scope): Tolerance {
  const count =
    state.ToleratedFailureCountPath === undefined
      ? state.ToleratedFailureCount
      : numberAt(state.ToleratedFailureCountPath, scope, 'ToleratedFailureCountPath');
  const percentage =
    state.ToleratedFailurePercentagePath === undefined
      ? state.ToleratedFailurePercentage
      : numberAt(state.ToleratedFailurePercentagePath, scope, 'ToleratedFailurePercentagePath');
  if (count === undefined && percentage === undefined) return { count: 0 };
  return { ...(count !== undefined && { count }), ...(percentage !== undefined && { percentage }) };
}

function numberAt(path: string, scope: Scope, field: string): number {
  const value = valueAt(path, scope, field);
  const sound = field.includes('Percentage') ? isPercentage(value) : Number.isInteger(value) && Number(value) >= 0;
  if (sound) return Number(value);
  throw new StateFailure('States.Runtime', `The ${field} parameter does not reference a valid number: ${value}`);
}

const isPercentage = (value: Json): boolean => typeof value === 'number' && value >= 0 && value <= 100;

function exceeds({ failed, total, tolerance: { count, percentage } }: MapRun): boolean {
  return (count !== undefined && failed > count) || (percentage !== undefined && (failed / total) * 100 > percentage);
}

/** A UUID of version 4's shape that is always the same for a text. */
function derivedUuid(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  const groups = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`];
  return [...groups, digits.slice(20, 32)].join('-');
}
