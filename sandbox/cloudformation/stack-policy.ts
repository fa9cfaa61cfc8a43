/** Stack policies. CloudFormation User Guide, "Prevent updates to stack resources". */
import { validationError } from './errors.ts';
import type { StackRecord } from './state.ts';

type PolicyAction = 'Update:Modify' | 'Update:Replace' | 'Update:Delete';

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

interface PolicySubject {
  readonly logicalId: string;
  readonly type: string;
  readonly action: PolicyAction;
}

/**
 * Why the stack's policy forbids an action on a resource, or undefined when it allows it. Without a policy all is allowed; with one
 * everything is denied that no statement allows, and a denial wins over an allowance.
 */
export function deniedByStackPolicy(stack: StackRecord, subject: PolicySubject): string | undefined {
  if (stack.policy === undefined) return undefined;
  const { Statement } = JSON.parse(stack.policy) as { Statement?: Statement | Statement[] };
  const statements = [Statement ?? []].flat();
  const denying = statements.findIndex((statement) => statement.Effect === 'Deny' && applies(statement, subject));
  if (denying >= 0) return reason(`Statement [#${denying + 1}] does not allow`, subject);
  const allowed = statements.some((statement) => statement.Effect === 'Allow' && applies(statement, subject));
  return allowed ? undefined : reason('No statement allows', subject);
}

function reason(verdict: string, subject: PolicySubject): string {
  return `Action denied by stack policy: ${verdict} [${subject.action}] for resource [${subject.logicalId}]`;
}

function applies(statement: Statement, subject: PolicySubject): boolean {
  const { Action, NotAction, Resource, NotResource } = statement;
  const action = Action === undefined ? !matchesAny(NotAction, subject.action) : matchesAny(Action, subject.action);
  const resource = `LogicalResourceId/${subject.logicalId}`;
  const named = Resource === undefined ? !matchesAny(NotResource, resource) : matchesAny(Resource, resource);
  return action && named && conditionHolds(statement, subject.type);
}

/** The only condition key is ResourceType, with StringEquals or StringLike. */
function conditionHolds(statement: Statement, type: string): boolean {
  const { StringEquals, StringLike } = statement.Condition ?? {};
  const equal = StringEquals?.['ResourceType'];
  const like = StringLike?.['ResourceType'];
  return (equal === undefined || [equal].flat().includes(type)) && (like === undefined || matchesAny(like, type));
}

function matchesAny(patterns: string | string[] | undefined, text: string): boolean {
  return [patterns ?? []].flat().some((pattern) => {
    const source = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${source.join('.*')}$`).test(text);
  });
}

/** A stack policy's text, if it is one. At most 16,384 bytes (API Reference, SetStackPolicy). */
export function checkPolicy(text: string): string {
  if (Buffer.byteLength(text) > 16_384) throw validationError('Stack policy exceeds the limit of 16384 bytes.');
  const policy = parsed(text);
  if (policy?.Statement === undefined) throw validationError('Error validating stack policy: Invalid stack policy');
  return text;
}

function parsed(text: string): { Statement?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
