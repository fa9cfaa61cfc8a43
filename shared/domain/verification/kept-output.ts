/** What is kept of a probe's answer. Whoever may read a promotion reads it, so nothing that reads like a credential stays in it. */
import { secretIn } from '../gate/secret-patterns.ts';

/** Bytes of an answer in the ledger, and in the document beside it. */
const inRecord = 4 * 1024;
const inDocument = 256 * 1024;

export interface KeptOutput {
  readonly output: string;
  /** What the document holds, where the record has not room for all. */
  readonly document?: string;
}

/** The beginning of the answer, and as much of it as a document takes. */
export function keptOutput(text: string): KeptOutput {
  const whole = firstBytes(withoutSecrets(text), inDocument);
  const output = firstBytes(whole, inRecord);
  return output === whole ? { output } : { output, document: whole };
}

/** The text, or only the word that it was withheld: where a credential in it ends is not worth a guess. */
export function withoutSecrets(text: string): string {
  const secret = secretIn(text);
  return secret === undefined ? text : `(withheld: it holds ${secret.what})`;
}

/** At most so many bytes of UTF-8, whole characters only. */
function firstBytes(text: string, most: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= most) return text;
  // A character that was cut in two decodes to the replacement character.
  return new TextDecoder().decode(bytes.slice(0, most)).replace(/\uFFFD+$/, '');
}
