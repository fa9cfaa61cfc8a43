/**
 * What encoded authorization messages say, for the operator who asks. A decoded message names principals, policies and attributes of an
 * account, so it is in the one answer and in no record and no log.
 */
import * as z from 'zod';
import { problem } from '../errors/catalogue.ts';
import { PromotionId } from '../identifiers.ts';
import type { Deployment, Reason, Rollout } from '../promotion/records.ts';
import { type Denial, type EncodedMessage, encodedMessageIn, pastedMessage } from '../trust/authorization-message.ts';
import { type RoleRequest, subjectOf, type TrustedTarget, visitRequest } from '../trust/role-request.ts';

/** The body of `POST /v1/targets/{target}/decoded-messages`: the reasons of a promotion, or a text that holds a message. */
export const MessageWish = z.union(
  [
    z.strictObject({ promotion: PromotionId }),
    // A message of 10,240 characters and what may stand around it.
    z.strictObject({ text: z.string().min(1).max(20_000) }),
  ],
  'expected either promotion, or text of at most 20,000 characters',
);
export type MessageWish = z.infer<typeof MessageWish>;

/** A message that was found somewhere: `where` in words. */
export interface FoundMessage {
  readonly where: string;
  readonly found: EncodedMessage;
}

/** What one message says, or why that cannot be told and what to do then. */
export type DecodedMessage =
  | { readonly where: string; readonly kind: 'denial'; readonly denial: Denial }
  | {
      readonly where: string;
      readonly kind: 'none' | 'cut' | 'undecodable';
      readonly code: string;
      readonly cause: string;
      readonly next: string;
    };

export interface DecodedMessages {
  readonly target: string;
  readonly account: string;
  readonly region: string;
  readonly messages: readonly DecodedMessage[];
}

/** The message in a text somebody gives. */
export function messageInText(text: string): FoundMessage[] {
  return [{ where: 'the text', found: pastedMessage(text) }];
}

/**
 * The messages in the reasons for which a promotion went wrong in one target, each once; one entry that says so where there is none.
 * A reason that names no target may be this target's.
 */
export function messagesOfPromotion(
  record: { readonly rollouts: readonly Rollout[]; readonly deployments: readonly Deployment[] },
  promotion: PromotionId,
  target: string,
): FoundMessage[] {
  const here = [
    ...record.deployments.filter((deployment) => deployment.target === target).map(({ reason }) => reason),
    ...record.rollouts.flatMap(({ reasons }) => reasons),
  ].filter((reason): reason is Reason => reason !== undefined && (reason.target ?? target) === target);
  const found = here
    .map(({ text, resource, code }) => ({ where: resource ?? code, found: encodedMessageIn(text) }))
    .filter(({ found: message }) => message.kind !== 'none');
  const once = [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
  return once.length > 0 ? once : [{ where: `${promotion} for ${target}`, found: { kind: 'none' } }];
}

/** Why a message cannot be decoded, in the words of the catalogue. */
export function undecoded(where: string, kind: 'none' | 'cut' | 'undecodable', account: string): DecodedMessage {
  const { code, cause, next } = {
    none: () => problem('MESSAGE_ABSENT', { where }),
    cut: () => problem('MESSAGE_CUT', { where }),
    undecodable: () => problem('MESSAGE_UNDECODABLE', { where, account }),
  }[kind]();
  return { where, kind, code, cause, next };
}

/** The reason on the record of the session; nothing of the message itself. */
export function decodingReason(wish: MessageWish): string {
  return 'promotion' in wish
    ? `authorization message of ${wish.promotion}`
    : 'authorization message that was handed in';
}

/** The audit-role session in the name of the person that may decode and do nothing else. */
export function decodingSession(target: TrustedTarget, actor: string): RoleRequest {
  const Statement = [{ Effect: 'Allow', Action: 'sts:DecodeAuthorizationMessage', Resource: '*' }];
  const policy = JSON.stringify({ Version: '2012-10-17', Statement });
  return visitRequest(target, { role: 'audit', subject: subjectOf('usr-', actor), durationSeconds: 900, policy });
}
