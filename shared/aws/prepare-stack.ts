/** Bringing one stack of a target to a reviewed, unexecuted change set. Each call does one step; waiting is the state machine's. */
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import type { GateContext } from '#shared/domain/gate/finding.ts';
import { type DesiredStack, differences, inputDifferences, type LiveStack } from '#shared/domain/plan/comparison.ts';
import { describeStack } from '#shared/domain/plan/describe-stack.ts';
import type { Preparation } from '#shared/domain/plan/preparation.ts';
import { isNothing, settingsToMake } from '#shared/domain/plan/settings.ts';
import { untouched } from '#shared/domain/plan/stack-plan.ts';
import { stackHealth } from '#shared/domain/plan/stack-status.ts';
import { type RecoveryFacts, recoveryFor } from '#shared/domain/recovery/recovery.ts';
import { demandSkippable } from '#shared/domain/recovery/skippable.ts';
import { type ChangeSet, readChangeSet } from './change-sets.ts';
import { createChangeSet } from './create-change-set.ts';
import { describeChangeSet } from './describe-change-set.ts';
import { explainRefusal } from './explain-refusal.ts';
import type { TargetSession } from './sessions.ts';
import { readSkippable } from './skippable-resources.ts';
import { readStack, readTemplateDigest } from './stacks.ts';

/** What preparing a stack has to know beside the stack. */
export interface Preparing {
  /** Name of the change set to make in this round. */
  readonly name: string;
  /** One that an earlier round made and that may still stand. */
  readonly earlier?: string | undefined;
  readonly gate: GateContext;
  /** What may be done about a stack that cannot be updated. */
  readonly recovery: Pick<RecoveryFacts, 'allowed' | 'skip'>;
}

type Ready = Extract<ChangeSet, { kind: 'ready' }>;

/**
 * The first look: a change set of an earlier round is kept if it still stands; otherwise the stack is compared with what is desired, and a
 * change set is asked for where they differ. Asking twice is one change set.
 */
export async function beginStack(
  session: TargetSession,
  desired: DesiredStack,
  preparing: Preparing,
): Promise<Preparation> {
  const { stack, missingOutputs } = desired;
  if (missingOutputs.length > 0) return { kind: 'unplanned', stack, after: stacksIn(missingOutputs) };
  const kept = await standing(session, desired, preparing.earlier);
  if (kept !== undefined) return planned(session, desired, { ...preparing, found: kept });
  return compare(session, desired, preparing);
}

/**
 * Looks how far the change set of this round is. One that turned out to be empty is `unchanged` and named, to be removed once the whole
 * target is prepared. Throws CHANGE_SET_FOREIGN, DIGEST_MISMATCH, and GATE_ errors for what CloudFormation made of the template.
 */
export async function lookAtStack(
  session: TargetSession,
  desired: DesiredStack,
  preparing: Preparing,
): Promise<Preparation> {
  const { stack, stackName } = desired;
  const found = await readChangeSet(session, { stackName, changeSet: preparing.name });
  switch (found.kind) {
    case 'absent':
      return beginStack(session, desired, preparing);
    case 'pending':
      return { kind: 'pending', stack };
    case 'no-change':
      refuseForeign(session, desired, { name: preparing.name, inputs: found.inputs });
      return withoutChanges(session, desired, { stackName, changeSet: preparing.name });
    case 'refused':
      return { kind: 'refused', stack, stackName, reason: await explained(session, stackName, found) };
    case 'ready':
      return planned(session, desired, { ...preparing, found });
  }
}

async function compare(
  session: TargetSession,
  desired: DesiredStack,
  { name, recovery }: Preparing,
): Promise<Preparation> {
  const { stack, stackName } = desired;
  const live = await readStack(session, desired);
  const status = live?.status ?? 'DELETE_COMPLETE';
  const health = stackHealth(status);
  switch (health) {
    case 'busy':
      return { kind: 'busy', stack, stackName, status };
    case 'stuck':
      return recover(session, desired, { live, recovery });
    case 'healthy':
      if (live !== undefined && differences(desired, live).length === 0) return settingsOnly(desired, live);
      return ask(session, desired, { name, type: 'UPDATE' });
    case 'absent':
    case 'review':
      return ask(session, desired, { name, type: 'CREATE' });
  }
}

/** A stack that cannot be updated is planned to be brought back first. Throws STACK_STUCK where that is not allowed, and SKIP_REFUSED. */
async function recover(
  session: TargetSession,
  desired: DesiredStack,
  { live, recovery }: { live: LiveStack | undefined; recovery: Preparing['recovery'] },
): Promise<Preparation> {
  const { stack, stackName } = desired;
  const { status, stackId } = live as LiveStack;
  const found = recoveryFor({ status, ...recovery });
  if (found.kind !== 'possible') {
    const next = found.kind === 'blocked' ? found.next : 'Look at it in the CloudFormation console.';
    throw failure('STACK_STUCK', { stack, status, next }, place(session, stackName));
  }
  const { skip } = found.recovery;
  if (skip.length > 0)
    demandSkippable({ stack, skip }, await readSkippable(session, stackId), place(session, stackName));
  return {
    kind: 'planned',
    stack,
    plan: { ...untouched(desired), kind: 'recover', recovery: found.recovery },
    handles: { stackName, stackId, settings: {}, recovery: found.recovery },
    ...seenIn(live),
  };
}

