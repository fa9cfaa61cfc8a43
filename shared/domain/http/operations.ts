/** Every operation of the HTTP API, by the route that serves it. */
import type { SchemaName } from './answers.ts';

export interface Operation {
  readonly summary: string;
  readonly body?: SchemaName;
  /** By status. `list` has `items`, a `page` may have `nextCursor` too. */
  readonly answers: Readonly<
    Record<number, SchemaName | { readonly list: SchemaName } | { readonly page: SchemaName }>
  >;
  /** Parameters of the query; one that may be left out ends with a question mark. */
  readonly query?: readonly string[];
  /** Headers of what is answered; one that is not always there ends with a question mark. */
  readonly gives?: readonly ('ETag' | 'Location' | 'Link?' | 'Idempotency-Replayed?')[];
  /** Headers that the request may have; `Idempotency-Key` it must have. */
  readonly headers?: readonly ('Idempotency-Key' | 'If-Match' | 'If-None-Match')[];
}

const webhookOperations: Readonly<Record<string, Operation>> = {
  'GET /v1/webhooks': { summary: 'The webhooks', answers: { 200: { list: 'WebhookRecord' } } },
  'GET /v1/webhooks/:name': { summary: 'A webhook', gives: ['ETag'], answers: { 200: 'WebhookRecord' } },
  'PUT /v1/webhooks/:name': {
    summary: 'Apply a webhook',
    body: 'Webhook',
    headers: ['If-Match', 'If-None-Match'],
    gives: ['ETag'],
    answers: { 200: 'WebhookRecord', 201: 'WebhookRecord' },
  },
  'DELETE /v1/webhooks/:name': {
    summary: 'Remove a webhook',
    headers: ['If-Match'],
    answers: { 200: 'RemovedWebhook' },
  },
};

const scheduleOperations: Readonly<Record<string, Operation>> = {
  'GET /v1/schedules': { summary: 'The schedules that hold', answers: { 200: { list: 'ScheduleRecord' } } },
  'GET /v1/schedules/:name': { summary: 'A schedule', gives: ['ETag'], answers: { 200: 'ScheduleRecord' } },
  'GET /v1/schedules/:name/firings': {
    summary: 'What came of the newest firings of a schedule, newest first',
    answers: { 200: { list: 'FiringRecord' } },
  },
  'PUT /v1/schedules/:name': {
    summary: 'Apply a schedule',
    body: 'Schedule',
    headers: ['If-Match', 'If-None-Match'],
    gives: ['ETag'],
    answers: { 200: 'ScheduleRecord', 201: 'ScheduleRecord' },
  },
  'DELETE /v1/schedules/:name': {
    summary: 'Remove a schedule',
    headers: ['If-Match'],
    answers: { 200: 'RemovedSchedule' },
  },
};

function restrictionOperations(list: string, one: string, body: SchemaName): Record<string, Operation> {
  return {
    [`GET /v1/${list}`]: {
      summary: `The ${list} that hold or are to come; with all=true every one that ever was, newest first`,
      query: ['all'],
      answers: { 200: { page: 'Restriction' } },
    },
    [`POST /v1/${list}`]: {
      summary: `Put a ${one}`,
      body,
      headers: ['Idempotency-Key'],
      answers: { 200: 'Restriction', 201: 'Restriction' },
    },
    [`POST /v1/${list}/:id/lifts`]: {
      summary: `Lift a ${one}`,
      body: 'LiftWish',
      answers: { 200: 'Restriction', 201: 'Restriction' },
    },
  };
}

