/** An event in one line, for people who read it in a mail or a chat. */
import { cut } from '../plan/printable.ts';
import type { Reason } from '../promotion/records.ts';
import type { PromotionEvent, Stacks } from './event.ts';

/** What a summary is made of. */
interface Told {
  readonly state: string;
  readonly releaseId: string;
  readonly actor: string;
  readonly reasons: readonly Reason[];
  readonly environment?: string;
  readonly rollback?: { readonly automatic: boolean; readonly reason: string };
  readonly stacks?: Stacks;
  readonly approval?: { groups: readonly string[]; because: readonly string[]; expiresAt: string; reason?: string };
}

/** Characters. */
export const longestSummary = 1500;

/** Plain text: a rule of EventBridge puts it between quotes, so it has neither quotes nor backslashes. */
export function summaryOf(detailType: PromotionEvent['detailType'], event: object): string {
  const text = sentences[detailType](event as Told).replaceAll(/["\\]/g, "'");
  return cut(text, longestSummary);
}

const sentences: Readonly<Record<PromotionEvent['detailType'], (told: Told) => string>> = {
  'Drawbridge Promotion State Change': ({ state, releaseId, actor, reasons, environment, stacks, rollback }) =>
    state === 'accepted'
      ? asked(actor, releaseId, rollback)
      : `The ${rollback === undefined ? 'promotion of' : 'rollback to'} ${releaseId} ${verbs[state]}${environment === undefined ? '' : ` in ${environment}`}.${backText(stacks)}${because(reasons)}`,
  'Drawbridge Rollout State Change': ({ state, releaseId, reasons, environment, stacks, rollback }) =>
    `The ${rollback === undefined ? `rollout of ${releaseId} to` : `rollback to ${releaseId} in`} ${environment} ${verbs[state]}.${backText(stacks)}${because(reasons)}`,
  'Drawbridge Approval Requested': ({ releaseId, environment, approval }) =>
    `${releaseId} needs an approval for ${environment} ${by(approval?.groups)} until ${approval?.expiresAt}: ${sentence(approval?.because)}`,
  'Drawbridge Approval Decided': ({ state, releaseId, actor, environment, approval }) =>
    `The approval of ${releaseId} for ${environment} ${answers[state]?.(actor)}.${said(approval?.reason)}`,
};

const verbs: Readonly<Record<string, string>> = {
  running: 'has begun',
  planned: 'was planned',
  succeeded: 'has succeeded',
  unchanged: 'had nothing to change',
  rejected: 'was rejected',
  failed: 'has failed',
  errored: 'broke',
  aborted: 'was aborted',
};

const answers: Readonly<Record<string, (actor: string) => string>> = {
  approved: (actor) => `was given by ${actor}`,
  rejected: (actor) => `was refused by ${actor}`,
  expired: () => 'was not given in time',
  void: () => 'is not needed any more',
};

function asked(actor: string, releaseId: string, rollback: Told['rollback']): string {
  if (rollback === undefined) return `${actor} asked for a promotion of ${releaseId}.`;
  const { automatic, reason } = rollback;
  return automatic
    ? `Targets go back to ${releaseId} by themselves: ${reason}.`
    : `${actor} asked for a rollback to ${releaseId}: ${reason}.`;
}

function by(groups: readonly string[] = []): string {
  return groups.length === 0 ? 'of anybody else' : `of ${groups.join(' and ')}`;
}

function sentence(texts: readonly string[] = []): string {
  return `${texts.map((text) => text.replace(/\.$/, '')).join('; ')}.`;
}

function because(reasons: readonly Reason[]): string {
  const [first, ...more] = reasons;
  if (first === undefined) return '';
  return ` ${first.code}: ${first.text}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
}

function backText(stacks: Stacks | undefined): string {
  if (stacks === undefined || stacks.rolledBack === 0) return '';
  return ` CloudFormation rolled back ${stacks.rolledBack} of its stacks.`;
}

function said(reason: string | undefined): string {
  return reason === undefined ? '' : ` ${reason}`;
}
