/** An IAM user: with a static access key, or with a session of GetSessionToken, which has the user's own rights. */
export interface UserCaller {
  readonly kind: 'user';
  readonly accessKeyId: string;
  readonly account: string;
  /** `arn:aws:iam::<account>:user/<path><name>`. */
  readonly arn: string;
  readonly userId: string;
  readonly userName: string;
  /** Epoch milliseconds; absent for a static access key. */
  readonly expiresAt?: number;
  /** Epoch milliseconds; set when the session was opened with a code of the user's MFA device. */
  readonly mfaAuthenticatedAt?: number;
}
