/** Task states: one attempt at a Lambda function, with or without a task token. */
import { createHash } from 'node:crypto';
import type { Json } from '#sandbox/kernel.ts';
import type { TaskState } from '../asl/definition.ts';
import { valueAt } from '../asl/json-path.ts';
import { fillTemplate } from '../asl/payload-template.ts';
import { bounded, StateFailure, withinPayloadLimit } from '../asl/state-failure.ts';
import { type Draft, note, scopeOf, stateOf } from './draft.ts';
import type { Answer, Frame, TimerName } from './run.ts';
import { attempting, failState, finishState } from './settle-state.ts';

/** Starts an attempt: parameters are filled, the token (a new one per attempt) is opened, timers are set, the function is invoked. */
export function beginTask(draft: Draft, frame: Frame, asked: { state: TaskState; input: Json }): void {
  const { state, input } = asked;
  const waitsForToken = state.Resource.endsWith('.waitForTaskToken');
  frame.activity = waitsForToken
    ? { kind: 'task', token: taskToken(`${draft.run.facts.seed}:${frame.attempt}`) }
    : { kind: 'task' };
  const scope = scopeOf(draft, frame, input);
  const parameters = state.Parameters === undefined ? input : fillTemplate(state.Parameters, scope);
  const call = withinPayloadLimit(parameters, frame.state);
  const envelope = state.Resource.includes(':states:::');
  const { functionName, payload } = envelope ? invocation(call) : { functionName: state.Resource, payload: call };
  const timeout = timeoutSeconds(draft, frame, asked);
  if (frame.activity.token !== undefined) {
    draft.commands.push({ kind: 'open-token', token: frame.activity.token, frame: frame.id, attempt: frame.attempt });
  }
  noteScheduled(draft, frame, { state, parameters: call, timeout });
  setTimer(draft, frame, { timer: 'timeout', seconds: timeout });
  setTimer(draft, frame, { timer: 'heartbeat', seconds: state.HeartbeatSeconds });
  const { id, attempt } = frame;
  draft.commands.push({ kind: 'invoke', frame: id, attempt, functionName, payload, waitsForToken, envelope });
}

/** The function answered, or the token was answered. */
export function answerTask(draft: Draft, frame: Frame, answer: Answer): void {
  if (frame.activity.kind !== 'task') return;
  if (answer.kind === 'failed') {
    const { error, cause } = bounded(answer);
    noteTask(draft, frame, { event: 'Failed', content: { error, cause } });
    failState(draft, frame, { error, cause });
    return;
  }
  const content = { output: JSON.stringify(answer.output), outputDetails: { truncated: false } };
  if (answer.kind === 'submitted') {
    noteTask(draft, frame, { event: 'Submitted', content });
    return;
  }
  attempting(draft, frame, () => {
    const { resource, type } = resourceOf(draft, frame);
    withinPayloadLimit(answer.output, type === '' ? resource : type);
    noteTask(draft, frame, { event: 'Succeeded', content });
    finishState(draft, frame, answer.output);
  });
}

/** TimeoutSeconds or HeartbeatSeconds passed without an answer. */
export function timeOutTask(draft: Draft, frame: Frame, timer: TimerName): void {
  if (frame.activity.kind !== 'task') return;
  const error = timer === 'heartbeat' ? 'States.HeartbeatTimeout' : 'States.Timeout';
  noteTask(draft, frame, { event: 'TimedOut', content: { error } });
  failState(draft, frame, { error, cause: '' });
}

/** SendTaskHeartbeat: the time until the next heartbeat starts anew. */
export function beatTask(draft: Draft, frame: Frame): void {
  const state = stateOf(draft, frame);
  if (frame.activity.kind !== 'task' || state.Type !== 'Task') return;
  draft.commands.push({ kind: 'cancel-timers', frame: frame.id, only: 'heartbeat' });
  setTimer(draft, frame, { timer: 'heartbeat', seconds: state.HeartbeatSeconds });
}

/** Opaque, at most 2,048 characters, and only derivable with the run's seed. */
function taskToken(seed: string): string {
  return `AAAAKgAAAAIAAAAA${createHash('sha512').update(seed).digest('base64url')}`;
}

function invocation(parameters: Json): { functionName: string; payload: Json } {
  const { FunctionName, Payload = {} } = parameters as { FunctionName?: Json; Payload?: Json };
  if (typeof FunctionName === 'string') return { functionName: FunctionName, payload: Payload };
  throw new StateFailure(
    'States.Runtime',
    `The FunctionName must be a string, but it is ${JSON.stringify(FunctionName)}.`,
  );
}

function timeoutSeconds(draft: Draft, frame: Frame, asked: { state: TaskState; input: Json }): number | undefined {
  const path = asked.state.TimeoutSecondsPath;
  if (path === undefined) return asked.state.TimeoutSeconds;
  const seconds = valueAt(path, scopeOf(draft, frame, asked.input), 'TimeoutSecondsPath');
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds > 0) return seconds;
  throw new StateFailure(
    'States.Runtime',
    `The TimeoutSecondsPath must point to a positive integer, but it is ${seconds}.`,
  );
}

function setTimer(draft: Draft, frame: Frame, asked: { timer: TimerName; seconds: number | undefined }): void {
  const { timer, seconds } = asked;
  if (seconds === undefined) return;
  const at = draft.now + seconds * 1000;
  draft.commands.push({ kind: 'set-timer', frame: frame.id, attempt: frame.attempt, timer, at });
}

interface Scheduled {
  readonly state: TaskState;
  readonly parameters: Json;
  readonly timeout: number | undefined;
}

function noteScheduled(draft: Draft, frame: Frame, { state, parameters, timeout }: Scheduled): void {
  const { type } = resourceOf(draft, frame);
  const times = {
    ...(timeout !== undefined && { timeoutInSeconds: timeout }),
    ...(state.HeartbeatSeconds !== undefined && { heartbeatInSeconds: state.HeartbeatSeconds }),
  };
  const text = JSON.stringify(parameters);
  const content =
    type === ''
      ? { resource: state.Resource, input: text, inputDetails: { truncated: false }, ...times }
      : { region: draft.run.facts.region, parameters: text, ...times };
  noteTask(draft, frame, { event: 'Scheduled', content });
  noteTask(draft, frame, { event: 'Started', content: {} });
}

/** A plain function ARN has events of its own: `LambdaFunctionSucceeded` in place of `TaskSucceeded`. */
function noteTask(draft: Draft, frame: Frame, made: { event: string; content: Record<string, Json> }): void {
  const { type, resource } = resourceOf(draft, frame);
  if (type !== '') {
    const details = {
      member: `task${made.event}EventDetails`,
      content: { resourceType: type, resource, ...made.content },
    };
    note(draft, frame, { type: `Task${made.event}`, details });
    return;
  }
  const details = { member: `lambdaFunction${made.event}EventDetails`, content: made.content };
  note(draft, frame, { type: `LambdaFunction${made.event}`, ...(made.event !== 'Started' && { details }) });
}

/** `lambda` and `invoke.waitForTaskToken`; the type is empty for a plain function ARN. */
function resourceOf(draft: Draft, frame: Frame): { type: string; resource: string } {
  const state = stateOf(draft, frame);
  const resource = state.Type === 'Task' ? state.Resource : '';
  const [, type = '', action = resource] = /:states:::(\w+):(.*)$/.exec(resource) ?? [];
  return { type, resource: action };
}
