/** What the state of a nested stack means for the step of its parent. Reasons as AWS writes them into the parent's events. */
import type { Json } from '../../kernel.ts';
import type { ResourceRecord, StackRecord, StepRecord } from '../state.ts';
import { settleStep } from './step-act.ts';
import { recordOf, type StepContext } from './step-context.ts';
import { failStep } from './step-failure.ts';

type Standing = { readonly kind: 'running' | 'done' } | { readonly kind: 'failed'; readonly reason: string };

/** Settles or fails the step that waits for this nested stack, if one does and the stack has got so far. */
export function takeStanding(context: StepContext, child: StackRecord): void {
  const step = context.operation.steps[child.parent?.logicalId ?? ''];
  if (step?.status !== 'acting') return;
  const record = recordOf(context, step);
  if (record?.physicalId !== child.stackId) return;
  const standing = standingOf(child, step);
  if (standing.kind === 'failed') failStep(context, step, standing.reason);
  if (standing.kind !== 'done') return;
  takeOutputs(record, child);
  settleStep(context, step);
}

/** `Fn::GetAtt` of a nested stack answers its outputs (Template Reference, AWS::CloudFormation::Stack, Return values). */
function takeOutputs(record: ResourceRecord, child: StackRecord): void {
  const outputs = child.outputs.map(({ key, value }): [string, Json] => [`Outputs.${key}`, value]);
  record.attributes = Object.fromEntries(outputs);
}

function standingOf(child: StackRecord, step: StepRecord): Standing {
  const { status, statusReason = '', stackId } = child;
  const failed = (what: string): Standing => ({
    kind: 'failed',
    reason: `Embedded stack ${stackId} was not successfully ${what}`,
  });
  const settled = ends[step.verb === 'apply' && step.change !== 'create' ? 'update' : step.verb];
  if (settled.done.includes(status)) return { kind: 'done' };
  if (!settled.failed.includes(status)) return { kind: 'running' };
  const reason = statusReason.trimEnd();
  if (step.verb === 'remove') return failed(`deleted: ${reason}`);
  if (step.verb === 'apply' && step.change === 'create') return failed(`created: ${reason}`);
  return failed(`updated. Currently in ${status} with reason: ${reason}`);
}

interface Ends {
  readonly done: readonly StackRecord['status'][];
  readonly failed: readonly StackRecord['status'][];
}

const restored: Ends['done'] = ['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'];

const ends: Readonly<Record<StepRecord['verb'] | 'update', Ends>> = {
  apply: { done: ['CREATE_COMPLETE'], failed: ['CREATE_FAILED', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE'] },
  update: {
    done: ['UPDATE_COMPLETE', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'],
    failed: ['UPDATE_FAILED', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED', ...restored],
  },
  restore: { done: restored, failed: ['UPDATE_ROLLBACK_FAILED'] },
  remove: { done: ['DELETE_COMPLETE'], failed: ['DELETE_FAILED'] },
};
