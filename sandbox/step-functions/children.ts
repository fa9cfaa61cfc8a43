/**
 * Child executions of distributed Maps. They are started, followed and stopped with the role of the machine, which needs
 * states:StartExecution on the machine, and states:DescribeExecution and states:StopExecution on the children (Developer Guide, "IAM
 * policies for using Distributed Map states"; its newest version leaves StopExecution out). The examples there name `execution:<machine>:*`,
 * which matches no child; asked for here is the child's own ARN, as for every call on an execution.
 */
import { AwsError } from '#sandbox/aws-error.ts';
import type { Permission, Sandbox } from '#sandbox/kernel.ts';
import { childArn } from './arns.ts';
import type { Failure } from './asl/state-failure.ts';
import { drive } from './drive.ts';
import { newRun } from './engine/advance.ts';
import type { StartChildCommand } from './engine/run.ts';
import { publishStatus } from './publish-status.ts';
import { roleSession } from './role-session.ts';
import type { ChildOf, Execution } from './state.ts';

/** Payload of the job `start-child`; `execution` is the parent. */
export type StartChildJob = Omit<StartChildCommand, 'kind'> & { readonly execution: string };

/** Payload of the job `child-ended`; `execution` is the child. */
export interface ChildEndedJob {
  readonly execution: string;
}

/** Payload of the job `stop-child`; `execution` is the parent. */
export interface StopChildJob {
  readonly execution: string;
  readonly label: string;
  readonly name: string;
}

export function onStartChild(sandbox: Sandbox, job: StartChildJob): void {
  const parent = waitingParent(sandbox, { ...job, parent: job.execution });
  if (!parent) return;
  const refused = refusal(sandbox, parent, { action: 'states:StartExecution', resource: parent.machineArn });
  if (refused) {
    refuse(sandbox, { ...job, parent: parent.arn }, refused);
    return;
  }
  const child = newChild(sandbox, parent, job);
  sandbox.world.states.executions[child.arn] = child;
  const payload = { execution: child.arn };
  sandbox.schedule({ service: 'states', name: 'start', at: sandbox.now(), payload });
  publishStatus(sandbox, child);
}

/** The parent learns how a child ended by describing it. */
export function onChildEnded(sandbox: Sandbox, job: ChildEndedJob): void {
  const execution = sandbox.world.states.executions[job.execution];
  if (!execution?.child) return;
  const { child } = execution;
  const parent = waitingParent(sandbox, child);
  if (!parent) return;
  const refused = refusal(sandbox, parent, { action: 'states:DescribeExecution', resource: execution.arn });
  if (refused) {
    refuse(sandbox, child, refused);
    return;
  }
  const { frame, attempt, index } = child;
  const { output } = execution.run;
  drive(sandbox, parent.arn, { kind: 'child-ended', frame, attempt, index, ...(output !== undefined && { output }) });
}

/** A child that may not be stopped goes on; nobody waits for it any more. */
export function onStopChild(sandbox: Sandbox, job: StopChildJob): void {
  const { executions } = sandbox.world.states;
  const parent = executions[job.execution];
  if (!parent) return;
  const child = executions[childArn(parent.machineArn, job.label, job.name)];
  if (child?.run.status !== 'RUNNING') return;
  const refused = refusal(sandbox, parent, { action: 'states:StopExecution', resource: child.arn });
  if (!refused) drive(sandbox, child.arn, { kind: 'stopped' });
}

/** The parent, while it still waits for the children of this Map Run. */
function waitingParent(sandbox: Sandbox, of: Pick<ChildOf, 'parent' | 'frame' | 'attempt'>): Execution | undefined {
  const parent = sandbox.world.states.executions[of.parent];
  const waiting = parent?.run.status === 'RUNNING' && parent.run.frames[of.frame]?.attempt === of.attempt;
  return waiting ? parent : undefined;
}

/** Why the machine's role may not do something, or undefined. The name of the error is a guess; AWS documents none. */
function refusal(sandbox: Sandbox, parent: Execution, permission: Permission): Failure | undefined {
  const session = roleSession(sandbox, parent);
  if (session.kind === 'refused') return session.failure;
  try {
    sandbox.authorise(session.caller, permission);
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { error: 'States.Permissions', cause: error.message };
  }
}

function refuse(sandbox: Sandbox, of: Pick<ChildOf, 'parent' | 'frame' | 'attempt'>, failure: Failure): void {
  drive(sandbox, of.parent, { kind: 'child-refused', frame: of.frame, attempt: of.attempt, failure });
}

/** A child runs the definition its parent started with, as the same role. */
function newChild(sandbox: Sandbox, parent: Execution, job: StartChildJob): Execution {
  const { name, label, mapRun, frame, attempt, index, place, input } = job;
  const { account, region, revisionId, machineArn } = parent;
  const arn = childArn(machineArn, label, name);
  const { roleArn, machineName } = parent.run.facts;
  const startedAt = sandbox.now();
  const run = newRun({
    executionArn: arn,
    ...{ name, input, roleArn, startedAt, region, place },
    machineArn: `${machineArn}/${label}`,
    machineName: `${machineName}/${label}`,
    seed: sandbox.mint('execution-seed', 32),
  });
  const child = { parent: parent.arn, frame, attempt, index, label, mapRun };
  const text = JSON.stringify(input);
  const made = { arn, name, machineArn, account, region, revisionId, input: text, startedAt };
  return { ...made, run, history: [], timers: {}, child };
}
