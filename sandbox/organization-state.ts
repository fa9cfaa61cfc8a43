/** The simulated AWS organization: its accounts, the people who sign in, and what its policies forbid. */
export interface Organization {
  /** `o-…`, the value of aws:PrincipalOrgID. */
  readonly id: string;
  readonly accounts: Record<string, Account>;
  /** Named people to act as (`--as alice`); each is a session of a single sign-on role in an account. */
  readonly people: Record<string, Person>;
  /**
   * Service control policies by account, level by level from the root down; FullAWSAccess is one of them wherever it is attached. An
   * account without an entry is not limited.
   */
  serviceControlPolicies?: Record<string, ServiceControlPolicy[][]>;
}

export interface ServiceControlPolicy {
  readonly name: string;
  /** JSON text. */
  readonly document: string;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly disabledRegions: readonly string[];
}

export interface Person {
  readonly name: string;
  readonly account: string;
  /** Name of the `AWSReservedSSO_*` role the person signs in with. */
  readonly role: string;
}
