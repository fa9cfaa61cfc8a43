/** A person's look into a target account: an audit-role session, asked for with a reason, on the record. */
import * as z from 'zod';
import type { Problem } from '../errors/problem.ts';
import { AccountId, Instant, Name, Region } from '../identifiers.ts';
import { type RoleRequest, subjectOf, type TrustedTarget, visitRequest } from '../trust/role-request.ts';
import { type DecodedMessages, MessageWish } from './decoded-messages.ts';

/** What the session is for. It changes nothing about the session. */
const Use = z.enum(['credentials', 'exec', 'console']);
export type Use = z.infer<typeof Use>;

/** Seconds. The least STS grants, and the most a chained session may last (IAM User Guide, "Role chaining"). */
export const shortestVisit = 900;
export const longestVisit = 3600;

/** The body of `POST /v1/sessions`. */
export const SessionWish = z.strictObject({
  target: Name,
  reason: z
    .string()
    .trim()
    .min(1)
    .max(256)
    .regex(/^\P{Cc}*$/u, 'one line without control characters'),
  use: Use,
  seconds: z.int().min(shortestVisit).max(longestVisit).default(shortestVisit),
});
export type SessionWish = z.infer<typeof SessionWish>;

/** Who asks, when; `request` is the API's id of the request. */
const by = { actor: z.string(), at: Instant, request: z.string() };

/** What the broker function is asked: a session, or to decode what a denial says. */
export const BrokerRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('session'), wish: SessionWish, ...by }),
  z.strictObject({ kind: z.literal('decoding'), target: Name, message: MessageWish, ...by }),
]);
export type BrokerRequest = z.infer<typeof BrokerRequest>;

/** One session a person was given: who, when, where, why, until when. Never a part of the credentials. */
export const BrokeredSession = z.strictObject({
  target: Name,
  account: AccountId,
  region: Region,
  actor: z.string(),
  at: Instant,
  request: z.string(),
  reason: z.string(),
  /** `decode`: Drawbridge itself used it, to decode an authorization message for the person. */
  use: z.enum([...Use.options, 'decode']),
  role: z.string(),
  sessionName: z.string(),
  sourceIdentity: z.string(),
  expiresAt: Instant,
});
export type BrokeredSession = z.infer<typeof BrokeredSession>;

export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: string;
}

/** The one answer of Drawbridge that carries credentials. */
export interface OpenedSession {
  readonly session: BrokeredSession;
  readonly credentials: RoleCredentials;
}

export type BrokerAnswer =
  | ({ readonly kind: 'opened' } & OpenedSession)
  | { readonly kind: 'decoded'; readonly decoded: DecodedMessages }
  | { readonly kind: 'refused'; readonly problem: Problem };

/**
 * People look at identities, stacks, alarms and rules. Named, since the role may read more where it was given that for the detection of drift. What is
 * behind a denial, `trust decode` says to those who may know.
 */
const lookingOnly = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        ...['iam:Get*', 'iam:List*', 'cloudformation:Describe*', 'cloudformation:List*', 'cloudformation:GetTemplate'],
        ...['cloudwatch:Describe*', 'events:Describe*', 'events:List*', 'states:DescribeExecution'],
      ],
      Resource: '*',
    },
  ],
});

/** The audit-role session of a person: `usr-<actor>` is its name and its source identity, which the trust admits for this role alone. */
export function personSession(target: TrustedTarget, asked: { actor: string; seconds: number }): RoleRequest {
  const subject = subjectOf('usr-', asked.actor);
  return visitRequest(target, { role: 'audit', subject, durationSeconds: asked.seconds, policy: lookingOnly });
}
