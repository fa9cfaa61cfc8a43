/** Everything that is known about one stack when its plan is written. */
import type { DesiredStack, LiveStack } from './comparison.ts';
import type { PlannedChange } from './stack-plan.ts';
import type { Templates } from './template-sides.ts';

/** Alarms that roll an operation back, by ARN, and how long they are watched after it (API reference, RollbackConfiguration). */
interface Rollback {
  readonly alarms: readonly string[];
  readonly monitorMinutes: number;
}

/** What a release wants beside template, parameters and tags. What it says nothing about stays as it is. */
interface WantedBeside {
  /** `<stack>.<output>` by the parameter that takes it. */
  readonly fromOutput?: Readonly<Record<string, string>> | undefined;
  readonly terminationProtection?: boolean | undefined;
  readonly stackPolicy?: string | undefined;
  readonly onCreateFailure?: 'delete' | 'rollback' | 'keep' | undefined;
  readonly rollback?: Rollback | undefined;
  readonly notificationArns?: readonly string[] | undefined;
}

interface LiveBeside {
  readonly terminationProtection?: boolean | undefined;
  readonly stackPolicy?: string | undefined;
  readonly rollback?: Rollback | undefined;
  readonly notificationArns?: readonly string[] | undefined;
}

export type Desired = DesiredStack & WantedBeside;
export type Live = LiveStack & LiveBeside;

export interface StackFacts {
  readonly desired: Desired;
  readonly live: Live | undefined;
  /** Of the change set, nested ones with their `within`; absent where there is none because nothing in it would change. */
  readonly changes?: readonly PlannedChange[] | undefined;
  readonly templates: Templates;
}
