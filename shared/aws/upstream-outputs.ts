/** The outputs that a target's stacks take from others, read where those stacks are, also in other accounts of the environment. */

import { matchTargets } from '#shared/domain/config/match-targets.ts';
import { environmentOf } from '#shared/domain/release/journey.ts';
import type { Release } from '#shared/domain/release/release.ts';
import { takesOutputs, upstreamsOf } from '#shared/domain/release/upstream.ts';
import type { Purpose } from '#shared/domain/trust/purpose.ts';
import type { Ledger } from './ledger/table.ts';
import { listTargets, type TargetRecord } from './ledger/targets.ts';
import { inTarget } from './sessions.ts';
import { readOutputs } from './stacks.ts';

export interface OutputsWanted {
  readonly release: Release;
  readonly target: TargetRecord;
  /** For the targets on record: those of the same environment may hold what is wanted. */
  readonly ledger: Ledger;
  readonly for: Pick<Purpose, 'promotion' | 'environment' | 'step'>;
}

/** Values as they are now, by `<stack>.<output>`. Throws OUTPUT_AMBIGUOUS and what assuming a role may bring. */
export async function readUpstreamOutputs(wanted: OutputsWanted): Promise<ReadonlyMap<string, string>> {
  const { ledger, release, target, for: whom } = wanted;
  // Most take none, and there may be a thousand targets.
  if (!takesOutputs(release, target)) return new Map();
  const others = matchTargets(environmentOf(release, whom.environment), await listTargets(ledger));
  const read = upstreamsOf(release, target, others).map(async ({ stack, target: holder }) => {
    const what = { kind: 'read', stacks: [stack.stackName] } as const;
    const outputs = await inTarget({ target: holder, role: 'preview', ...whom, ...what }, (session) =>
      readOutputs(session, stack.stackName),
    );
    return Object.entries(outputs).map(([output, value]) => [`${stack.name}.${output}`, value] as const);
  });
  return new Map((await Promise.all(read)).flat());
}
