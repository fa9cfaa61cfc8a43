/** What follows when the function behind a custom resource has answered, or when its time is up. */

import type { Sandbox } from '../../kernel.ts';
import { type CustomAnswer, noAnswer, readAnswer } from '../custom-resource-response.ts';
import type { ResourceDefinition, ResourceRecord, StepRecord } from '../state.ts';
import { definitionFor } from './custom-ask.ts';
import { settleStep } from './step-act.ts';
import { mark, recordOf, type StepContext } from './step-context.ts';
import { failStep } from './step-failure.ts';

/**
 * Takes what was put to a response URL, by the secret in it, and queues the end of the step; false for an unknown secret. A URL works once
 * and only while its step waits.
 */
export function takeAnswer(sandbox: Sandbox, secret: string, body: Uint8Array): boolean {
  for (const { stackId, operation } of Object.values(sandbox.world.cloudformation.stacks)) {
    const step = Object.values(operation?.steps ?? {}).find(
      ({ asked, status }) => asked?.secret === secret && status === 'acting',
    );
    if (operation === undefined || step?.asked === undefined) continue;
    const { logicalId, asked } = step;
    const { requestId } = asked;
    const answer = readAnswer(body, { stackId, logicalId, requestId });
    step.asked = { requestId };
    if (step.job !== undefined) sandbox.cancel(step.job);
    const payload = { stackId, operationId: operation.id, logicalId, requestId, answer };
    step.job = sandbox.schedule({ at: sandbox.now(), service: 'cloudformation', name: 'custom-answer', payload });
    return true;
  }
  return false;
}

/** Ends the step. Without an answer its time is up. */
export function concludeStep(context: StepContext, step: StepRecord, answer: CustomAnswer | undefined): void {
  const { requestId = '' } = step.asked ?? {};
  delete step.job;
  delete step.asked;
  const said = answer ?? noAnswer(requestId);
  const record = recordOf(context, step);
  const definition = record && definitionFor(context, step, record);
  if (record === undefined || definition === undefined) return;
  if (step.verb !== 'remove') adopt(context, step, { record, definition, said });
  if (said.kind === 'failure') failStep(context, step, said.reason);
  else settleStep(context, step);
}

interface Told {
  readonly record: ResourceRecord;
  readonly definition: ResourceDefinition;
  readonly said: CustomAnswer;
}

/**
 * Writes what was answered into the resource. Another physical id after an update means that the function made a new resource, even when it
 * failed: the old one is set aside to be deleted, or, when the stack is rolled back, the new one is (Template Reference,
 * AWS::CloudFormation::CustomResource, "Replacing a custom resource during an update").
 */
function adopt(context: StepContext, step: StepRecord, { record, definition, said }: Told): void {
  const { physicalId } = said;
  const data = said.kind === 'success' ? { definition, attributes: said.data, noEcho: said.noEcho } : {};
  if (step.change === 'create') {
    Object.assign(record, physicalId === undefined ? {} : { physicalId }, data);
    if (said.kind === 'success') mark(context, record, { status: 'CREATE_IN_PROGRESS', reason: initiated });
  } else if (physicalId === undefined || physicalId === record.physicalId) {
    Object.assign(record, data);
  } else {
    replace(context, step, { ...record, definition, physicalId, ...data });
  }
}

const initiated = 'Resource creation Initiated';
const replaced = 'Requested update required the provider to create a new physical resource';

function replace({ sandbox, stack, operation }: StepContext, step: StepRecord, made: ResourceRecord): void {
  const old = stack.resources[step.logicalId];
  if (old === undefined) return;
  const deletionPolicy = made.definition.updateReplacePolicy ?? 'Delete';
  operation.leftovers.push({ ...old, definition: { ...old.definition, deletionPolicy } });
  step.change = 'replace';
  stack.resources[step.logicalId] = made;
  mark({ sandbox, stack, operation }, made, { status: 'UPDATE_IN_PROGRESS', reason: replaced });
}
