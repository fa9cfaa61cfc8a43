/** What of a value may be shown. A plan is read by many, and kept. */
import { maskKeys } from '../config/secret-text.ts';
import { secretIn } from '../gate/secret-patterns.ts';

/** Stands for a value that is not shown; CloudFormation's own mask of NoEcho parameters. */
export const hidden = '****';

// User Guide, "Get values stored in other services using dynamic references". Those to plain SSM parameters name no secret.
const secretReference = /\{\{resolve:(?:secretsmanager|ssm-secure):[^{}]*\}\}/g;

/** Prose with references to secrets and access keys masked. */
export function visibleText(text: string): string {
  return maskKeys(text.replaceAll(secretReference, hidden));
}

/** The same of a value; nothing of it where it reads like a credential, since it is not known how far that reaches. */
export function visibleValue(value: string): string {
  const text = visibleText(value);
  const hasKey = maskKeys(value) !== value;
  return !hasKey && secretIn(text) !== undefined ? hidden : text;
}

/** Whether a parameter's value stands for a secret, or is put together with one. */
export function refersToSecret(text: string): boolean {
  return text.search(secretReference) >= 0;
}
