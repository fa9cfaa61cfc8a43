/** Parameter types (CloudFormation User Guide, "CloudFormation-supplied parameter types"). */

/** What a value of a parameter type is. `ssm` types take the name of a Systems Manager parameter, whose value `inner` describes. */
export interface ParameterType {
  readonly list: boolean;
  readonly number: boolean;
  /** The AWS-specific element type, for example `AWS::EC2::Subnet::Id`. */
  readonly resource?: string;
  readonly ssm?: 'name' | 'value';
  readonly inner?: ParameterType;
}

/** Reads a parameter's `Type`; undefined if CloudFormation knows no such type. */
export function parameterType(declared: string): ParameterType | undefined {
  if (declared === 'AWS::SSM::Parameter::Name') return { list: false, number: false, ssm: 'name' };
  const ssm = /^AWS::SSM::Parameter::Value<(.+)>$/.exec(declared)?.[1];
  if (ssm === undefined) return plainType(declared);
  const inner = plainType(ssm);
  return inner && !inner.number ? { list: false, number: false, ssm: 'value', inner } : undefined;
}

/** The members of a parameter's value as `Ref` returns them: list types are split at commas and trimmed, others are one member. */
export function parameterMembers(type: ParameterType, value: string): string[] {
  if (!type.list) return [value];
  return value === '' ? [] : value.split(',').map((member) => member.trim());
}

function plainType(declared: string): ParameterType | undefined {
  if (declared === 'CommaDelimitedList') return { list: true, number: false };
  const element = /^List<(.+)>$/.exec(declared)?.[1];
  const name = element ?? declared;
  const list = element !== undefined;
  if (name === 'String') return { list, number: false };
  if (name === 'Number') return { list, number: true };
  return awsTypes.has(name) && (!list || name !== 'AWS::EC2::KeyPair::KeyName')
    ? { list, number: false, resource: name }
    : undefined;
}

/** How a value of an AWS-specific type has to begin. */
export const awsTypes: ReadonlyMap<string, RegExp> = new Map([
  ['AWS::EC2::AvailabilityZone::Name', /^[a-z]{2}(-[a-z]+)+-\d+[a-z]$/],
  ['AWS::EC2::Image::Id', /^ami-[0-9a-f]+$/],
  ['AWS::EC2::Instance::Id', /^i-[0-9a-f]+$/],
  ['AWS::EC2::KeyPair::KeyName', /^.+$/],
  ['AWS::EC2::SecurityGroup::GroupName', /^.+$/],
  ['AWS::EC2::SecurityGroup::Id', /^sg-[0-9a-f]+$/],
  ['AWS::EC2::Subnet::Id', /^subnet-[0-9a-f]+$/],
  ['AWS::EC2::VPC::Id', /^vpc-[0-9a-f]+$/],
  ['AWS::EC2::Volume::Id', /^vol-[0-9a-f]+$/],
  ['AWS::Route53::HostedZone::Id', /^Z[0-9A-Z]+$/],
]);
