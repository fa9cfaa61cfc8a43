import { roleName } from '../names.ts';

/** What is known of a role, wherever it was read: a template, the live account, or its trust policy alone. */
export interface RoleFacts {
  /** Absent where only a trust policy was given. */
  readonly name?: string;
  /** Of a template, where values stand for parameters. */
  readonly isDeclared?: boolean;
  /** The account of the role, where it is known. */
  readonly account?: string;
  /** The document as JSON text, or as the value it stands for. */
  readonly trust: unknown;
  /** Where the trust policy stands in its file, a JSON pointer. */
  readonly pointer: string;
  readonly boundary: Boundary;
  /** Seconds. */
  readonly maxSessionDuration: number;
  /** Inline and customer managed policies, as far as the file has them. */
  readonly permissions: readonly PermissionPolicy[];
  /** ARNs of the managed policies that are attached, where the source tells. */
  readonly attached?: readonly AttachedPolicy[];
}

/** `not-due`: the role is none that stacks make, or the source does not tell. */
type Boundary =
  | { readonly kind: 'policy'; readonly arn: string; readonly pointer: string }
  | { readonly kind: 'none'; readonly pointer: string }
  | { readonly kind: 'not-due' };

interface AttachedPolicy {
  readonly arn: string;
  readonly pointer: string;
}

export interface PermissionPolicy {
  readonly name: string;
  readonly document: unknown;
  readonly pointer: string;
}

/** What a role that says nothing about it has (IAM API reference, CreateRole MaxSessionDuration). */
export const defaultSessionDuration = 3600;

/**
 * - `target`: preview, deploy and audit, which trust the orchestrator role alone
 * - `execution`: the role of CloudFormation
 * - `other`: any other role
 */
export type RoleKind = 'target' | 'execution' | 'other';

/** The kind of a role by its name; undefined where there is no name to tell by. */
export function roleKind(name: string | undefined): RoleKind | undefined {
  if (name === undefined) return undefined;
  if (name === roleName('execution')) return 'execution';
  return [roleName('preview'), roleName('deploy'), roleName('audit')].includes(name) ? 'target' : 'other';
}
