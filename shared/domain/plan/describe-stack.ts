import type { GateFinding } from '../gate/finding.ts';
import type { JsonObject } from '../template/template.ts';
import type { DesiredStack, LiveStack } from './comparison.ts';
import { settingChanges } from './settings.ts';
import { type PlannedChange, type StackPlan, untouched } from './stack-plan.ts';

export interface StackFacts {
  readonly desired: DesiredStack;
  readonly live: LiveStack | undefined;
  readonly changes: readonly PlannedChange[];
  readonly templates: {
    readonly before: ReadonlyMap<string, JsonObject>;
    readonly after: ReadonlyMap<string, JsonObject>;
  };
  readonly waived: readonly GateFinding[];
}

export function describeStack({ desired, live, changes }: StackFacts): StackPlan {
  return {
    ...untouched(desired),
    kind: 'changes',
    operation: live === undefined || live.status === 'REVIEW_IN_PROGRESS' ? 'create' : 'update',
    changes: [...changes],
    settings: settingChanges(desired, live),
  };
}
