/** When CloudFormation says that a stack is not there. */
import { isCode } from './translate-error.ts';

/** CloudFormation has no code of its own for this: a plain ValidationError whose text says so. */
export function isMissingStack(error: unknown): boolean {
  return isCode(error, 'ValidationError') && /does not exist/.test((error as Error).message);
}
