/** Everything that is known about one stack when its plan is written. */
import type { DesiredStack, LiveStack } from './comparison.ts';
import type { PlannedChange } from './stack-plan.ts';
import type { Templates } from './template-sides.ts';

/** What a release wants beside what it says itself; what nobody says anything about stays as it is. */
interface WantedBeside {
  readonly notificationArns?: readonly string[] | undefined;
}

interface LiveBeside {
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
