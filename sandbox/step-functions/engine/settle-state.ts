/** How a state ends: with a result, with an error that is retried or caught, or with an error that ends everything around it. */
import type { Json } from '#sandbox/kernel.ts';
import type { Catcher, Retrier, State } from '../asl/definition.ts';
import { valueAt, writeAt } from '../asl/json-path.ts';
import { fillTemplate } from '../asl/payload-template.ts';
import { bounded, type Failure, StateFailure, withinPayloadLimit } from '../asl/state-failure.ts';
import { type Draft, dropFrame, endActivity, innerFrames, note, scopeOf, stateOf } from './draft.ts';
import { namesError, retryDelay } from './retry.ts';
import { type Branches, type Frame, wholeExecution } from './run.ts';
import { startBranch } from './start-branch.ts';

/** Runs a piece of evaluation; where it fails, the frame's state fails with AWS's wording. */
export function attempting(draft: Draft, frame: Frame, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const place = `An error occurred while executing the state '${frame.state}' (entered at the event id #${frame.enteredEvent}). `;
    const cause = error.error === 'States.DataLimitExceeded' ? error.message : place + error.message;
    failState(draft, frame, { error: error.error, cause });
  }
}

/** The state has a result: ResultSelector, ResultPath and OutputPath make the output of it, and the next state is entered. */
export function finishState(draft: Draft, frame: Frame, result: Json): void {
  attempting(draft, frame, () => {
    const state = stateOf(draft, frame);
    const scope = scopeOf(draft, frame, result);
    const selector = 'ResultSelector' in state ? state.ResultSelector : undefined;
    const selected = selector === undefined ? result : fillTemplate(selector, scope);
    const output = 'ResultPath' in state ? combined(state.ResultPath, frame.input, selected) : selected;
    const filtered = 'OutputPath' in state ? outputOf(draft, frame, { state, output }) : output;
    leaveState(draft, frame, {
      output: filtered,
      next: 'Next' in state ? state.Next : undefined,
      outcome: 'succeeded',
    });
  });
}

interface Exit {
  readonly output: Json;
  readonly next: string | undefined;
  readonly outcome: 'succeeded' | 'caught';
}

/** Leaves a state with its final output for `next`, or ends the frame where there is none. */
export function leaveState(draft: Draft, frame: Frame, exit: Exit): void {
  const output = withinPayloadLimit(exit.output, frame.state);
  endActivity(draft, frame);
  const content = { name: frame.state, output: JSON.stringify(output), outputDetails: { truncated: false } };
  note(draft, frame, {
    type: `${stateOf(draft, frame).Type}StateExited`,
    details: { member: 'stateExitedEventDetails', content },
  });
  if (exit.outcome === 'succeeded') draft.commands.push({ kind: 'transition', state: frame.state, event: 'succeeded' });
  if (exit.next === undefined) finishFrame(draft, frame, output);
  else draft.ready.push({ frame: frame.id, state: exit.next, input: output });
}

/** The state failed: its retriers are asked, then its catchers; otherwise the error goes to whatever is around it. */
export function failState(draft: Draft, frame: Frame, reported: Failure): void {
  const failure = bounded(reported);
  const state = stateOf(draft, frame);
  for (const inner of innerFrames(draft, frame.id)) dropFrame(draft, inner.id);
  endActivity(draft, frame);
  if ('Retry' in state && retry(draft, frame, { retriers: state.Retry, failure })) return;
  draft.commands.push({ kind: 'transition', state: frame.state, event: 'failed', error: failure.error });
  const catcher =
    'Catch' in state ? state.Catch.find(({ ErrorEquals }) => namesError(ErrorEquals, failure.error)) : undefined;
  if (catcher) catchFailure(draft, frame, { catcher, failure });
  else failFrame(draft, frame, failure);
}

type RunEnd =
  | { readonly status: 'SUCCEEDED'; readonly output: Json }
  | { readonly status: 'FAILED' | 'ABORTED' | 'TIMED_OUT'; readonly error?: string; readonly cause?: string };

const endings = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', ABORTED: 'Aborted', TIMED_OUT: 'TimedOut' } as const;

