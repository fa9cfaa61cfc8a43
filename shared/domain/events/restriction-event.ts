/** The events of freezes, emergency stops and holds: one when it is put, one when it is lifted. Fields are added within a version, never changed. */
import * as z from 'zod';
import { Instant, Name, PromotionId } from '../identifiers.ts';
import { cut } from '../plan/printable.ts';
import { type Restriction, RestrictionKind, scopeText } from '../restriction/restriction.ts';
import { longestSummary } from './summary.ts';
import { toldText } from './told-reasons.ts';

const RestrictionChange = z.object({
  version: z.literal(1).describe('Version of this layout.'),
  restriction: z.string().describe('Its id.'),
  kind: RestrictionKind.describe('What it is.'),
  state: z.enum(['put', 'lifted']).describe('The state since then.'),
  previousState: z.literal('put').optional().describe('The state before.'),
  pipeline: Name.optional().describe('Of which pipeline; of every one where none is named.'),
  environment: Name.optional().describe('In which environment; in every one where none is named.'),
  from: Instant.optional().describe('When a freeze begins; at once where nothing is said.'),
  until: Instant.optional().describe('When a freeze ends; when it is lifted where nothing is said.'),
  promotion: PromotionId.optional().describe('The promotion that put it, where no person did.'),
  reason: z.string().describe('Why it was put, or lifted.'),
  actor: z.string().describe('Who put it, or lifted it.'),
  occurredAt: Instant.describe('When it happened. It may be published later.'),
  summary: z.string().describe('The event in one line for people.'),
});

export const RestrictionEvent = z.object({
  detailType: z.literal('Drawbridge Restriction State Change'),
  detail: RestrictionChange,
});
export type RestrictionEvent = z.infer<typeof RestrictionEvent>;

/** What happened to a restriction so far, in order. */
export function restrictionEvents(restriction: Restriction): RestrictionEvent[] {
  const { lifted } = restriction;
  const put = eventOf(restriction, { ...restriction, state: 'put' });
  return lifted === undefined ? [put] : [put, eventOf(restriction, { ...lifted, state: 'lifted' })];
}

interface Happened {
  readonly state: 'put' | 'lifted';
  readonly by: string;
  readonly at: Instant;
  readonly reason: string;
}

function eventOf(restriction: Restriction, { state, by, at, reason: why }: Happened): RestrictionEvent {
  const { id, kind, pipeline, environment, from, until, promotion } = restriction;
  const reason = toldText(why);
  const times = [from && ` from ${from}`, until && ` until ${until}`].filter(Boolean).join('');
  const what = `${kind === 'stop' ? 'an emergency stop' : `a ${kind}`} of ${scopeText(restriction)}`;
  const text = state === 'put' ? `${by} has put ${what}${times}: ${reason}` : `${by} has lifted ${what}: ${reason}`;
  return RestrictionEvent.parse({
    detailType: 'Drawbridge Restriction State Change',
    detail: {
      ...{ version: 1, restriction: id, kind, state, ...(state === 'lifted' && { previousState: 'put' }) },
      ...{ pipeline, environment, from, until, promotion, reason, actor: by, occurredAt: at },
      summary: cut(text.replaceAll(/["\\]/g, "'"), longestSummary),
    },
  });
}
