/**
 * Webhook: which deliveries of a CI system ask for a promotion, and of what. An administrator applies it; a delivery chooses nothing but a
 * release of the pipeline that is named here.
 */
import * as z from 'zod';
import { urlFault } from '../http/public-url.ts';
import { Name } from '../identifiers.ts';
import { Mode } from '../promotion/records.ts';

const Provider = z.enum(['github', 'gitlab', 'standard']);
type Provider = z.infer<typeof Provider>;

/** The events of each provider that can name a release. No other event ever asks for anything. */
const eventsOf: Readonly<Record<Provider, readonly WebhookEvent[]>> = {
  github: ['deployment', 'repository_dispatch'],
  gitlab: ['pipeline'],
  standard: ['promotion'],
};

const WebhookEvent = z.enum(['deployment', 'repository_dispatch', 'pipeline', 'promotion']);
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** A whole ref: no pattern, so nothing that only begins or ends like it. */
const Ref = z.string().regex(/^refs\/(heads|tags)\/[\w.+@/=#-]{1,200}$/, {
  error: 'expected a whole ref such as refs/heads/main, without wildcards',
});

/** The number outlives a renaming, the name shows who is meant: both have to fit. */
const Repository = z.strictObject({
  id: z.int().positive(),
  fullName: z.string().regex(/^[\w.-]+(\/[\w.-]+)+$/, { error: 'expected owner/name' }),
});

/** Where people read on; `{promotion}` stands for the promotion's id. The code is for whoever asks over the API. */
const Link = z.string().superRefine((link, context) => {
  const fault = urlFault(link);
  const params = { code: 'URL_NOT_ALLOWED' };
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, params });
});

export const Webhook = z
  .strictObject({
    apiVersion: z.literal('drawbridge/v1'),
    kind: z.literal('Webhook'),
    metadata: z.strictObject({ name: Name }),
    provider: Provider,
    /** The only one whose releases can be asked for. */
    pipeline: Name,
    repository: Repository.exactOptional(),
    refs: z.array(Ref).min(1).exactOptional(),
    /** The numbers of the users whose events count; everybody's where not said. */
    actors: z.array(z.int().positive()).min(1).exactOptional(),
    events: z.array(WebhookEvent).min(1),
    /** All of the release's where not said. */
    environments: z.array(Name).min(1).exactOptional(),
    mode: Mode.exactOptional(),
    /** GitLab's X-Gitlab-Token in place of a signature: a shared text that is sent along with every delivery. */
    legacyToken: z.literal(true).exactOptional(),
    /** What commit statuses and deployments at GitHub link to. */
    link: Link.exactOptional(),
  })
  .superRefine((webhook, context) => {
    for (const { path, message } of contradictions(webhook)) context.addIssue({ code: 'custom', path, message });
  });
export type Webhook = z.infer<typeof Webhook>;

interface Contradiction {
  readonly path: (string | number)[];
  readonly message: string;
}

type Said = Pick<Webhook, 'provider' | 'events' | 'legacyToken' | 'link'> &
  Partial<Pick<Webhook, (typeof ofRepositories)[number]>>;

const ofRepositories = ['repository', 'refs', 'actors'] as const;

/** What a provider's deliveries must be held to, and what they do not have. */
function contradictions(webhook: Said): Contradiction[] {
  const { provider, events, legacyToken, link } = webhook;
  const known = eventsOf[provider];
  return [
    ...events.flatMap((event, index) =>
      known.includes(event)
        ? []
        : [{ path: ['events', index], message: `provider ${provider} has only: ${known.join(', ')}` }],
    ),
    ...(provider === 'standard'
      ? ofRepositories
          .filter((field) => webhook[field] !== undefined)
          .map((field) => ({ path: [field], message: 'deliveries of provider standard have none' }))
      : ofRepositories
          .filter((field) => field !== 'actors' && webhook[field] === undefined)
          .map((field) => ({ path: [field], message: `provider ${provider} needs it` }))),
    ...(legacyToken === true && provider !== 'gitlab'
      ? [{ path: ['legacyToken'], message: 'only provider gitlab has such a token' }]
      : []),
    ...(link !== undefined && provider !== 'github'
      ? [{ path: ['link'], message: 'only provider github is told how promotions go' }]
      : []),
  ];
}