/** What CloudFormation refuses at once is told like what it refuses later. */
async function ask(
  session: TargetSession,
  desired: DesiredStack,
  { name, type }: { name: string; type: 'CREATE' | 'UPDATE' },
): Promise<Preparation> {
  const { stack, stackName } = desired;
  try {
    await createChangeSet(session, { name, type, desired });
    return { kind: 'pending', stack };
  } catch (error) {
    if (!(error instanceof DrawbridgeError) || error.problem.code !== 'CHANGE_SET_REFUSED') throw error;
    return { kind: 'refused', stack, stackName, reason: `${(error.cause as Error).message}` };
  }
}

function explained(session: TargetSession, stackName: string, { id, reason }: { id: string; reason: string }) {
  return explainRefusal(session, { stackName, changeSet: id, reason });
}

/** A change set of an earlier round that can still be executed and says what this round wants. */
async function standing(
  session: TargetSession,
  desired: DesiredStack,
  earlier: string | undefined,
): Promise<Ready | undefined> {
  if (earlier === undefined) return undefined;
  const found = await readChangeSet(session, { stackName: desired.stackName, changeSet: earlier });
  if (found.kind !== 'ready' || found.executionStatus !== 'AVAILABLE') return undefined;
  return inputDifferences(desired, found.inputs).length === 0 ? found : undefined;
}

async function withoutChanges(
  session: TargetSession,
  desired: DesiredStack,
  emptyChangeSet: { stackName: string; changeSet: string },
): Promise<Preparation> {
  const live = await readStack(session, desired);
  const prepared =
    live === undefined ? { kind: 'unchanged' as const, stack: desired.stack } : settingsOnly(desired, live);
  return { ...prepared, emptyChangeSet };
}

function settingsOnly(desired: DesiredStack, live: LiveStack): Extract<Preparation, { kind: 'unchanged' | 'planned' }> {
  const { stack, stackName } = desired;
  const settings = settingsToMake(desired, live);
  const plan = describeStack({ desired, live, templates: {} });
  if (isNothing(settings))
    return { kind: 'unchanged', stack, ...(plan.notes.length > 0 && { notes: plan.notes }), ...seenIn(live) };
  return {
    kind: 'planned',
    stack,
    plan,
    handles: { stackName, stackId: live.stackId, settings },
    ...seenIn(live),
  };
}

/** The bytes CloudFormation holds are compared with the release once more: between upload and change set somebody may have swapped them. */
async function planned(
  session: TargetSession,
  desired: DesiredStack,
  { found, gate }: Preparing & { found: Ready },
): Promise<Preparation> {
  const { stack, stackName } = desired;
  refuseForeign(session, desired, { name: found.name, inputs: found.inputs });
  const actual = await readTemplateDigest(session, { stackName, changeSet: found.id });
  if (actual !== desired.templateDigest) {
    const what = `The template of stack ${stack} in CloudFormation`;
    throw failure('DIGEST_MISMATCH', { what, expected: desired.templateDigest, actual }, place(session, stackName));
  }
  // What refuses changes is told whether or not the release has a policy.
  const live = await readStack(session, desired, { withPolicy: true });
  const { id, stackId, changes } = found;
  return {
    kind: 'planned',
    stack,
    ...(await describeChangeSet(session, desired, { found, live, gate })),
    handles: {
      stackName,
      stackId,
      changeSet: { name: found.name, id, changes },
      settings: settingsToMake(desired, live),
    },
    ...seenIn(live),
  };
}

/** The name of our change set is no secret: whoever may make change sets there can have made one of it with other values. */
function refuseForeign(
  session: TargetSession,
  desired: DesiredStack,
  { name, inputs }: { name: string; inputs: Ready['inputs'] },
): void {
  const { stack, stackName } = desired;
  const differs = inputDifferences(desired, inputs);
  if (differs.length > 0)
    throw failure('CHANGE_SET_FOREIGN', { stack, changeSet: name, differs }, place(session, stackName));
}

function seenIn(live: LiveStack | undefined): Pick<Extract<Preparation, { kind: 'planned' }>, 'seen'> {
  if (live === undefined) return {};
  const { updatedAt, drift } = live;
  return { seen: { ...(updatedAt !== undefined && { updatedAt }), ...(drift !== undefined && { drift }) } };
}

function stacksIn(outputs: readonly string[]): string[] {
  return [...new Set(outputs.map((output) => output.slice(0, output.indexOf('.'))))];
}

function place(session: TargetSession, stack: string) {
  const { account, region } = session.purpose.target;
  return { stack, account, region };
}
