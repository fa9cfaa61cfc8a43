import type {
  DescribeRuleCommandInput,
  DescribeRuleCommandOutput,
  ListTargetsByRuleCommandInput,
  ListTargetsByRuleCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation, Permission } from '../kernel.ts';
import { busArn, busPlace } from './bus-name.ts';
import type { Rule } from './state.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

export const describeRule: Operation<DescribeRuleCommandInput, Answer<DescribeRuleCommandOutput>> = {
  permissions: (call) => [permission('events:DescribeRule', call, call.input.Name)],
  run: (call) => {
    const { name, arn, enabled, pattern, busArn: bus } = requireRule(call, call.input.Name);
    return {
      Name: name,
      Arn: arn,
      State: enabled ? 'ENABLED' : 'DISABLED',
      EventBusName: busPlace(bus).name,
      ...(pattern === undefined ? {} : { EventPattern: JSON.stringify(pattern) }),
    };
  },
};

/** A rule has at most five targets here, so there is one page. */
export const listTargetsByRule: Operation<ListTargetsByRuleCommandInput, Answer<ListTargetsByRuleCommandOutput>> = {
  permissions: (call) => [permission('events:ListTargetsByRule', call, call.input.Rule)],
  run: (call) => {
    const { targets } = requireRule(call, call.input.Rule);
    return {
      Targets: targets.map(({ Id, Arn, RoleArn }) => ({ Id, Arn, ...(RoleArn === undefined ? {} : { RoleArn }) })),
    };
  },
};

type RuleCall = Call<{ readonly EventBusName?: string | undefined }>;

function permission(action: string, call: RuleCall, name: string | undefined): Permission {
  return { action, resource: ruleArn(call, name) };
}

function requireRule(call: RuleCall, name: string | undefined): Rule {
  const rule = call.sandbox.world.events.rules[ruleArn(call, name)];
  if (rule) return rule;
  const bus = busPlace(busArn(call.input.EventBusName, call)).name;
  throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
}

/** On the default bus the ARN names the rule alone. */
function ruleArn(call: RuleCall, name: string | undefined): string {
  const { account, region, name: bus } = busPlace(busArn(call.input.EventBusName, call));
  return `arn:aws:events:${region}:${account}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`;
}
