/** Inputs the sandbox does not model are refused, so that a rehearsal never passes by ignoring one. */
import type { DeploymentConfig } from '@aws-sdk/client-cloudformation';
import { validationError } from './errors.ts';

/** Throws for any of these fields that asks for something; the standard mode of deployment asks for nothing. */
export function refuseUnsupported<Input extends object>(input: Input, fields: readonly (keyof Input & string)[]): void {
  const used = fields.filter((field) => asksForSomething(input[field]));
  if (used.length > 0) throw validationError(`Not supported by the sandbox: ${used.join(', ')}`);
}

function asksForSomething(value: unknown): boolean {
  if (value === undefined || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value !== 'object' || value === null) return true;
  const { Mode = 'STANDARD', DisableRollback = false } = value as DeploymentConfig;
  return Mode !== 'STANDARD' || DisableRollback;
}
