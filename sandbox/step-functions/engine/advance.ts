import type { Definition } from '../asl/definition.ts';
import { historyLimit } from '../asl/state-failure.ts';
import { type Draft, inputOf, note, openFrame } from './draft.ts';
import { beginState, enterState } from './enter-state.ts';
import { endChild, failMapRun } from './map-run.ts';
import { type Command, type Frame, type Run, type RunEvent, type RunFacts, wholeExecution } from './run.ts';
import { endRun, finishState } from './settle-state.ts';
import { answerTask, beatTask, timeOutTask } from './task.ts';

export interface Advanced {
  readonly run: Run;
  readonly commands: readonly Command[];
}

/** A run that has not started. */
export function newRun(facts: RunFacts): Run {
  return { facts, status: 'RUNNING', frames: {}, frameCount: 0, attemptCount: 0, eventCount: 0 };
}

/**
 * What a run becomes when something happens to it, and what has to be done about it. Goes on until every frame waits for something or
 * the run has ended. Pure: `now` (epoch milliseconds) is data, ids derive from the run's seed. Events for an attempt that is over, and
 * any event after the end, change nothing.
 */
export function advance(run: Run, event: RunEvent, world: { definition: Definition; now: number }): Advanced {
  if (run.status !== 'RUNNING') return { run, commands: [] };
  const draft: Draft = { run: structuredClone(run), ...world, commands: [], ready: [] };
  handle(draft, event);
  endAtHistoryLimit(draft);
  for (let entry = draft.ready.shift(); entry !== undefined; entry = draft.ready.shift()) {
    enterState(draft, entry);
    endAtHistoryLimit(draft);
  }
  return { run: draft.run, commands: draft.commands };
}

function handle(draft: Draft, event: RunEvent): void {
  if (event.kind === 'started') {
    start(draft);
    return;
  }
  if (event.kind === 'stopped') {
    const { kind: _, ...reason } = event;
    endRun(draft, { status: 'ABORTED', ...reason });
    return;
  }
  if (event.kind === 'timer' && event.frame === wholeExecution) {
    endRun(draft, { status: 'TIMED_OUT', error: 'States.Timeout' });
    return;
  }
  const frame = draft.run.frames[event.frame];
  if (!frame || frame.attempt !== event.attempt) return;
  if (event.kind === 'answered') answerTask(draft, frame, event.answer);
  else if (event.kind === 'heartbeat') beatTask(draft, frame);
  else if (event.kind === 'child-ended') endChild(draft, frame, event);
  else if (event.kind === 'child-refused') failMapRun(draft, frame, event.failure);
  else if (event.timer === 'wake') wake(draft, frame);
  else timeOutTask(draft, frame, event.timer);
}

function start(draft: Draft): void {
  const { input, roleArn, place } = draft.run.facts;
  const position = { lastEvent: 0 };
  const content = { input: JSON.stringify(input), inputDetails: { truncated: false }, roleArn };
  note(draft, position, { type: 'ExecutionStarted', details: { member: 'executionStartedEventDetails', content } });
  // The machine's own limit; a child lasts as long as its Map Run.
  const seconds = draft.definition.TimeoutSeconds;
  if (seconds !== undefined && place === undefined) {
    const at = draft.now + seconds * 1000;
    draft.commands.push({ kind: 'set-timer', frame: wholeExecution, attempt: 0, timer: 'timeout', at });
  }
  openFrame(draft, { place: place ?? [], input, lastEvent: position.lastEvent });
}

/** A Wait is over, or a retry is due. */
function wake(draft: Draft, frame: Frame): void {
  if (frame.activity.kind === 'retrying') beginState(draft, frame);
  else if (frame.activity.kind === 'waiting') finishState(draft, frame, inputOf(draft, frame));
}

/** Leaves room for the last event. Source: Developer Guide, "Quotas related to executions". */
function endAtHistoryLimit(draft: Draft): void {
  if (draft.run.status !== 'RUNNING' || draft.run.eventCount < historyLimit - 1) return;
  const cause = `The execution reached the maximum number of history events (${historyLimit}).`;
  endRun(draft, { status: 'FAILED', error: 'States.Runtime', cause });
}
