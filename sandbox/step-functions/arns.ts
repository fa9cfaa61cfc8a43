import { partitionOf } from '#shared/domain/names.ts';
import type { Execution } from './state.ts';

/** Source: Service Authorization Reference, "Resource types defined by AWS Step Functions". */
export function machineArn(place: { account: string; region: string }, name: string): string {
  return `arn:${partitionOf(place.region)}:states:${place.region}:${place.account}:stateMachine:${name}`;
}

/** The ARN of an execution contains its machine's name. */
export function executionArn(machine: string, name: string): string {
  return `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
}

/**
 * A child execution has the label of its Map in its ARN. Source: Service Authorization Reference, "labelled execution":
 * `arn:…:execution:<machine>/<label>:<id>`.
 */
export function childArn(machine: string, label: string, name: string): string {
  return executionArn(`${machine}/${label}`, name);
}

/** The machine an execution says it belongs to; that of a child has the label. Source: API reference, DescribeStateMachine. */
export function qualifiedMachine({ machineArn: arn, child }: Execution): string {
  return child ? `${arn}/${child.label}` : arn;
}
