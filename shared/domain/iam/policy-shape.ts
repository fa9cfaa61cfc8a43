import * as z from 'zod';

const texts = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], { error: 'must be a string or a list of strings' })
  .transform((value) => (typeof value === 'string' ? [value] : value));

const operand = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const operands = z
  .union([operand, z.array(operand).min(1)], { error: 'must be a value or a list of values' })
  .transform((value) => (typeof value === 'string' ? [value] : value));

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z
    .union(
      [
        z.literal('*'),
        z.strictObject({ AWS: texts.optional(), Service: texts.optional(), Federated: texts.optional() }),
      ],
      { error: 'must be "*" or name principals under AWS, Service or Federated' },
    )
    .optional(),
  Action: texts.optional(),
  NotAction: texts.optional(),
  Resource: texts.optional(),
  NotResource: texts.optional(),
  Condition: z.record(z.string(), z.record(z.string(), operands)).optional(),
});

/** The grammar of a policy document (IAM User Guide, "Grammar of the IAM JSON policy language"), less what is not supported. */
export const policyShape = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z
    .union([z.array(z.unknown()), z.looseObject({})], { error: 'must be a statement or a list of statements' })
    .transform((value) => (Array.isArray(value) ? value : [value])),
});

export const statementShape = statement;
export type StatementShape = z.output<typeof statement>;

/** One thing a document says that the evaluator does not support. `pointer` is a JSON pointer into the document. */
export interface PolicyProblem {
  readonly pointer: string;
  readonly message: string;
}

/** Writes zod's issues as problems below `base`; each unknown member is a problem of its own. */
export function shapeProblems(error: z.ZodError, base: string): PolicyProblem[] {
  return error.issues.flatMap((issue) => {
    const at = issue.path.reduce<string>((pointer, part) => below(pointer, String(part)), base);
    if (issue.code !== 'unrecognized_keys') return [{ pointer: at, message: issue.message }];
    return issue.keys.map((key) => ({ pointer: below(at, key), message: `${key} is not supported` }));
  });
}

/**
 * Members called `__proto__`, anywhere in the document. Object walkers pass over them, so a condition under that name would otherwise
 * vanish and leave its statement wider than it is written.
 */
export function hiddenMembers(value: unknown, pointer: string): PolicyProblem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const at = below(pointer, key);
    const own = key === '__proto__' ? [{ pointer: at, message: `${key} is not supported` }] : [];
    return [...own, ...hiddenMembers(member, at)];
  });
}

/** The pointer to a member (RFC 6901). */
export function below(pointer: string, member: string | number): string {
  return `${pointer}/${String(member).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