/** Ends the execution: every frame goes, and one last event is noted. DescribeExecution shows no error for a timed out execution. */
export function endRun(draft: Draft, end: RunEnd): void {
  const root = draft.run.frames['0'];
  const position = { lastEvent: root?.lastEvent ?? 0 };
  if (root) dropFrame(draft, root.id);
  draft.ready.length = 0;
  draft.commands.push({ kind: 'cancel-timers', frame: wholeExecution });
  const { status, ...report } = end;
  Object.assign(draft.run, status === 'TIMED_OUT' ? { status } : end);
  const content =
    'output' in report ? { output: JSON.stringify(report.output), outputDetails: { truncated: false } } : report;
  const ending = endings[status];
  note(draft, position, { type: `Execution${ending}`, details: { member: `execution${ending}EventDetails`, content } });
}

function combined(path: string | null, input: Json, result: Json): Json {
  return path === null ? input : writeAt(path, input, result);
}

function outputOf(draft: Draft, frame: Frame, made: { state: State; output: Json }): Json {
  const path = 'OutputPath' in made.state ? made.state.OutputPath : '$';
  if (path === null) return {};
  return valueAt(path, scopeOf(draft, frame, made.output), 'OutputPath');
}

function retry(draft: Draft, frame: Frame, asked: { retriers: readonly Retrier[]; failure: Failure }): boolean {
  const position = asked.retriers.findIndex(({ ErrorEquals }) => namesError(ErrorEquals, asked.failure.error));
  const retrier = asked.retriers[position];
  const count = frame.retrierCounts[position] ?? 0;
  if (!retrier || count >= retrier.MaxAttempts) return false;
  frame.retrierCounts[position] = count + 1;
  frame.retryCount += 1;
  frame.activity = { kind: 'retrying' };
  const at = draft.now + retryDelay(retrier, count, `${draft.run.facts.seed}:${frame.attempt}`);
  draft.commands.push(
    { kind: 'transition', state: frame.state, event: 'retried', error: asked.failure.error },
    { kind: 'set-timer', frame: frame.id, attempt: frame.attempt, timer: 'wake', at },
  );
  return true;
}

function catchFailure(draft: Draft, frame: Frame, caught: { catcher: Catcher; failure: Failure }): void {
  const report = { Error: caught.failure.error, Cause: caught.failure.cause };
  try {
    const output = combined(caught.catcher.ResultPath, frame.input, report);
    leaveState(draft, frame, { output, next: caught.catcher.Next, outcome: 'caught' });
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    failFrame(draft, frame, { error: error.error, cause: error.message });
  }
}

function finishFrame(draft: Draft, frame: Frame, output: Json): void {
  const { parent } = frame;
  const owner = parent ? draft.run.frames[parent.frame] : undefined;
  if (!parent || !owner) {
    endRun(draft, { status: 'SUCCEEDED', output });
    return;
  }
  dropFrame(draft, frame.id);
  const branches = owner.activity as Branches;
  branches.results[parent.index] = output;
  branches.finished += 1;
  noteIteration(draft, owner, { index: parent.index, outcome: 'Succeeded', after: frame.lastEvent });
  if (branches.started < branches.inputs.length) startBranch(draft, owner);
  else if (branches.finished === branches.inputs.length) finishBranches(draft, owner, branches);
}

/** All branches are done: their outputs in order are the result of the Map or Parallel, and bounded as any result is. */
export function finishBranches(draft: Draft, owner: Frame, branches: Branches): void {
  attempting(draft, owner, () => succeedBranches(draft, owner, branches));
}

function succeedBranches(draft: Draft, owner: Frame, branches: Branches): void {
  withinPayloadLimit(branches.results, owner.state);
  note(draft, owner, { type: `${stateOf(draft, owner).Type}StateSucceeded` });
  finishState(draft, owner, branches.results);
}

/** One branch failed, so all of them stop and the state around them fails with the same error. */
function failFrame(draft: Draft, frame: Frame, failure: Failure): void {
  const { parent } = frame;
  const owner = parent ? draft.run.frames[parent.frame] : undefined;
  if (!parent || !owner) {
    endRun(draft, { status: 'FAILED', ...failure });
    return;
  }
  noteIteration(draft, owner, { index: parent.index, outcome: 'Failed', after: frame.lastEvent });
  note(draft, owner, { type: `${stateOf(draft, owner).Type}StateFailed` });
  failState(draft, owner, failure);
}

/** Only the iterations of a Map have events of their own. */
function noteIteration(draft: Draft, owner: Frame, end: { index: number; outcome: string; after: number }): void {
  owner.lastEvent = end.after;
  if (stateOf(draft, owner).Type !== 'Map') return;
  const type = `MapIteration${end.outcome}`;
  const content = { name: owner.state, index: end.index };
  note(draft, owner, { type, details: { member: `mapIteration${end.outcome}EventDetails`, content } });
}
