/** What configuration files hold once they are read. */
import type { Policy } from '../policy/policy.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { Webhook } from '../webhook/webhook.ts';
import type { Parameters, Pipeline, Target } from './schema.ts';
import type { PlaceOf } from './yaml-source.ts';

/** A document and the places of everything in it. */
export interface Located<Document> {
  readonly document: Document;
  readonly placeOf: PlaceOf;
}

export interface Config {
  readonly pipelines: readonly Located<Pipeline>[];
  readonly parameters: readonly Located<Parameters>[];
  readonly targets: readonly Located<Target>[];
  readonly policies: readonly Located<Policy>[];
  readonly webhooks: readonly Located<Webhook>[];
  readonly schedules: readonly Located<Schedule>[];
}
