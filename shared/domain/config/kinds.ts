/** Every kind of document. Apart from the kinds themselves, so that who needs one does not carry all of them. */
import { Policy } from '../policy/policy.ts';
import { Schedule } from '../schedule/schedule.ts';
import { Webhook } from '../webhook/webhook.ts';
import { Parameters, Pipeline, Target } from './schema.ts';

export const kinds = { Pipeline, Parameters, Target, Policy, Webhook, Schedule };
export type Kind = keyof typeof kinds;
