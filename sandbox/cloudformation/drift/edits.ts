/** What somebody changed past CloudFormation, and what CloudFormation makes of it. Providers are not told: only what is compared is edited. */
import { AwsError } from '../../aws-error.ts';
import type { Json, Sandbox } from '../../kernel.ts';
import type { ResourceDefinition, ResourceRecord, StackRecord } from '../state.ts';
import { canonical } from '../template/differences.ts';

export interface EditedPlace {
  readonly account: string;
  /** Its name in CloudFormation, or its ARN. A nested stack is found by the beginning of its name. */
  readonly stack: string;
  readonly logicalId: string;
}

/**
 * Changes properties of a stack's resource behind CloudFormation's back; `null` takes one away. Throws where there is no such resource: whoever edits
 * it is a test or a rehearsal, not AWS.
 */
export function editResource(sandbox: Sandbox, place: EditedPlace, properties: Readonly<Record<string, Json>>): void {
  const record = resourceAt(sandbox, place);
  record.edited = { ...record.edited, ...properties };
}

/** Deletes a stack's resource behind CloudFormation's back. Throws where there is none. */
export function deleteResource(sandbox: Sandbox, place: EditedPlace): void {
  resourceAt(sandbox, place).gone = true;
}

/** The properties that the resource really has. */
export function actualProperties({ definition, edited = {} }: ResourceRecord): Record<string, Json> {
  const all = Object.entries({ ...definition.properties, ...edited });
  return Object.fromEntries(all.filter(([name, value]) => value !== null || edited[name] === undefined));
}

/** A resource that is made anew is as the template says. */
export function untouched({ edited: _edited, gone: _gone, ...record }: ResourceRecord): ResourceRecord {
  return record;
}

/** An update brings back what it changes; what it does not touch stays edited. */
export function putBack(record: ResourceRecord, next: ResourceDefinition): void {
  const before = record.definition.properties;
  const left = Object.entries(record.edited ?? {}).filter(
    ([name]) => canonical(before[name] ?? null) === canonical(next.properties[name] ?? null),
  );
  if (left.length === 0) delete record.edited;
  else record.edited = Object.fromEntries(left);
}

/** What is not there cannot be updated (Resource handler contract, error code NotFound). */
export function demandThere({ gone, type, physicalId }: ResourceRecord): void {
  if (gone) throw new AwsError('NotFound', `Resource of type '${type}' with identifier '${physicalId}' was not found.`);
}

function resourceAt(sandbox: Sandbox, { account, stack, logicalId }: EditedPlace): ResourceRecord {
  const all = Object.values(sandbox.world.cloudformation.stacks).filter(
    (one) => one.account === account && one.status !== 'DELETE_COMPLETE',
  );
  const named = all.filter((one) => one.stackName === stack || one.stackId === stack);
  const found = [...named, ...all.filter((one) => isBelow(one, stack))].find((one) => one.resources[logicalId]);
  const record = found?.resources[logicalId];
  if (record === undefined) throw new Error(`${account} has no ${logicalId} in ${stack}`);
  return record;
}

function isBelow({ stackName, parent }: StackRecord, name: string): boolean {
  return parent !== undefined && stackName.startsWith(`${name}-`);
}
