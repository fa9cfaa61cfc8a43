/** Reads whose failure is a finding: what AWS answered is kept in its own words. */
import type { Read } from '#shared/domain/doctor/facts.ts';
import { codeOf, isSdkError } from '../translate-error.ts';

/** The answer, or the code and message AWS refused with. Only a defect throws. */
export async function attempt<Value>(call: Promise<Value>): Promise<Read<Value>> {
  try {
    return { kind: 'read', value: await call };
  } catch (error) {
    if (!isSdkError(error)) throw error;
    return { kind: 'refused', code: codeOf(error), message: error.message };
  }
}

/** Goes on with what was read; without it, nothing is asked. */
export async function whenRead<Before, Value>(
  before: Read<Before>,
  next: (value: Before) => Promise<Value>,
): Promise<Read<Value>> {
  return before.kind === 'read' ? attempt(next(before.value)) : { kind: 'not-asked' };
}