export const operations: Readonly<Record<string, Operation>> = {
  'GET /v1/openapi.json': { summary: 'This document', answers: { 200: 'OpenApi' } },
  'POST /v1/releases': { summary: 'Announce a release', body: 'Release', answers: { 200: 'Uploads' } },
  'POST /v1/releases/completions': {
    summary: 'Complete a release',
    body: 'ReleaseCompletion',
    gives: ['Location'],
    answers: { 201: 'ReleaseId' },
  },
  'GET /v1/releases/:digest': { summary: 'The manifest of a release', answers: { 200: 'NamedRelease' } },
  'POST /v1/promotions': {
    summary: 'Ask for a promotion',
    body: 'PromotionRequest',
    headers: ['Idempotency-Key'],
    gives: ['Location', 'Idempotency-Replayed?'],
    answers: { 202: 'Promotion' },
  },
  'GET /v1/promotions': {
    summary: 'Promotions of a pipeline, newest first',
    query: ['pipeline'],
    gives: ['Link?'],
    answers: { 200: { page: 'Promotion' } },
  },
  'GET /v1/promotions/:id': { summary: 'A promotion', gives: ['ETag'], answers: { 200: 'PromotionRecord' } },
  'POST /v1/promotions/:id/retries': {
    summary: 'Take up a promotion that did not go well',
    body: 'RetryRequest',
    headers: ['Idempotency-Key'],
    gives: ['Location', 'Idempotency-Replayed?'],
    answers: { 202: 'Promotion' },
  },
  'GET /v1/promotions/:id/plans/:environment': {
    summary: 'The plan of a rollout',
    query: ['digest?'],
    answers: { 200: 'Plan' },
  },
  'GET /v1/promotions/:id/approvals': { summary: 'What people were asked', answers: { 200: 'Approvals' } },
  'POST /v1/promotions/:id/approvals': {
    summary: 'Decide on a plan',
    body: 'ApprovalWish',
    headers: ['If-Match'],
    answers: { 200: 'ApprovalRequest', 201: 'ApprovalRequest' },
  },
  'GET /v1/promotions/:id/evidence': { summary: 'The evidence of a promotion', answers: { 200: 'Evidence' } },
  'POST /v1/rollbacks': {
    summary: 'Roll targets back to what was last verified on them',
    body: 'RollbackRequest',
    headers: ['Idempotency-Key'],
    answers: { 202: 'Promotion' },
  },
  'GET /v1/environments': {
    summary: 'What runs where',
    query: ['pipeline'],
    answers: { 200: { list: 'Whereabouts' } },
  },
  'GET /v1/policies': { summary: 'The policies that hold', answers: { 200: { list: 'PolicyRecord' } } },
  'GET /v1/policies/:name': { summary: 'A policy', gives: ['ETag'], answers: { 200: 'PolicyRecord' } },
  'PUT /v1/policies/:name': {
    summary: 'Apply a policy',
    body: 'Policy',
    headers: ['If-Match', 'If-None-Match'],
    gives: ['ETag'],
    answers: { 200: 'PolicyRecord', 201: 'PolicyRecord' },
  },
  'DELETE /v1/policies/:name': {
    summary: 'Remove a policy',
    headers: ['If-Match'],
    answers: { 200: 'RemovedPolicy' },
  },
  'GET /v1/policies/:name/versions': {
    summary: 'Every version of a policy, oldest first',
    answers: { 200: { list: 'PolicyVersion' } },
  },
  'GET /v1/policy-sets/:digest': { summary: 'The policies as they once held', answers: { 200: 'PolicySet' } },
  ...webhookOperations,
  ...scheduleOperations,
  ...restrictionOperations('freezes', 'freeze', 'FreezeWish'),
  ...restrictionOperations('stops', 'stop', 'StopWish'),
  ...restrictionOperations('holds', 'hold', 'HoldWish'),
  'GET /v1/targets': { summary: 'The targets', answers: { 200: { list: 'TargetRecord' } } },
  'PUT /v1/targets/:name': {
    summary: 'Apply a target',
    body: 'Target',
    answers: { 200: 'TargetRecord', 201: 'TargetRecord' },
  },
  'GET /v1/targets/:target/trust': { summary: 'Who can assume the roles of a target', answers: { 200: 'Trust' } },
  'POST /v1/targets/:target/decoded-messages': {
    summary: 'What encoded authorization messages say',
    body: 'MessageWish',
    answers: { 200: 'Decoded' },
  },
  'POST /v1/diagnoses': { summary: 'Examine a target', body: 'DiagnosisWish', answers: { 200: 'Diagnosis' } },
  'POST /v1/sessions': {
    summary: 'Have a session in a target',
    body: 'SessionWish',
    answers: { 201: 'OpenedSession' },
  },
  'GET /v1/sessions': {
    summary: 'The sessions people were given in a target, newest first',
    query: ['target'],
    gives: ['Link?'],
    answers: { 200: { page: 'BrokeredSession' } },
  },
};
