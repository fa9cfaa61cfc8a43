/** Whose rights CloudFormation uses: the stack's role, or the caller of the operation where the stack has none. */

import { AwsError } from '../aws-error.ts';
import type { Caller, Json, Permission, Sandbox } from '../kernel.ts';
import { validationError } from './errors.ts';
import type { OperationRecord, StackRecord } from './state.ts';

const sessionSeconds = 3_600;
const renewBefore = 60_000;

/** What passing the role to CloudFormation takes (IAM User Guide, "Grant a user permissions to pass a role to an AWS service"). */
export function passRolePermission(roleArn: string, service = 'cloudformation.amazonaws.com'): Permission {
  return { action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': service } };
}

/** Opens a session of the role, so that a missing role or a trust that excludes CloudFormation is said at the request. */
export function checkRole(sandbox: Sandbox, roleArn: string): void {
  try {
    open(sandbox, roleArn);
  } catch (error) {
    if (error instanceof AwsError) throw validationError(`Role ${roleArn} is invalid or cannot be assumed`);
    throw error;
  }
}

/** The session an operation acts with; CloudFormation renews it, so that a long operation outlives one session. */
export function actingCaller(sandbox: Sandbox, stack: StackRecord, operation: OperationRecord): Caller {
  if (stack.roleArn === undefined) return operation.caller;
  const valid = (operation.sessionExpiresAt ?? 0) > sandbox.now() + renewBefore;
  if (valid && operation.session !== undefined) return operation.session;
  const session = open(sandbox, stack.roleArn);
  operation.session = session.caller;
  operation.sessionExpiresAt = session.expiresAt;
  return session.caller;
}

/** Roles a resource hands to a service: each needs iam:PassRole of whoever creates or updates it. */
export function passedRoles(type: string, properties: Readonly<Record<string, Json>>): Permission[] {
  return passes
    .filter((pass) => pass.type === type)
    .flatMap((pass) => valuesAt(properties, pass.path).map((arn) => passRolePermission(arn, pass.service)));
}

const passes = [
  { type: 'AWS::Lambda::Function', path: ['Role'], service: 'lambda.amazonaws.com' },
  { type: 'AWS::StepFunctions::StateMachine', path: ['RoleArn'], service: 'states.amazonaws.com' },
  { type: 'AWS::Scheduler::Schedule', path: ['Target', 'RoleArn'], service: 'scheduler.amazonaws.com' },
  { type: 'AWS::Events::Rule', path: ['RoleArn'], service: 'events.amazonaws.com' },
  { type: 'AWS::Events::Rule', path: ['Targets', 'RoleArn'], service: 'events.amazonaws.com' },
  { type: 'AWS::CodeBuild::Project', path: ['ServiceRole'], service: 'codebuild.amazonaws.com' },
  { type: 'AWS::ECS::TaskDefinition', path: ['TaskRoleArn'], service: 'ecs-tasks.amazonaws.com' },
  { type: 'AWS::ECS::TaskDefinition', path: ['ExecutionRoleArn'], service: 'ecs-tasks.amazonaws.com' },
] as const;

/** Strings at a path; a list on the way means each of its members. */
function valuesAt(value: Json | Readonly<Record<string, Json>> | undefined, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((member) => valuesAt(member, path));
  const [head, ...rest] = path;
  if (head === undefined) return typeof value === 'string' ? [value] : [];
  return typeof value === 'object' && value !== null ? valuesAt((value as Record<string, Json>)[head], rest) : [];
}

function open(sandbox: Sandbox, roleArn: string) {
  return sandbox.openSession({
    roleArn,
    sessionName: 'AWSCloudFormation',
    service: 'cloudformation.amazonaws.com',
    durationSeconds: sessionSeconds,
  });
}
