/** What Secrets Manager keeps, by ARN. Values lie here as they are: nothing is really encrypted. */
export interface SecretsManagerState {
  readonly secrets: Record<string, Secret>;
}

export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** By version id. */
  readonly versions: Record<string, SecretVersion>;
}

interface SecretVersion {
  readonly id: string;
  readonly text: string;
  /** AWSCURRENT is on one version, AWSPREVIOUS on the one that was current before; a version without a stage is deprecated. */
  stages: string[];
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export const emptySecretsManagerState = (): SecretsManagerState => ({ secrets: {} });
