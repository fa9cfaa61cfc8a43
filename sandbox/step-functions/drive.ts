/** The shell around the engine: hands it an event, keeps what it answers in the world, and does what it asks for. */
import type { Json, Sandbox } from '#sandbox/kernel.ts';
import type { Definition } from './asl/definition.ts';
import { parseDefinition, problemText } from './asl/parse-definition.ts';
import { advance } from './engine/advance.ts';
import type { Command, RunEvent, TimerName } from './engine/run.ts';
import { publishStatus } from './publish-status.ts';
import type { Execution } from './state.ts';

/** Payload of the job `start`. */
export interface StartJob {
  readonly execution: string;
}

/** Payload of the job `timer`. */
export interface TimerJob {
  readonly execution: string;
  readonly frame: string;
  readonly attempt: number;
  readonly timer: TimerName;
}

/** Lets something happen to an execution and schedules what follows from it. */
export function drive(sandbox: Sandbox, executionArn: string, event: RunEvent): void {
  const execution = sandbox.world.states.executions[executionArn];
  if (execution?.run.status !== 'RUNNING') return;
  const { run, commands } = advance(execution.run, event, {
    definition: definitionOf(sandbox, execution),
    now: sandbox.now(),
  });
  execution.run = run;
  for (const command of commands) apply(sandbox, execution, command);
  if (run.status === 'RUNNING') return;
  execution.stoppedAt = sandbox.now();
  publishStatus(sandbox, execution);
  if (execution.child) later(sandbox, 'child-ended', { execution: execution.arn });
}

/** Something Step Functions does next, at the same time, in a job of its own. */
function later(sandbox: Sandbox, name: string, payload: Json): void {
  sandbox.schedule({ service: 'states', name, at: sandbox.now(), payload });
}

/** Payload of the job `strike`. */
export interface StrikeJob {
  readonly execution: string;
  readonly outcome: 'failed' | 'error';
  readonly reason: string;
}

/** Ends an execution by a fault of the rehearsal, before its first state: as failed, or as aborted where it must not come to an answer. */
export function onStrike(sandbox: Sandbox, { execution: arn, outcome, reason }: StrikeJob): void {
  const injected = { error: 'Injected', cause: reason };
  if (outcome === 'error') drive(sandbox, arn, { kind: 'stopped', ...injected });
  const execution = sandbox.world.states.executions[arn];
  if (execution?.run.status !== 'RUNNING') return;
  execution.run = { ...execution.run, status: 'FAILED', ...injected };
  execution.stoppedAt = sandbox.now();
  publishStatus(sandbox, execution);
}

export function onTimer(sandbox: Sandbox, { execution, ...timer }: TimerJob): void {
  delete sandbox.world.states.executions[execution]?.timers[timerKey(timer.frame, timer.timer)];
  drive(sandbox, execution, { kind: 'timer', ...timer });
}

function apply(sandbox: Sandbox, execution: Execution, command: Command): void {
  const { tokens } = sandbox.world.states;
  switch (command.kind) {
    case 'history':
      execution.history.push(command.entry);
      break;
    case 'transition': {
      const { kind, ...transition } = command;
      sandbox.record({ kind, at: sandbox.now(), execution: execution.arn, ...transition });
      break;
    }
    case 'invoke':
    case 'start-child':
    case 'stop-child': {
      const { kind: name, ...asked } = command;
      later(sandbox, name, { execution: execution.arn, ...asked } as Json);
      break;
    }
    case 'open-map-run':
    case 'close-map-run':
      keepMapRun(sandbox, execution, command);
      break;
    case 'set-timer':
      setTimer(sandbox, execution, command);
      break;
    case 'cancel-timers':
      cancelTimers(sandbox, execution, command);
      break;
    case 'open-token':
      tokens[command.token] = {
        execution: execution.arn,
        frame: command.frame,
        attempt: command.attempt,
        open: true,
      };
      break;
    case 'close-token': {
      const token = tokens[command.token];
      if (token) token.open = false;
      break;
    }
  }
}

function keepMapRun(
  sandbox: Sandbox,
  execution: Execution,
  command: Extract<Command, { kind: 'open-map-run' | 'close-map-run' }>,
): void {
  execution.mapRuns ??= {};
  if (command.kind === 'open-map-run') {
    execution.mapRuns[command.arn] = { ...command.mapRun, status: 'RUNNING', startedAt: sandbox.now() };
    return;
  }
  const known = execution.mapRuns[command.arn];
  if (known?.status === 'RUNNING') Object.assign(known, { status: command.status, stoppedAt: sandbox.now() });
}

function setTimer(sandbox: Sandbox, execution: Execution, command: Extract<Command, { kind: 'set-timer' }>): void {
  const { at, frame, attempt, timer } = command;
  const payload = { execution: execution.arn, frame, attempt, timer };
  execution.timers[timerKey(frame, timer)] = sandbox.schedule({ service: 'states', name: 'timer', at, payload });
}

function cancelTimers(
  sandbox: Sandbox,
  execution: Execution,
  command: Extract<Command, { kind: 'cancel-timers' }>,
): void {
  const names: readonly TimerName[] = command.only ? [command.only] : ['wake', 'timeout', 'heartbeat'];
  for (const key of names.map((name) => timerKey(command.frame, name))) {
    const order = execution.timers[key];
    if (order !== undefined) sandbox.cancel(order);
    delete execution.timers[key];
  }
}

const timerKey = (frame: string, timer: TimerName): string => `${frame}/${timer}`;

const parsedTexts = new Map<string, Definition>();

/** Reading a definition is slow and always comes out the same, so it is done once per text. */
function definitionOf(sandbox: Sandbox, execution: Execution): Definition {
  const text = sandbox.world.states.definitions[execution.revisionId] ?? '';
  const known = parsedTexts.get(text);
  if (known) return known;
  const parsed = parseDefinition(text);
  if (parsed.kind === 'invalid') throw new Error(`revision ${execution.revisionId}: ${problemText(parsed.problems)}`);
  parsedTexts.set(text, parsed.definition);
  return parsed.definition;
}
