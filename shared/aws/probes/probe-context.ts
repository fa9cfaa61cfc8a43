/** What is asked in one attempt of a probe, whichever kind it is. */
import type { PromotionId } from '#shared/domain/identifiers.ts';
import type { TargetRecord } from '../ledger/targets.ts';
import type { NamedRelease } from '../releases.ts';

export interface ProbeContext {
  readonly promotion: PromotionId;
  readonly environment: string;
  readonly target: TargetRecord;
  readonly release: NamedRelease;
  /** The same however often the attempt is asked. */
  readonly token: string;
  /** Seconds an answer may take. */
  readonly timeout: number;
}

/** What a function or state machine is handed: whom it is about, and the token by which it can tell that it is asked again. */
export function probeInput({ promotion, environment, target, release, token }: ProbeContext): string {
  const { name, account, region } = target;
  const { id, digest, pipeline } = release;
  return JSON.stringify({
    ...{ schemaVersion: 1, promotion, pipeline, environment },
    target: { name, account, region },
    release: { id, digest },
    attempt: token,
  });
}
