/** The only reader of the process environment in a function. */

/** What serverless.yml gives to the functions; each gets only what it needs. */
export type Variable =
  | 'ADMISSION_FUNCTION'
  | 'ARTIFACTS_BUCKET_PREFIX'
  | 'BROKER_FUNCTION'
  | 'DOCTOR_FUNCTION'
  | 'DOCUMENTS_BUCKET'
  | 'EVENT_BUS'
  | 'GITHUB_API'
  | 'GITHUB_SECRET'
  | 'LEDGER_TABLE'
  | 'SCHEDULE_FUNCTION_ARN'
  | 'SCHEDULE_ROLE_ARN'
  | 'STATE_MACHINE_ARN';

/**
 * Origin of the sandbox, where its functions find all of AWS. Undefined in a deployment: only a loopback address counts, and nothing of AWS
 * is at one.
 */
export function sandboxOrigin(): string | undefined {
  const endpoint = process.env['AWS_ENDPOINT_URL'] ?? '';
  if (!URL.canParse(endpoint)) return undefined;
  const { hostname, origin } = new URL(endpoint);
  return hostname === '127.0.0.1' ? origin : undefined;
}

/** The value of a variable. Throws at the first use when the deployment did not set it. */
export function variable(name: Variable): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`The environment variable ${name} is not set on this function; see serverless.yml.`);
  return value;
}
