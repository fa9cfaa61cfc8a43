/** What a verified delivery comes to, and what the events of all providers are held to. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { Commit } from '../promotion/records.ts';
import { PromotionRequest } from '../promotion/request.ts';
import { type Refused, refused } from './delivery.ts';
import type { Webhook } from './webhook.ts';

export type Reading =
  | { readonly kind: 'promotion'; readonly release: string; readonly commit?: string }
  /** Nothing is asked for, and nothing is wrong. */
  | { readonly kind: 'ignored'; readonly reason: string }
  | Refused;

export const ignored = (reason: string): Reading => ({ kind: 'ignored', reason });

/** What an event says, as its provider spells it: of any type, since nothing of it was checked. */
export interface Said {
  readonly repository: { readonly id: unknown; readonly fullName: unknown };
  readonly actor: unknown;
  readonly ref: unknown;
  readonly release: unknown;
  /** Of the repository; only where statuses go back to is decided by it. */
  readonly commit?: unknown;
}

/** Exact matches only: of numbers and of whole texts. */
export function readingOf(webhook: Webhook, said: Said): Reading {
  const stranger = strangerIn(webhook, said);
  if (stranger !== undefined) return refused(stranger);
  if (!webhook.refs?.some((ref) => ref === said.ref)) return ignored('the ref is not one of the webhook');
  const reading = releaseReading(said.release);
  const commit = Commit.safeParse(said.commit);
  return reading.kind === 'promotion' && commit.success ? { ...reading, commit: commit.data } : reading;
}

export function releaseReading(release: unknown): Reading {
  if (release === undefined) return ignored('it names no release');
  const read = PromotionRequest.shape.release.safeParse(release);
  if (read.success) return { kind: 'promotion', release: read.data };
  return refused(problem('WEBHOOK_BODY', { detail: 'names a release, but by no release id and no digest' }));
}

function strangerIn({ metadata, repository, actors }: Webhook, said: Said): Problem | undefined {
  const facts = { webhook: metadata.name };
  if (repository?.id !== said.repository.id || repository?.fullName !== said.repository.fullName)
    return problem('REPO_NOT_ALLOWED', facts);
  if (actors !== undefined && !actors.some((actor) => actor === said.actor)) return problem('ACTOR_NOT_ALLOWED', facts);
  return undefined;
}

/** A member of what may be no object at all. */
export function memberOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, name) =>
      typeof found === 'object' && found !== null && Object.hasOwn(found, name)
        ? (found as Record<string, unknown>)[name]
        : undefined,
    value,
  );
}
