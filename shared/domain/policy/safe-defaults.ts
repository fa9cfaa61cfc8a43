/** What holds on production targets where no gate speaks: data is not lost, nobody gets to do more and no protection comes off without somebody looking at it. */
import type { Effect } from './effect.ts';
import type { Subject } from './match-gate.ts';
import { isStateful } from './stateful-types.ts';

type DefaultRule = 'stateful-data' | 'permissions' | 'protection';

export interface DefaultAnswer {
  readonly action: 'deny' | 'requireApproval';
  readonly rule: DefaultRule;
}

/** An import takes over a resource as it is, and is judged as its removal would be. */
const losing: readonly Effect[] = ['delete', 'import', 'replace', 'may-replace', 'unknown'];
/** What stays of a replaced resource (API reference, ResourceChange PolicyAction). */
const keeping: readonly (string | undefined)[] = ['ReplaceAndRetain', 'ReplaceAndSnapshot'];

/** The answer of the safe defaults, or undefined where they have nothing against it. */
export function safeDefault({ type, effects, policyAction }: Subject): DefaultAnswer | undefined {
  if (effects.includes('broaden')) return { action: 'requireApproval', rule: 'permissions' };
  if (effects.includes('unprotect')) return { action: 'requireApproval', rule: 'protection' };
  if (!isStateful(type)) return undefined;
  const lost = effects.some((effect) => losing.includes(effect));
  if (lost && !keeping.includes(policyAction)) return { action: 'deny', rule: 'stateful-data' };
  return lost || effects.includes('snapshot') ? { action: 'requireApproval', rule: 'stateful-data' } : undefined;
}
