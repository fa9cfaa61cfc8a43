/** How long CloudFormation takes in the sandbox, in milliseconds of the virtual clock. Deterministic, and of a realistic order. */

/** Types known to be slow in AWS; a create, in seconds. */
const slowCreates: Readonly<Record<string, number>> = {
  'AWS::ApiGatewayV2::Api': 5,
  'AWS::CloudFront::Distribution': 240,
  'AWS::DynamoDB::GlobalTable': 40,
  'AWS::DynamoDB::Table': 30,
  'AWS::EC2::NatGateway': 110,
  'AWS::ECS::Service': 150,
  'AWS::Events::Rule': 35,
  'AWS::IAM::InstanceProfile': 130,
  'AWS::IAM::Role': 18,
  'AWS::Lambda::Function': 8,
  'AWS::RDS::DBCluster': 300,
  'AWS::RDS::DBInstance': 420,
  'AWS::S3::Bucket': 22,
  'AWS::SQS::Queue': 36,
};

/** From the request until a resource is stable. */
export function resourceDuration(type: string, verb: 'create' | 'update' | 'remove'): number {
  const create = slowCreates[type] ?? 1 + (stableHash(type) % 15);
  const share = { create: 1, update: 0.5, remove: 0.25 }[verb];
  return Math.max(1_000, Math.round(create * share * 1_000));
}

/** From CREATE_PENDING until a change set of so many resources is computed. */
export function changeSetDuration(resources: number): number {
  return 2_000 + resources * 100;
}

/** From DetectStackDrift until it is complete. */
export function detectionDuration(resources: number): number {
  return 5_000 + resources * 1_000;
}

/** From an accepted request until the first resource moves. */
export const startDelay = 1_000;

/** FNV-1a, 32 bits: only to spread durations. */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
