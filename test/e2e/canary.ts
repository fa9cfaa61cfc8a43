/**
 * Looks for secrets where they must not be. Everything the sandbox issued is a canary: the secret keys and tokens of all sessions, and the
 * task tokens. STS knows the former, Lambda hands them to a function; Step Functions knows the latter, and the ledger's waits.
 */
import { dumpTables } from '#sandbox/dynamodb/tables.ts';
import type { World } from '#sandbox/kernel.ts';
import { bytesOf } from '#sandbox/s3/content.ts';
import type { Rehearsal } from './rehearsed-world.ts';

export interface Leak {
  /** Where, as a path: `dynamodb PROMOTION#prm-…/DEPLOYMENT#…`, `log drawbridge-plan`. */
  readonly place: string;
  readonly secret: 'secret access key' | 'session token' | 'task token';
}

interface Place {
  readonly name: string;
  readonly text: string;
  readonly mayHold?: Leak['secret'];
}

/** Every secret that is found outside the places that must know it: raw, in JSON, in a URL, or in base64. */
export async function leaksIn(rehearsal: Rehearsal): Promise<Leak[]> {
  const { world } = rehearsal.sandbox;
  const needles = [
    ...Object.values(world.sts.sessions).flatMap(({ secretAccessKey, sessionToken }) => [
      ...formsOf(secretAccessKey).map((form) => ({ secret: 'secret access key' as const, form })),
      ...formsOf(sessionToken).map((form) => ({ secret: 'session token' as const, form })),
    ]),
    ...Object.keys(world.states.tokens).flatMap((token) =>
      formsOf(token).map((form) => ({ secret: 'task token' as const, form })),
    ),
  ];
  const leaks = (await placesOf(rehearsal)).flatMap(({ name, text, mayHold }) =>
    needles
      .filter(({ secret, form }) => secret !== mayHold && text.includes(form))
      .map(({ secret }) => ({ place: name, secret })),
  );
  return [...new Map(leaks.map((leak) => [`${leak.place} ${leak.secret}`, leak])).values()];
}

/** How many secrets there are to look for: a canary that knows none finds none. */
export function secretsIn({ sandbox }: Rehearsal): { sessions: number; taskTokens: number } {
  const { sts, states } = sandbox.world;
  return { sessions: Object.keys(sts.sessions).length, taskTokens: Object.keys(states.tokens).length };
}

/** The secret as it is and as it looks after encoding. Base64 depends on where it starts, so the part that does not is looked for. */
function formsOf(secret: string): string[] {
  const shifted = [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${'x'.repeat(before)}${secret}`).toString('base64');
    // The first and last groups mix with what stands around the secret.
    return encoded.slice(before === 0 ? 0 : 4, Math.floor((before + secret.length) / 3) * 4);
  });
  const url = shifted.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const json = [JSON.stringify(secret).slice(1, -1), secret.replaceAll('/', '\\/')];
  return [...new Set([secret, encodeURIComponent(secret), ...json, ...shifted, ...url])];
}

async function placesOf({ sandbox, events }: Rehearsal): Promise<Place[]> {
  const { world } = sandbox;
  return [
    ...(await itemsOf(sandbox)),
    ...objectsOf(world),
    ...Object.values(world.states.executions).map(({ name, input, run, history }) => ({
      name: `execution ${name}`,
      text: JSON.stringify({ input, run, history }),
      mayHold: 'task token' as const,
    })),
    ...Object.values(world.lambda.functions).map(({ session: _session, ...stored }) => ({
      name: `function ${stored.name}`,
      text: JSON.stringify(stored),
    })),
    { name: 'stacks', text: JSON.stringify(world.cloudformation) },
    { name: 'roles', text: JSON.stringify(world.iam) },
    { name: 'event rules', text: JSON.stringify(world.events) },
    { name: 'machines', text: JSON.stringify({ ...world.states.machines, ...world.states.definitions }) },
    ...events.map((event) => ({ name: 'event', text: JSON.stringify(event) })),
    ...sandbox.journal().map((entry) => ({
      name: entry.kind === 'log' ? `log ${entry.source}` : `journal ${entry.kind}`,
      text: entry.kind === 'log' ? entry.line : JSON.stringify(entry),
    })),
  ];
}

/** The ledger keeps a token only where a step waits. Items come from the engine, since the world has them as of the last save only. */
async function itemsOf(sandbox: Rehearsal['sandbox']): Promise<Place[]> {
  await dumpTables(sandbox);
  return Object.values(sandbox.world.dynamodb.tables).flatMap(({ items }) =>
    items.map((item): Place => {
      const { pk, sk } = item as Record<'pk' | 'sk', { S: string }>;
      const place = { name: `ledger ${pk.S}/${sk.S}`, text: JSON.stringify(item) };
      return pk.S.startsWith('WAIT#') ? { ...place, mayHold: 'task token' } : place;
    }),
  );
}

function objectsOf(world: World): Place[] {
  return Object.values(world.s3.buckets).flatMap((bucket) =>
    Object.entries(bucket.objects).flatMap(([key, versions]) =>
      versions.map((version) => ({
        name: `object ${bucket.name}/${key}`,
        text: `${Buffer.from(bytesOf(version)).toString('utf8')}\n${JSON.stringify(version.metadata)}`,
      })),
    ),
  );
}
