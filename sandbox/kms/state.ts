/** The keys and aliases of every account, under their ARNs. */
export interface KmsState {
  keys: Record<string, KeyRecord>;
  aliases: Record<string, AliasRecord>;
}

export interface KeyRecord {
  readonly arn: string;
  /** A UUID. */
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** The key policy as JSON text. */
  policy: string;
  enabled: boolean;
  rotation: boolean;
  description: string;
  tags: Record<string, string>;
  /** Epoch milliseconds; set once its deletion is scheduled, and from then on nothing can be done with it. */
  deletionAt?: number;
}

export interface AliasRecord {
  /** `alias/…`. */
  readonly name: string;
  readonly arn: string;
  keyArn: string;
}

export const emptyKmsState = (): KmsState => ({ keys: {}, aliases: {} });
