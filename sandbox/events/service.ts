import type { Service } from '../kernel.ts';
import { busPolicyProvider, busProvider } from './bus-providers.ts';
import { deliver } from './deliver.ts';
import { putEvents } from './put-events.ts';
import { describeRule, listTargetsByRule } from './read-rules.ts';
import { ruleProvider } from './rule-provider.ts';
import { deliverToTarget } from './rule-target.ts';
import { deliverScheduled, fire } from './schedule-firing.ts';

/** EventBridge: buses, rules and PutEvents; and the firing of schedules. */
export const eventsService: Service = {
  name: 'events',
  operations: { DescribeRule: describeRule, ListTargetsByRule: listTargetsByRule, PutEvents: putEvents },
  jobs: { deliver, target: deliverToTarget, fire, 'scheduled-target': deliverScheduled },
  providers: {
    'AWS::Events::EventBus': busProvider,
    'AWS::Events::EventBusPolicy': busPolicyProvider,
    'AWS::Events::Rule': ruleProvider,
  },
};
