/** The jobs that carry an operation on: each runs one part of one step, starts what became possible, and ends phases. */
import type { Sandbox } from '../../kernel.ts';
import type { CustomAnswer } from '../custom-resource-response.ts';
import { hasBusyChild } from '../nested/hierarchy.ts';
import { isBusy } from '../stack-lookup.ts';
import type { OperationRecord } from '../state.ts';
import { concludeStep } from './custom-answer.ts';
import { undoIfBreached } from './interruption.ts';
import { takeStanding } from './nested-standing.ts';
import { endPhase } from './phase-end.ts';
import { actOnStep, settleStep } from './step-act.ts';
import { beginStep } from './step-begin.ts';
import { isForward, type StepContext } from './step-context.ts';
import { cancelForward } from './step-failure.ts';
import { blockedSteps, isRunning, readySteps } from './steps.ts';

export interface OperationJob {
  readonly stackId: string;
  readonly operationId: string;
}

export interface StepJob extends OperationJob {
  readonly logicalId: string;
}

/** Begins a phase: starts every step that is possible, and ends the phase when none is left. Alarms are looked at before the first step. */
export function advanceOperation(sandbox: Sandbox, job: OperationJob): void {
  const context = contextOf(sandbox, job);
  if (context === undefined) return;
  if (context.operation.phase === 'forward' && undoIfBreached(context)) return;
  advance(context);
}

/** Touches the resource of one step. */
export async function actJob(sandbox: Sandbox, job: StepJob): Promise<void> {
  const context = contextOf(sandbox, job);
  const step = context?.operation.steps[job.logicalId];
  if (context === undefined || step?.status !== 'begun') return;
  await actOnStep(context, step);
  advance(context);
}

/** One resource became stable. */
export function settleJob(sandbox: Sandbox, job: StepJob): void {
  const context = contextOf(sandbox, job);
  const step = context?.operation.steps[job.logicalId];
  if (context === undefined || step?.status !== 'acting') return;
  settleStep(context, step);
  advance(context);
}

export interface CustomAnswerJob extends StepJob {
  readonly requestId: string;
  /** Absent when the time is up. */
  readonly answer?: CustomAnswer;
}

/** The function of a custom resource answered, or did not. */
export function customAnswerJob(sandbox: Sandbox, job: CustomAnswerJob): void {
  const context = contextOf(sandbox, job);
  const step = context?.operation.steps[job.logicalId];
  if (context === undefined || step?.status !== 'acting' || step.asked?.requestId !== job.requestId) return;
  concludeStep(context, step, job.answer);
  advance(context);
}

/** How a nested stack stands now decides the step of its parent that waits for it, or lets the parent's cleanup end. */
export function nestedProgress(sandbox: Sandbox, { stackId }: { readonly stackId: string }): void {
  const child = sandbox.world.cloudformation.stacks[stackId];
  const stack = sandbox.world.cloudformation.stacks[child?.parent?.stackId ?? ''];
  if (child === undefined || stack?.operation === undefined || !isBusy(stack)) return;
  const context = { sandbox, stack, operation: stack.operation };
  takeStanding(context, child);
  // What waits for its parent, or for its alarms, is not ended by a nested stack.
  if (!stack.operation.held && stack.operation.phase !== 'monitor') advance(context);
}

/** A sibling in the parent failed, the parent is undone, or the time it gives is over: the nested operation goes no further. */
export function cancelNested(sandbox: Sandbox, job: OperationJob & { readonly reason: string }): void {
  const context = contextOf(sandbox, job);
  if (context === undefined || !isForward(context)) return;
  cancelForward(context, job.reason);
  advance(context);
}

/** The context of a job, unless the stack went on to another operation meanwhile. */
function contextOf(sandbox: Sandbox, job: OperationJob): StepContext | undefined {
  const stack = sandbox.world.cloudformation.stacks[job.stackId];
  const operation = stack?.operation;
  if (stack === undefined || operation?.id !== job.operationId) return undefined;
  return { sandbox, stack, operation };
}

function advance(context: StepContext): void {
  const { operation } = context;
  for (let ready = next(operation); ready !== undefined; ready = next(operation)) beginStep(context, ready);
  for (let blocked = blockedSteps(operation); blocked.length > 0; blocked = blockedSteps(operation)) {
    for (const step of blocked) step.status = 'cancelled';
  }
  if (Object.values(operation.steps).some((step) => isRunning(step))) return;
  if (operation.phase.endsWith('cleanup') && hasBusyChild(context.sandbox, context.stack)) return;
  endPhase(context);
}

/** One at a time: beginning a step can finish it at once, or fail it and cancel the rest. */
function next(operation: OperationRecord) {
  return readySteps(operation)[0];
}
