/** The graphs of steps an operation goes through. A step waits until all steps it comes after are done. */
import type { OperationRecord, ResourceRecord, StableState, StackRecord, StepRecord } from '../state.ts';

type Steps = Record<string, StepRecord>;

/** One step for every resource of the template, dependencies first. */
export function applySteps(order: readonly string[], dependencies: Readonly<Record<string, readonly string[]>>): Steps {
  return Object.fromEntries(
    order.map((logicalId) => [
      logicalId,
      { logicalId, verb: 'apply', after: dependencies[logicalId] ?? [], status: 'waiting' } satisfies StepRecord,
    ]),
  );
}

/** Removal in the opposite order: a resource goes after everything that depends on it. */
export function removeSteps(records: readonly ResourceRecord[]): Steps {
  return Object.fromEntries(
    records.map(({ logicalId }) => {
      const dependants = records.filter((other) => other.definition.dependsOn.includes(logicalId));
      const after = dependants.map((dependant) => dependant.logicalId);
      return [logicalId, { logicalId, verb: 'remove', after, status: 'waiting' } satisfies StepRecord];
    }),
  );
}

/**
 * The way back after a failed update. What was made is set aside to be removed at the end, what was replaced points to the old
 * physical resource again, and everything that was touched gets a step which brings its old values back.
 */
export function restoreSteps(stack: StackRecord, operation: OperationRecord, before: StableState): Steps {
  const touched = touchedSteps(operation);
  operation.leftovers = touched
    .filter((step) => before.resources[step.logicalId] === undefined || isReplaced(stack, before, step))
    .flatMap((step) => stack.resources[step.logicalId] ?? []);
  const steps: Steps = {};
  for (const { logicalId, change } of touched) {
    const old = before.resources[logicalId];
    if (old === undefined) {
      delete stack.resources[logicalId];
      continue;
    }
    const after = old.definition.dependsOn.filter((id) => touched.some((step) => step.logicalId === id));
    steps[logicalId] = { logicalId, verb: 'restore', after, status: 'waiting', ...(change ? { change } : {}) };
  }
  return steps;
}

/** What this update touched, and failed ones before it since the stack was stable; the latest step of each resource. */
export function touchedSteps(operation: OperationRecord): StepRecord[] {
  const applied = [...(operation.earlier ?? []), ...Object.values(operation.steps)].filter(
    (step) => step.verb === 'apply' && step.change !== undefined,
  );
  return Object.values(Object.fromEntries(applied.map((step) => [step.logicalId, step])));
}

function isReplaced(stack: StackRecord, before: StableState, step: StepRecord): boolean {
  const current = stack.resources[step.logicalId]?.physicalId;
  return step.change === 'replace' && current !== before.resources[step.logicalId]?.physicalId;
}

export function readySteps(operation: OperationRecord): StepRecord[] {
  return Object.values(operation.steps).filter(
    (step) => step.status === 'waiting' && step.after.every((id) => (operation.steps[id]?.status ?? 'done') === 'done'),
  );
}

/** Steps that can never run because one they come after did not get done. */
export function blockedSteps(operation: OperationRecord): StepRecord[] {
  return Object.values(operation.steps).filter(
    (step) =>
      step.status === 'waiting' &&
      step.after.some((id) => ['failed', 'cancelled'].includes(operation.steps[id]?.status ?? 'done')),
  );
}

export function isRunning(step: StepRecord): boolean {
  return step.status === 'begun' || step.status === 'acting';
}

export function failedSteps(operation: OperationRecord): StepRecord[] {
  return Object.values(operation.steps).filter((step) => step.status === 'failed');
}
