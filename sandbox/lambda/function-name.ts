import { AwsError } from '../aws-error.ts';
import type { World } from '../kernel.ts';
import type { StoredFunction } from './state.ts';

/** What a FunctionName parameter means. `qualifier` is a version or an alias. */
export interface FunctionReference {
  readonly arn: string;
  readonly qualifier?: string;
}

/** Where a reference is read: the caller's account and region fill what a short form leaves out. */
export interface FunctionScope {
  readonly account: string;
  readonly region: string;
}

const pattern =
  /^(?:arn:aws[\w-]*:lambda:(?<region>[\w-]+):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[\w-]{1,64})(?::(?<qualifier>[\w$-]+))?$/;

export function functionArn(scope: FunctionScope, name: string): string {
  return `arn:aws:lambda:${scope.region}:${scope.account}:function:${name}`;
}

/**
 * Reads a name, a partial ARN or a full ARN (Lambda API Reference, Invoke, FunctionName).
 *
 * @throws AwsError `ValidationException` when it is none of them.
 */
export function functionReference(text: string, scope: FunctionScope): FunctionReference {
  const parts = pattern.exec(text)?.groups;
  if (!parts?.['name'])
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern of a function name or ARN`,
    );
  const place = { account: parts['account'] ?? scope.account, region: parts['region'] ?? scope.region };
  const arn = functionArn(place, parts['name']);
  return parts['qualifier'] === undefined ? { arn } : { arn, qualifier: parts['qualifier'] };
}

/**
 * The function behind a reference.
 *
 * @throws AwsError `ResourceNotFoundException` when there is no such function, version or alias.
 */
export function existingFunction(world: World, reference: FunctionReference): StoredFunction {
  const found = world.lambda.functions[reference.arn];
  const { qualifier } = reference;
  const known =
    qualifier === undefined ||
    qualifier === '$LATEST' ||
    found?.versions.includes(qualifier) ||
    found?.aliases[qualifier];
  if (found && known) return found;
  const full = qualifier === undefined ? reference.arn : `${reference.arn}:${qualifier}`;
  throw new AwsError('ResourceNotFoundException', `Function not found: ${full}`, 404);
}
