/** The state of one evaluation: what may be read, and a record of what was. */
import type { Template } from '#shared/domain/template/template.ts';
import { AwsError } from '../../aws-error.ts';
import type { Json } from '../../kernel.ts';
import { type Causes, type EvaluationContext, knownAfterApply } from './evaluation.ts';

/** `undefined` is AWS::NoValue: the member it stands for is dropped. */
export type Resolved = Json | undefined;

export interface Scope {
  readonly template: Template;
  readonly context: EvaluationContext;
  /** The section being evaluated: it appears in messages, and `Conditions` may not refer to resources. */
  readonly section: 'Conditions' | 'Resources' | 'Outputs';
  /** Whether a named condition holds; throws if there is none. `from` says who asks. */
  readonly condition: (name: string, from: string) => boolean;
  readonly resolve: (value: Json, scope: Scope) => Resolved;
  readonly record: ReferenceRecord;
}

export interface ReferenceRecord {
  readonly parameters: Set<string>;
  readonly references: Set<string>;
}

export const emptyRecord = (): ReferenceRecord => ({ parameters: new Set(), references: new Set() });

export const causesOf = (record: ReferenceRecord): Causes => ({
  parameters: [...record.parameters],
  references: [...record.references],
});

/** Something CloudFormation answers with a ValidationError; turned into a value where evaluation began. */
export const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

/** Runs an evaluation; a ValidationError becomes a value, anything else is a surprise and keeps flying. */
export function evaluating<Result>(run: () => Result): Result | { kind: 'invalid'; message: string } {
  try {
    return run();
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ValidationError')
      return { kind: 'invalid', message: error.message };
    throw error;
  }
}

/** Whether a resolved value, or a part of it, is known only after apply. */
export function isUnknown(value: Resolved): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'object' || value === null) return value === knownAfterApply;
  return Object.values(value).some(isUnknown);
}

/** A scalar as text, as functions that build text take it; undefined for lists and objects. */
export function scalarText(value: Resolved): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}
