/** What the HTTP API takes and answers, by name: the schemas of its OpenAPI document. */
import * as z from 'zod';
import { ApprovalDecision, ApprovalRequest } from '../approval/records.ts';
import { ApprovalWish } from '../approval/wish.ts';
import { MessageWish } from '../broker/decoded-messages.ts';
import { BrokeredSession, SessionWish } from '../broker/person-session.ts';
import { Target } from '../config/schema.ts';
import { DiagnosisWish } from '../doctor/facts.ts';
import { AccountId, Digest, Instant, Name, Region } from '../identifiers.ts';
import { Policy } from '../policy/policy.ts';
import { Deployment, Promotion, Rollout, Round } from '../promotion/records.ts';
import { PromotionRequest, RetryRequest, RollbackRequest } from '../promotion/request.ts';
import { RollbackIntent } from '../promotion/rollback.ts';
import { Whereabouts } from '../promotion/running.ts';
import { TargetProgress } from '../promotion/target-progress.ts';
import { Waiting } from '../promotion/waiting.ts';
import { ReleaseCompletion } from '../release/provenance.ts';
import { Release } from '../release/release.ts';
import { FreezeWish, HoldWish, LiftWish, Restriction, StopWish } from '../restriction/restriction.ts';
import { FiringRecord, Schedule } from '../schedule/schedule.ts';
import { AttemptSeen } from '../verification/attempt.ts';
import { Webhook } from '../webhook/webhook.ts';

const Applied = { version: z.int().positive(), appliedBy: z.string(), appliedAt: Instant };
const PolicyRecord = z.strictObject({ policy: Policy, ...Applied });
const WebhookRecord = z.strictObject({ webhook: Webhook, ...Applied });
const ScheduleRecord = z.strictObject({ schedule: Schedule, ...Applied });
/** Documents that other pages describe; they may get members. */
const document = z.looseObject({});

export const schemas = {
  Release,
  ReleaseCompletion,
  PromotionRequest,
  RetryRequest,
  RollbackRequest,
  ApprovalWish,
  SessionWish,
  MessageWish,
  DiagnosisWish,
  FreezeWish,
  StopWish,
  HoldWish,
  LiftWish,
  Restriction,
  Target,
  Policy,
  Webhook,
  Schedule,
  Promotion,
  PromotionRecord: z.strictObject({
    promotion: Promotion,
    rollouts: z.array(Rollout),
    rounds: z.array(Round),
    progress: z.array(TargetProgress),
    waiting: z.array(Waiting),
    attempts: z.array(AttemptSeen),
    rollbacks: z.array(RollbackIntent),
    deployments: z.array(Deployment),
    approvals: z.array(ApprovalRequest),
    decisions: z.array(ApprovalDecision),
  }),
  ApprovalRequest,
  Approvals: z.strictObject({ items: z.array(ApprovalRequest), decisions: z.array(ApprovalDecision) }),
  NamedRelease: Release.extend({ id: z.string(), digest: Digest }),
  ReleaseId: z.strictObject({ id: z.string(), digest: Digest }),
  Uploads: z.strictObject({
    id: z.string(),
    digest: Digest,
    uploads: z.array(
      z.looseObject({ key: z.string(), region: Region, url: z.string(), headers: z.record(z.string(), z.string()) }),
    ),
  }),
  Plan: z.strictObject({ digest: Digest, plan: document }),
  Evidence: document,
  Whereabouts,
  BrokeredSession,
  OpenedSession: z.strictObject({
    session: BrokeredSession,
    credentials: z.strictObject({
      ...{ accessKeyId: z.string(), secretAccessKey: z.string(), sessionToken: z.string(), expiresAt: z.string() },
    }),
  }),
  Decoded: z.looseObject({ messages: z.array(z.looseObject({ where: z.string(), kind: z.string() })) }),
  Diagnosis: z.looseObject({ target: Name, checks: z.array(document) }),
  Trust: document,
  TargetRecord: z.strictObject({
    ...{ name: Name, account: AccountId, region: Region, labels: z.record(z.string(), z.string()) },
    sessionSeconds: z.int().exactOptional(),
    appliedBy: z.string().exactOptional(),
    appliedAt: Instant.exactOptional(),
  }),
  PolicyRecord,
  PolicyVersion: z.strictObject({ name: Name, ...Applied, policy: Policy.exactOptional() }),
  RemovedPolicy: z.strictObject({ removed: PolicyRecord, version: z.int().positive() }),
  WebhookRecord,
  RemovedWebhook: z.strictObject({ removed: WebhookRecord, version: z.int().positive() }),
  ScheduleRecord,
  RemovedSchedule: z.strictObject({ removed: ScheduleRecord, version: z.int().positive() }),
  FiringRecord,
  PolicySet: z.strictObject({ digest: Digest, set: document }),
  OpenApi: z.looseObject({ openapi: z.string(), paths: document }),
  Problem: z.strictObject({
    ...{ type: z.literal('about:blank'), title: z.string(), status: z.int().min(400).max(599), detail: z.string() },
    ...{ code: z.string().regex(/^[A-Z][A-Z_]+$/), next: z.string(), place: document, instance: z.string() },
    errors: z
      .array(z.strictObject({ code: z.string(), pointer: z.string(), detail: z.string() }))
      .min(1)
      .exactOptional(),
  }),
} as const satisfies Record<string, z.ZodType>;
export type SchemaName = keyof typeof schemas;
