import { partitionOf } from '#shared/domain/names.ts';

/** Source: Service Authorization Reference, "Resource types defined by AWS Step Functions". */
export function machineArn(place: { account: string; region: string }, name: string): string {
  return `arn:${partitionOf(place.region)}:states:${place.region}:${place.account}:stateMachine:${name}`;
}

/** The ARN of an execution contains its machine's name. */
export function executionArn(machine: string, name: string): string {
  return `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
}
