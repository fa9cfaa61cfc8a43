/**
 * Three-valued logic (Kleene): `undecidable` stands for a comparison the request gives no well-formed value for. An Allow needs
 * `met`; a Deny applies unless `unmet`. So what cannot be decided never opens anything.
 */
export type Truth = 'met' | 'unmet' | 'undecidable';

export const truthOf = (holds: boolean): Truth => (holds ? 'met' : 'unmet');

/** Met when every part is met; unmet as soon as one is. No parts: met. */
export function allOf(parts: readonly Truth[]): Truth {
  if (parts.includes('unmet')) return 'unmet';
  return parts.includes('undecidable') ? 'undecidable' : 'met';
}

/** Met as soon as one part is met; unmet when every part is. No parts: unmet. */
export function anyOf(parts: readonly Truth[]): Truth {
  if (parts.includes('met')) return 'met';
  return parts.includes('undecidable') ? 'undecidable' : 'unmet';
}

/** The opposite; what cannot be decided stays so. */
export function negated(truth: Truth): Truth {
  if (truth === 'undecidable') return truth;
  return truth === 'met' ? 'unmet' : 'met';
}
