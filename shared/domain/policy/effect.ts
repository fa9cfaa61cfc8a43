/** What a planned change does to a resource, in the words that change gates are written in. */
import * as z from 'zod';

/**
 * `replace`: certain. `may-replace`: decided while it runs (replacement Conditional, or evaluated dynamically). `delete`, `retain` and
 * `snapshot`: what becomes of a removed resource. `unknown`: CloudFormation cannot say yet. `broaden`: somebody may do more than before. `unprotect`: a setting of
 * the stack protects less than before. `configure`: one changes in any other way.
 */
export const Effect = z.enum([
  'add',
  'modify',
  'replace',
  'may-replace',
  'delete',
  'retain',
  'snapshot',
  'import',
  'unknown',
  'broaden',
  'unprotect',
  'configure',
]);
export type Effect = z.infer<typeof Effect>;
