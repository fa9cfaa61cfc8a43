/** A change set as the plan tells it: what CloudFormation made of the templates is read, gated, and compared with what runs now. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { GateContext, GateFinding } from '#shared/domain/gate/finding.ts';
import type { DesiredStack, LiveStack } from '#shared/domain/plan/comparison.ts';
import { describeStack } from '#shared/domain/plan/describe-stack.ts';
import { type ExportInUse, exportChanges } from '#shared/domain/plan/exports.ts';
import type { StackPlan } from '#shared/domain/plan/stack-plan.ts';
import type { JsonObject } from '#shared/domain/template/template.ts';
import type { ChangeSet } from './change-sets.ts';
import { gateProcessed } from './gate-release.ts';
import { readImporters } from './importers.ts';
import type { TargetSession } from './sessions.ts';
import { readProcessedTemplate } from './stacks.ts';

/** By the logical ids that lead to each template; the stack's own is under the empty text. */
type Side = ReadonlyMap<string, JsonObject>;

interface Found {
  readonly found: Extract<ChangeSet, { kind: 'ready' }>;
  readonly live: LiveStack | undefined;
  readonly gate: GateContext;
}

/** What the plan says of it, and what it means for exports. */
interface DescribedChangeSet {
  readonly plan: StackPlan;
  readonly exportsInUse: readonly ExportInUse[];
  readonly imports: readonly string[];
}

/** Throws TEMPLATE_INVALID and GATE_ errors: composed types, macros and nested templates are only visible in what CloudFormation made of them. */
export async function describeChangeSet(
  session: TargetSession,
  desired: DesiredStack,
  { found, live, gate }: Found,
): Promise<DescribedChangeSet> {
  const [before, after] = await Promise.all([templatesNow(session, found, live), templatesThen(session, found)]);
  const waived = gateProcessed(after, desired.stackName, gate);
  const facts = { desired, live, changes: found.changes, templates: together(before, after) };
  const plan = describeStack(facts);
  const { lost, imports } = exportChanges(facts, session.purpose.target);
  const exportsInUse = lost.map(async (one) => ({ ...one, importers: await readImporters(session, one.name) }));
  return {
    plan: { ...plan, notes: [...plan.notes, ...waived.map(waivedNote)] },
    ...{ exportsInUse: await Promise.all(exportsInUse), imports },
  };
}

/** What a policy tolerates is shown all the same. */
function waivedNote({ code, resource, what }: GateFinding): string {
  return `${code} is waived by a policy: ${resource === undefined ? '' : `${resource}: `}${what}`;
}

function together(before: Side, after: Side): Parameters<typeof describeStack>[0]['templates'] {
  const places = new Set([...before.keys(), ...after.keys()]);
  return Object.fromEntries(
    [...places].map((within) => {
      const [old, wanted] = [before.get(within), after.get(within)];
      return [within, { ...(old && { before: old }), ...(wanted && { after: wanted }) }];
    }),
  );
}

async function templatesThen(session: TargetSession, { id, stackId, nested }: Found['found']): Promise<Side> {
  const all = [{ within: '', id, stackId }, ...nested];
  const wanted = all.map(({ within, id: changeSet, stackId: stackName }) => ({ within, of: { stackName, changeSet } }));
  const read = await readAll(session, wanted);
  // It may be a template to CloudFormation, so nothing is let through that cannot be judged.
  const unread = wanted.find(({ within }) => !read.has(within));
  if (unread === undefined) return read;
  const detail = `What CloudFormation made of the template of ${unread.of.stackName} cannot be read.`;
  throw failure('TEMPLATE_INVALID', { detail });
}

async function templatesNow(
  session: TargetSession,
  { stackId, nested }: Found['found'],
  live: LiveStack | undefined,
): Promise<Side> {
  if (live === undefined || live.status === 'REVIEW_IN_PROGRESS') return new Map();
  const existing = [{ within: '', stackId }, ...nested.filter((child) => !child.created)];
  return readAll(
    session,
    existing.map(({ within, stackId: stackName }) => ({ within, of: { stackName } })),
  );
}

async function readAll(
  session: TargetSession,
  wanted: readonly { within: string; of: Parameters<typeof readProcessedTemplate>[1] }[],
): Promise<Side> {
  const read = wanted.map(async ({ within, of }) => [within, await readProcessedTemplate(session, of)] as const);
  const found = await Promise.all(read);
  return new Map(found.flatMap(([within, template]) => (template ? [[within, template] as const] : [])));
}
