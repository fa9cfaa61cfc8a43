/** What each type of state does when it is entered. */
import type { Json } from '#sandbox/kernel.ts';
import { matches } from '../asl/choice-rule.ts';
import {
  type ChoiceState,
  type FailState,
  isDistributed,
  type MapState,
  type ParallelState,
  type PassState,
  type WaitState,
} from '../asl/definition.ts';
import { type Scope, valueAt } from '../asl/json-path.ts';
import { evaluateExpression, fillTemplate } from '../asl/payload-template.ts';
import { StateFailure, withinPayloadLimit } from '../asl/state-failure.ts';
import { type Draft, inputOf, note, scopeOf, stateOf } from './draft.ts';
import { concurrencyOf, itemInput, itemsOf } from './map-items.ts';
import { beginMapRun } from './map-run.ts';
import type { Branches, Frame } from './run.ts';
import { attempting, failState, finishBranches, finishState, leaveState } from './settle-state.ts';
import { startBranch } from './start-branch.ts';
import { beginTask } from './task.ts';

/** Enters a state: a frame that was dropped meanwhile is passed over. */
export function enterState(draft: Draft, entry: { frame: string; state: string; input: Json }): void {
  const frame = draft.run.frames[entry.frame];
  if (!frame) return;
  Object.assign(frame, {
    state: entry.state,
    input: entry.input,
    enteredAt: draft.now,
    retryCount: 0,
    retrierCounts: {},
  });
  const content = { name: entry.state, input: JSON.stringify(entry.input), inputDetails: { truncated: false } };
  const type = `${stateOf(draft, frame).Type}StateEntered`;
  note(draft, frame, { type, details: { member: 'stateEnteredEventDetails', content } });
  frame.enteredEvent = frame.lastEvent;
  draft.commands.push({ kind: 'transition', state: entry.state, event: 'entered' });
  beginState(draft, frame);
}

/** Begins an attempt at the state a frame is in: the first one on entering it, another one for each retry. */
export function beginState(draft: Draft, frame: Frame): void {
  frame.attempt = ++draft.run.attemptCount;
  frame.activity = { kind: 'entering' };
  attempting(draft, frame, () => begin(draft, frame));
}

function begin(draft: Draft, frame: Frame): void {
  const state = stateOf(draft, frame);
  if (state.Type === 'Fail') {
    failWith(draft, frame, state);
    return;
  }
  const input = inputOf(draft, frame);
  const scope = scopeOf(draft, frame, input);
  switch (state.Type) {
    case 'Pass':
      finishState(draft, frame, passResult(state, scope));
      break;
    case 'Succeed':
      finishState(draft, frame, input);
      break;
    case 'Choice':
      choose(draft, frame, { state, scope });
      break;
    case 'Wait':
      wait(draft, frame, { state, scope });
      break;
    case 'Task':
      beginTask(draft, frame, { state, input });
      break;
    case 'Map':
      if (isDistributed(state)) beginMapRun(draft, frame, { state, scope });
      else branchOut(draft, frame, { state, scope });
      break;
    case 'Parallel':
      branchOut(draft, frame, { state, scope });
      break;
  }
}

function passResult(state: PassState, scope: Scope): Json {
  if (state.Result !== undefined) return state.Result;
  return state.Parameters === undefined ? scope.input : fillTemplate(state.Parameters, scope);
}

function failWith(draft: Draft, frame: Frame, state: FailState): void {
  const scope = scopeOf(draft, frame, frame.input);
  const text = (path: string, field: string): string => {
    const value = evaluateExpression(path, scope, field);
    if (typeof value === 'string') return value;
    throw new StateFailure(
      'States.Runtime',
      `The ${field} field must be a string, but it is ${JSON.stringify(value)}.`,
    );
  };
  const error = state.ErrorPath === undefined ? (state.Error ?? '') : text(state.ErrorPath, 'ErrorPath');
  const cause = state.CausePath === undefined ? (state.Cause ?? '') : text(state.CausePath, 'CausePath');
  failState(draft, frame, { error, cause });
}

function choose(draft: Draft, frame: Frame, asked: { state: ChoiceState; scope: Scope }): void {
  const chosen = asked.state.Choices.find((rule) => matches(rule, asked.scope))?.Next ?? asked.state.Default;
  if (chosen === undefined) {
    throw new StateFailure(
      'States.NoChoiceMatched',
      'Failed to transition out of the state. The state does not point to a next state.',
    );
  }
  const path = asked.state.OutputPath;
  const output = path === null ? {} : valueAt(path, asked.scope, 'OutputPath');
  leaveState(draft, frame, { output, next: chosen, outcome: 'succeeded' });
}

function wait(draft: Draft, frame: Frame, asked: { state: WaitState; scope: Scope }): void {
  const at = Math.max(draft.now, wakeTime(draft.now, asked.state, asked.scope));
  frame.activity = { kind: 'waiting' };
  draft.commands.push({ kind: 'set-timer', frame: frame.id, attempt: frame.attempt, timer: 'wake', at });
}

/** Epoch milliseconds. */
function wakeTime(now: number, state: WaitState, scope: Scope): number {
  if (state.Seconds !== undefined) return now + state.Seconds * 1000;
  if (state.SecondsPath !== undefined) {
    const seconds = valueAt(state.SecondsPath, scope, 'SecondsPath');
    if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0) return now + seconds * 1000;
    throw new StateFailure(
      'States.Runtime',
      `The SecondsPath parameter does not reference a valid integer: ${seconds}`,
    );
  }
  const given = state.Timestamp ?? valueAt(state.TimestampPath ?? '$', scope, 'TimestampPath');
  const instant = typeof given === 'string' ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(instant)) return instant;
  throw new StateFailure(
    'States.Runtime',
    `The TimestampPath parameter does not reference a valid timestamp: ${given}`,
  );
}

function branchOut(draft: Draft, frame: Frame, asked: { state: MapState | ParallelState; scope: Scope }): void {
  const { state } = asked;
  const items = state.Type === 'Map' ? itemsOf(state, asked.scope) : undefined;
  const inputs =
    state.Type === 'Map'
      ? (items ?? []).map((value, index) =>
          itemInput(draft, frame, { state, input: asked.scope.input, item: { index, value } }),
        )
      : branchInputs(state, asked.scope, frame.state);
  const content = { length: inputs.length };
  note(draft, frame, {
    type: `${state.Type}StateStarted`,
    ...(items && { details: { member: 'mapStateStartedEventDetails', content } }),
  });
  const branches: Branches = {
    kind: 'branches',
    startEvent: frame.lastEvent,
    inputs,
    ...(items && { items }),
    results: [],
    started: 0,
    finished: 0,
  };
  frame.activity = branches;
  if (inputs.length === 0) finishBranches(draft, frame, branches);
  const atOnce = Math.min(state.Type === 'Map' ? concurrencyOf(state, asked.scope) : Infinity, inputs.length);
  for (let count = 0; count < atOnce; count += 1) startBranch(draft, frame);
}

function branchInputs(state: ParallelState, scope: Scope, name: string): Json[] {
  const input = state.Parameters === undefined ? scope.input : fillTemplate(state.Parameters, scope);
  return state.Branches.map(() => withinPayloadLimit(input, name));
}
