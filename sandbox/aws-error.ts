/** An error as AWS answers it. `code` is the wire code (`ValidationError`, `AccessDenied`); `status` the HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

/** The answer for a role, user or session that lacks a permission. Wording as AWS prints it. */
export function accessDenied(message: string): AwsError {
  return new AwsError('AccessDenied', message, 403);
}
