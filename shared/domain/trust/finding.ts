import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import type { trustEntries } from '../errors/trust-entries.ts';

type TrustCode = Exclude<keyof typeof trustEntries, 'TRUST_FILE' | 'SESSION_POLICY_TOO_LONG'>;

/** One thing wrong with a role. An error keeps the role from being let pass, a warning is told. */
export interface Finding extends Problem {
  readonly severity: 'error' | 'warning';
}

const warnings: ReadonlySet<TrustCode> = new Set<TrustCode>([
  'TRUST_ACCOUNT_PINNED',
  'TRUST_SESSION_DURATION',
  'TRUST_ORCHESTRATOR_UNCHECKED',
]);

/** A finding at the place `pointer` of its document. */
export function finding<Code extends TrustCode>(
  code: Code,
  facts: Parameters<typeof problem<Code>>[1],
  pointer: string,
): Finding {
  return { ...problem(code, facts, { pointer }), severity: warnings.has(code) ? 'warning' : 'error' };
}

/** The same findings, each told once. */
export function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((one) => [`${one.code} ${one.cause} ${one.place.pointer}`, one])).values()];
}
