import { deflateRawSync } from 'node:zlib';
import { AwsError } from '../aws-error.ts';

/** Bytes of the compressed form that count as 100 %. AWS does not publish its format: this models that a limit exists beside 2,048. */
const allotted = 1024;

/**
 * How much of the allotted space session policy and tags take, in percent; undefined when there is neither. Throws PackedPolicyTooLarge
 * over 100 (STS API Reference, AssumeRole, PackedPolicySize).
 */
export function packedPolicySize(
  policy: string | undefined,
  tags: Readonly<Record<string, string>>,
): number | undefined {
  const hasTags = Object.keys(tags).length > 0;
  if (policy === undefined && !hasTags) return undefined;
  const packed = deflateRawSync(`${policy ?? ''}${hasTags ? JSON.stringify(tags) : ''}`).length;
  const percent = Math.ceil((packed * 100) / allotted);
  if (percent <= 100) return percent;
  const what = policy === undefined ? 'Packed size of session tags' : 'Packed policy';
  const hint = policy === undefined ? '' : ', please use smaller policy';
  throw new AwsError('PackedPolicyTooLarge', `${what} consumes ${percent}% of allotted space${hint}.`);
}
