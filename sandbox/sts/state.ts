import type { SigningCaller } from '../kernel.ts';
import type { SamlIdentityProviderRecord } from './saml/identity-provider.ts';
import type { IssuerRecord } from './web-identity/issuer.ts';

/** Every session that was opened and may still be asked about, by access key id. */
export interface StsState {
  sessions: Record<string, StoredSession>;
  /** Issuers of web identity tokens outside AWS, by their URL without `https://`; made on first use. */
  issuers?: Record<string, IssuerRecord>;
  /** SAML identity providers outside AWS, by entity id; made on first use. */
  samlIdentityProviders?: Record<string, SamlIdentityProviderRecord>;
}

export interface StoredSession {
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly caller: SigningCaller;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Whether the session was opened by another session (AssumeRole), not by a service. */
  readonly chained: boolean;
}

export const emptyStsState = (): StsState => ({ sessions: {} });
