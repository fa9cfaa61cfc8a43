import { AwsError } from '../aws-error.ts';
import type { Sandbox } from '../kernel.ts';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const lengths = { AROA: 17, ANPA: 17, AIDA: 17, AKIA: 16, ASIA: 16 };

/** A unique id: AROA a role, ANPA a managed policy, AIDA a user, AKIA a static and ASIA a temporary access key. */
export function mintId(sandbox: Sandbox, prefix: keyof typeof lengths): string {
  return prefix + sandbox.mint(`iam-${prefix}`, lengths[prefix], base32);
}

/** CloudFormation's name for a resource that is given none: `<stack>-<logical id>-<12 characters>`, cut to what IAM takes. */
export function generatedName(sandbox: Sandbox, of: { stackName: string; logicalId: string }, length: number): string {
  const suffix = sandbox.mint('iam-name', 12, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
  return `${`${of.stackName}-${of.logicalId}`.slice(0, length - suffix.length - 1)}-${suffix}`;
}

/** Throws ValidationError in AWS's wording for a name or path that IAM does not take. */
export function requireName(kind: 'roleName' | 'policyName' | 'userName', name: string, length: number): void {
  const tooLong = name.length > length && `have length less than or equal to ${length}`;
  const malformed = !/^[\w+=,.@-]+$/.test(name) && 'satisfy regular expression pattern: [\\w+=,.@-]+';
  const constraint = tooLong || malformed;
  if (!constraint) return;
  throw new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${name}' at '${kind}' failed to satisfy constraint: Member must ${constraint}`,
  );
}

export function requirePath(path: string): void {
  const valid = path.length <= 512 && (path === '/' || /^\/[!-~]+\/$/.test(path));
  if (valid) return;
  throw new AwsError('ValidationError', 'The specified value for path is invalid. It must begin and end with /.');
}
