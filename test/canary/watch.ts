/** Watches the sandboxes of a process, and searches each when it closes: what it minted must be nowhere but where it has to be. */
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { Sandbox } from '#sandbox/kernel.ts';
import type { Minted, Shown } from '#sandbox/observers.ts';
import { placesOf } from './places.ts';
import { searchFor } from './search.ts';
import { mintedSecret, type Secret, type SecretKind, secretsIn } from './secrets.ts';

export interface Leak {
  readonly place: string;
  readonly secret: SecretKind;
}

interface Watched {
  readonly minted: Secret[];
  readonly shown: Shown[];
}

const watched = new WeakMap<Sandbox, Watched>();
/** Every secret of every sandbox that was searched: a command prints after its sandbox is closed. */
const known = new Map<string, Secret>();
const printed: Shown[] = [];
const planted = new WeakSet<Sandbox>();

export function noteMinted(sandbox: Sandbox, minted: Minted): void {
  const secret = mintedSecret(minted);
  if (secret) watchedOf(sandbox).minted.push(secret);
}

export function noteShown(sandbox: Sandbox, shown: Shown): void {
  watchedOf(sandbox).shown.push(shown);
}

/** What a command wrote, to be searched when all sandboxes of the process are known. */
export function notePrinted({ command, stream, text }: Printed): void {
  // To print credentials is what this command is for, and the only one.
  if (command[1] === 'credentials' && stream === 'stdout') return;
  // Hands the credentials of a simulated person, and the secrets of simulated senders, to a shell. The rest of what it prints may hold none.
  const searched = command.includes('--serve') ? text.replaceAll(/^export (AWS|DRAWBRIDGE_WEBHOOK)_.*$/gm, '') : text;
  printed.push({ where: `${stream} of ${command.slice(0, 2).join(' ')}`, text: searched });
}

interface Printed {
  /** The program and its words. */
  readonly command: readonly string[];
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Says that a test puts secrets into this sandbox itself, to see them found: what is found at its end is no finding. */
export function expectPlanted(sandbox: Sandbox): void {
  planted.add(sandbox);
}

export interface Searched {
  readonly secrets: number;
  readonly leaks: readonly Leak[];
}

/** Searches a sandbox as it is closed. */
export async function searchClosing(sandbox: Sandbox, journal: readonly JournalEntry[]): Promise<Searched> {
  const secrets = knownTo(sandbox);
  for (const secret of secrets) known.set(secret.text, secret);
  const leaks = planted.has(sandbox) ? [] : await leaksIn(sandbox, journal);
  return { secrets: secrets.length, leaks };
}

/** Every secret that is found outside the places that must know it. */
export async function leaksIn(sandbox: Sandbox, journal: readonly JournalEntry[]): Promise<Leak[]> {
  await refreshItems(sandbox);
  const search = searchFor(knownTo(sandbox));
  const leaks = placesOf(sandbox.world, journal, watchedOf(sandbox).shown).flatMap(({ name, text, mayHold = [] }) =>
    [...search(text)]
      .filter((kind) => !mayHold.includes(kind))
      .map((secret) => ({ place: safe(name, search), secret })),
  );
  return distinct(leaks);
}

/** The world has the items as of the last save only. The engine is large, so it is loaded only where it runs. */
async function refreshItems(sandbox: Sandbox): Promise<void> {
  if (Object.keys(sandbox.world.dynamodb.tables).length === 0) return;
  const { dumpTables } = await import('#sandbox/dynamodb/tables.ts');
  await dumpTables(sandbox);
}

/** Secrets in what commands wrote. */
export function leaksPrinted(): Leak[] {
  const search = searchFor([...known.values()]);
  return distinct(printed.flatMap(({ where, text }) => [...search(text)].map((secret) => ({ place: where, secret }))));
}

/** All secrets of a sandbox: those it minted, and those of the world it began with. */
export function knownTo(sandbox: Sandbox): Secret[] {
  const kept = secretsIn(sandbox.world);
  const endings = new Set(kept.map(({ text }) => ending(text)));
  const others = watchedOf(sandbox).minted.filter(({ text }) => !endings.has(ending(text)));
  return [...new Map([...kept, ...others].map((secret) => [secret.text, secret])).values()];
}

/** Enough to tell secrets apart; a session token has a beginning that is not minted. */
const ending = (text: string): string => text.slice(-24);

function watchedOf(sandbox: Sandbox): Watched {
  const found = watched.get(sandbox) ?? { minted: [], shown: [] };
  watched.set(sandbox, found);
  return found;
}

/** A name is written down, so it must not be the leak itself. */
function safe(name: string, search: ReturnType<typeof searchFor>): string {
  return search(name).size === 0 ? name : `${name.split(' ')[0]} under a name that holds it`;
}

function distinct(leaks: readonly Leak[]): Leak[] {
  return [...new Map(leaks.map((leak) => [`${leak.place} ${leak.secret}`, leak])).values()];
}
