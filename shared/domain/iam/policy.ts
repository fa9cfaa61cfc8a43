/** A parsed policy. Only what the evaluator understands can be expressed here; `parsePolicy` is the only way in. */
export interface Policy {
  readonly version: '2012-10-17' | '2008-10-17';
  readonly id?: string;
  readonly statements: readonly Statement[];
}

export interface Statement {
  /** The Sid, or `statement <n>` counted from 1. */
  readonly label: string;
  readonly effect: 'Allow' | 'Deny';
  /** Absent in identity-based policies, boundaries, session policies and service control policies. */
  readonly principals?: readonly PrincipalPattern[];
  readonly action: Patterns;
  /** Absent in trust policies: the role itself is the resource. */
  readonly resource?: Patterns;
  readonly conditions: readonly Condition[];
}

/** `Action`/`Resource` (except false) or `NotAction`/`NotResource` (except true). */
export interface Patterns {
  readonly except: boolean;
  readonly patterns: readonly string[];
}

/** What one entry of a `Principal` element names. */
export type PrincipalPattern =
  | { readonly kind: 'everyone' }
  | { readonly kind: NamedPrincipalKind; readonly name: string };

/** An account id, ARNs, unique ids (`AROA…`, `AROA…:session`), a service principal or an identity provider. */
export type NamedPrincipalKind =
  | 'account'
  | 'role'
  | 'role-id'
  | 'session'
  | 'session-id'
  | 'user'
  | 'service'
  | 'federated';

export interface Condition {
  /** The operator's name without set qualifier and IfExists. */
  readonly operator: string;
  readonly ifExists: boolean;
  readonly quantifier?: 'ForAllValues' | 'ForAnyValue';
  readonly key: string;
  readonly values: readonly string[];
}

/** A policy under the name a person knows it by: an ARN, or the name of an inline policy. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: Policy;
}
