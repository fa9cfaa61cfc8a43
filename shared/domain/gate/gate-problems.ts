import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import type { GateFinding } from './finding.ts';

/** The findings that stop something, as problems with their places. */
export function gateProblems(findings: readonly GateFinding[]): Problem[] {
  return findings
    .filter(({ waived }) => !waived)
    .map(({ code, what, next, waived: _, ...place }) => problem(code, { what, next }, place));
}
