/** The small words every schema is made of. */
import * as z from 'zod';

/** Twelve digits, always text: a number would lose a leading zero. */
export const AccountId = z.string().regex(/^\d{12}$/, 'an AWS account id is twelve digits');
export type AccountId = z.infer<typeof AccountId>;

export const Region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, for example eu-west-1');

/** Name of a pipeline, environment, target or stack inside Drawbridge's own files. */
export const Name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, a letter first, at most 63');

/** Content address: `sha256:` and 64 hexadecimal digits. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits');
export type Digest = z.infer<typeof Digest>;

/** `prm-` and 16 hexadecimal digits. It is also the source identity of every session the promotion opens. */
export const PromotionId = z.string().regex(/^prm-[0-9a-f]{16}$/, 'prm- and 16 hexadecimal digits');
export type PromotionId = z.infer<typeof PromotionId>;

/** ISO 8601 instant with an offset or Z. */
export const Instant = z.iso.datetime({ offset: true });
export type Instant = z.infer<typeof Instant>;

/** A stack name as CloudFormation accepts it (API reference, CreateStack StackName). */
export const StackName = z
  .string()
  .regex(/^[A-Za-z][-A-Za-z0-9]{0,127}$/, 'letters, digits and hyphens, a letter first, at most 128');
