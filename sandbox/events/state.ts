import type { Json } from '../kernel.ts';
import type { ScheduleExpression } from './schedule-expression.ts';

/** Every account has a bus `default` in every region; only other buses are stored. All keys are ARNs. */
export interface EventsState {
  buses: Record<string, EventBus>;
  /** Statements of each bus's policy by statement id; the default bus may have one too. */
  busPolicies: Record<string, Record<string, Json>>;
  rules: Record<string, Rule>;
  schedules: Record<string, Schedule>;
  /** Every account has a group `default` in every region; only others are stored. Absent in worlds that had none. */
  scheduleGroups?: Record<string, ScheduleGroup>;
  deadLetters: DeadLetter[];
}

interface EventBus {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
}

export interface Rule {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly busArn: string;
  enabled: boolean;
  pattern?: Json;
  schedule?: ScheduleExpression;
  targets: Target[];
  /** Order of the job of the next firing. */
  nextJob?: number;
}

/** Where an event goes, in the words of PutTargets. */
export interface Target {
  readonly Id: string;
  readonly Arn: string;
  readonly RoleArn?: string | undefined;
  readonly Input?: string | undefined;
  readonly InputPath?: string | undefined;
  readonly InputTransformer?: InputTransformer | undefined;
  readonly RetryPolicy?: RetryPolicy | undefined;
  readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
}

export interface InputTransformer {
  readonly InputPathsMap?: Readonly<Record<string, string>> | undefined;
  readonly InputTemplate: string;
}

interface RetryPolicy {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
}

/** A schedule of EventBridge Scheduler. */
export interface Schedule {
  readonly arn: string;
  readonly name: string;
  readonly group: string;
  readonly account: string;
  readonly region: string;
  enabled: boolean;
  expression: ScheduleExpression;
  /** As it was said. */
  text?: { readonly expression: string; readonly timezone: string };
  description?: string;
  /** Epoch milliseconds. */
  createdAt: number;
  endsAt?: number;
  target: Target & { readonly RoleArn: string };
  nextJob?: number;
}

interface ScheduleGroup {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
}

/** What could not be delivered to a target that names a queue for it. Queues themselves are not modelled. */
interface DeadLetter {
  readonly queueArn: string;
  readonly at: number;
  readonly source: string;
  readonly payload: string;
  readonly error: string;
}

export const emptyEventsState = (): EventsState => ({
  buses: {},
  busPolicies: {},
  rules: {},
  schedules: {},
  deadLetters: [],
});
