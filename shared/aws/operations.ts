/** Executing a planned change set once, however often the step runs, and following what became of it. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Operation } from '#shared/domain/plan/operation.ts';
import { digestOfChanges } from '#shared/domain/plan/preparation.ts';
import type { Deployment } from '#shared/domain/promotion/records.ts';
import { shortened } from '#shared/domain/trust/authorization-message.ts';
import { executeChangeSet, readChangeSet } from './change-sets.ts';
import { recordDeployment } from './ledger/deployments.ts';
import type { PlannedStack } from './ledger/plans.ts';
import type { Ledger } from './ledger/table.ts';
import { closeWait, type Wait } from './ledger/waits.ts';
import type { TargetSession } from './sessions.ts';
import { makeSettings } from './stack-settings.ts';
import { readOperation, readStackStatus } from './stacks.ts';
import { answerTask } from './state-machine.ts';

export interface Executing {
  readonly planned: PlannedStack;
  readonly wait: Wait;
  /** Called before anything begins, and not for what runs already: throws where nothing may begin any more. */
  readonly mayBegin: () => Promise<void>;
}

/**
 * Executes the change set if nobody did, after comparing it with what was planned and making the planned settings; otherwise takes up the
 * operation that runs or ended. A lost reply is therefore adopted, never repeated. Throws PLAN_CHANGED, CHANGE_SET_OBSOLETE, and what `mayBegin` throws.
 */
export async function executeOnce(session: TargetSession, executing: Executing): Promise<Operation> {
  const { planned, mayBegin } = executing;
  const { changeSetId, digest } = planned;
  if (changeSetId === undefined) {
    await mayBegin();
    await makeSettings(session, planned.stackId, planned.settings);
    const live = await readStackStatus(session, planned.stackId);
    return { kind: 'deployed', status: live?.status ?? 'UNKNOWN' };
  }
  return executeChanges(session, { ...executing, planned: { ...planned, changeSetId, digest: digest ?? '' } });
}

type Executable = PlannedStack & { readonly changeSetId: string; readonly digest: string };

async function executeChanges(
  session: TargetSession,
  { planned, wait, mayBegin }: Executing & { readonly planned: Executable },
): Promise<Operation> {
  const { stack } = planned;
  const place = { stack: planned.stackName, account: wait.account, region: wait.region };
  const found = await readChangeSet(session, { stackName: planned.stackId, changeSet: planned.changeSetId });
  if (found.kind === 'ready' && found.executionStatus === 'AVAILABLE') {
    const now = digestOfChanges(found.changes);
    if (now !== planned.digest) throw failure('PLAN_CHANGED', { stack, planned: planned.digest, now }, place);
    await mayBegin();
    await makeSettings(session, planned.stackId, planned.settings);
    const executed = await executeChangeSet(session, { ...planned, token: wait.operation });
    if (executed === 'started') return { kind: 'in-progress', status: 'EXECUTE_IN_PROGRESS' };
  }
  const operation = await readOperation(session, { stackId: wait.stackId, token: wait.operation, since: wait.since });
  if (operation.kind !== 'not-started') return operation;
  // Just after a lost reply the change set already says it is executed while the stack has no event of it yet.
  const status = await executionStatus(session, planned);
  if (status === 'EXECUTE_IN_PROGRESS') return { kind: 'in-progress', status };
  throw failure('CHANGE_SET_OBSOLETE', { stack, status }, place);
}

/** Records how the operation stands and, once it is settled, answers the step that waits for it. Answering twice is harmless. */
export async function conclude(
  ledger: Ledger,
  wait: Wait,
  operation: Operation,
): Promise<'waiting' | 'answered' | 'gone'> {
  const answer = answerOf(wait, operation);
  await recordDeployment(ledger, { ...deploymentOf(wait), ...standing(operation, answer) });
  if (answer === undefined) return 'waiting';
  const answered = await answerTask(wait.token, forStepFunctions(answer));
  await closeWait(ledger, wait);
  return answered;
}

async function executionStatus(session: TargetSession, planned: Executable): Promise<string> {
  const found = await readChangeSet(session, { stackName: planned.stackId, changeSet: planned.changeSetId });
  return found.kind === 'ready' ? found.executionStatus : found.kind;
}

function answerOf(wait: Wait, operation: Operation) {
  if (operation.kind === 'deployed') return { kind: 'deployed' as const, status: operation.status };
  if (operation.kind !== 'failed') return undefined;
  const { failure: first, status } = operation;
  const text = `${wait.target} (${wait.account}/${wait.region}): ${first.resource} (${first.type}) ${first.status}: ${first.reason} Stack ${wait.stackName} is ${status}.`;
  return {
    kind: 'failed' as const,
    status,
    reason: { code: 'STACK_FAILED', text, resource: first.resource, target: wait.target },
  };
}

/** What the ledger keeps whole is too long for the cause of an execution (32,768 characters for all targets together). */
function forStepFunctions(answer: NonNullable<ReturnType<typeof answerOf>>) {
  if (answer.kind === 'deployed') return answer;
  const { reason } = answer;
  return { ...answer, reason: { ...reason, text: shortened(reason.text) } };
}

function standing(
  operation: Operation,
  answer: ReturnType<typeof answerOf>,
): Pick<Deployment, 'status' | 'outcome' | 'reason'> {
  const status = operation.kind === 'not-started' ? 'PLANNED' : operation.status;
  if (answer === undefined) return { status, outcome: 'in-progress' };
  return answer.kind === 'failed'
    ? { status, outcome: 'failed', reason: answer.reason }
    : { status, outcome: 'deployed' };
}

function deploymentOf(wait: Wait): Omit<Deployment, 'status' | 'outcome' | 'reason'> {
  const { promotion, environment, target, account, region, stack, stackName } = wait;
  const { role, sessionName, changeSetName: changeSet, operation, at } = wait;
  return {
    ...{ promotion, environment, target, account, region, stack, stackName },
    ...{ role, sessionName, changeSet, operation, at },
  };
}
