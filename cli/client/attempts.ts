/** The attempts of probes, as people and programs read them. */
import type { AttemptSeen } from '#shared/domain/verification/attempt.ts';

export function attemptJson({ target, probe, attempt, outcome, startedAt, endedAt, reason }: AttemptSeen) {
  return {
    ...{ target, probe, attempt, outcome: outcome ?? 'under-way', startedAt },
    ...(endedAt !== undefined && { endedAt }),
    ...(reason !== undefined && { reason }),
  };
}

/** Those that say no, could not be asked, or are under way. Of what passed there is nothing to say. */
export function attemptLines(attempts: readonly AttemptSeen[]): string[] {
  return attempts
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ target, probe, attempt, outcome, startedAt, reason }) => {
      const end = outcome === undefined ? `under way since ${startedAt}` : `${outcome}: ${reason ?? 'no reason given'}`;
      return `  asked ${probe} in ${target}, attempt ${attempt}: ${end}`;
    });
}
