/** A change set as the plan tells it: what CloudFormation made of the templates is read, gated, and compared with what runs now. */
import type { GateContext } from '#shared/domain/gate/finding.ts';
import type { DesiredStack, LiveStack } from '#shared/domain/plan/comparison.ts';
import { describeStack } from '#shared/domain/plan/describe-stack.ts';
import type { StackPlan } from '#shared/domain/plan/stack-plan.ts';
import type { JsonObject } from '#shared/domain/template/template.ts';
import type { ChangeSet } from './change-sets.ts';
import { gateProcessed } from './gate-release.ts';
import type { TargetSession } from './sessions.ts';
import { readProcessedTemplate } from './stacks.ts';

type Templates = ReadonlyMap<string, JsonObject>;

interface Found {
  readonly found: Extract<ChangeSet, { kind: 'ready' }>;
  readonly live: LiveStack | undefined;
  readonly gate: GateContext;
}

/** Throws GATE_ errors: composed types, macros and nested templates are only visible in what CloudFormation made of them. */
export async function describeChangeSet(
  session: TargetSession,
  desired: DesiredStack,
  { found, live, gate }: Found,
): Promise<StackPlan> {
  const [before, after] = await Promise.all([templatesNow(session, found, live), templatesThen(session, found)]);
  const waived = gateProcessed(after, desired.stackName, gate);
  return describeStack({ desired, live, changes: found.changes, templates: { before, after }, waived });
}

/** By the logical ids that lead to each template; the stack's own is under the empty text. */
async function templatesThen(session: TargetSession, { id, stackId, nested }: Found['found']): Promise<Templates> {
  const all = [{ within: '', id, stackId }, ...nested];
  return readAll(
    all.map(({ within, id: changeSet, stackId: stackName }) => ({ within, of: { stackName, changeSet } })),
    session,
  );
}

async function templatesNow(
  session: TargetSession,
  { stackId, nested }: Found['found'],
  live: LiveStack | undefined,
): Promise<Templates> {
  if (live === undefined || live.status === 'REVIEW_IN_PROGRESS') return new Map();
  const existing = [{ within: '', stackId }, ...nested.filter((child) => !child.created)];
  return readAll(
    existing.map(({ within, stackId: stackName }) => ({ within, of: { stackName } })),
    session,
  );
}

async function readAll(
  wanted: readonly { within: string; of: Parameters<typeof readProcessedTemplate>[1] }[],
  session: TargetSession,
): Promise<Templates> {
  const read = wanted.map(async ({ within, of }) => [within, await readProcessedTemplate(session, of)] as const);
  return new Map(
    (await Promise.all(read)).flatMap(([within, template]) => (template ? [[within, template] as const] : [])),
  );
}
