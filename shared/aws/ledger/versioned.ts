/**
 * Documents that administrators apply, append-first: each version is an item that is written once, and the current item follows the newest
 * of them. A removed document is a version without content.
 */
import * as z from 'zod';
import type { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import { Instant, Name } from '#shared/domain/identifiers.ts';
import { changeItem, getItem, type Item, type Ledger, putNew, queryItems, withoutKeys } from './table.ts';

/** Of which kind the documents are. */
export interface DocumentKind<Document> {
  /** Group of the current items: `POLICIES`. */
  readonly group: string;
  /** Begins the other keys: `POLICY`. */
  readonly key: string;
  /** Attribute that holds the document. */
  readonly field: string;
  readonly schema: z.ZodType<Document>;
  /** Another version holds than the one that was seen; as words, `none` for no document. */
  readonly overtaken: (name: string, seen: string, now: string) => DrawbridgeError;
}

export interface StoredVersion<Document> {
  readonly name: string;
  readonly version: number;
  /** Absent once it was removed. */
  readonly document?: Document;
  readonly appliedBy: string;
  readonly appliedAt: string;
}

const Stored = z.strictObject({
  name: Name,
  version: z.int().positive(),
  appliedBy: z.string(),
  appliedAt: Instant,
});

export interface Applied<Document> {
  readonly name: string;
  /** What is to hold from now on; undefined removes it. */
  readonly document: Document | undefined;
  /** The version that held when it was decided on: 0 where there was none. */
  readonly seen: number;
  readonly by: string;
  readonly at: string;
}

/** The current version of each name that ever was, by name. */
export async function listCurrent<Document>(
  ledger: Ledger,
  kind: DocumentKind<Document>,
): Promise<StoredVersion<Document>[]> {
  return (await queryItems(ledger, kind.group, `${kind.key}#`)).map((item) => storedIn(kind, item));
}

/** Undefined where there is none, and for what is no name: a longer key than DynamoDB takes would be refused by it. */
export async function readCurrent<Document>(
  ledger: Ledger,
  kind: DocumentKind<Document>,
  name: string,
): Promise<StoredVersion<Document> | undefined> {
  if (!Name.safeParse(name).success) return undefined;
  const item = await getItem(ledger, currentKey(kind, name));
  return item === undefined ? undefined : storedIn(kind, item);
}

/** Every version, oldest first. */
export async function listVersions<Document>(
  ledger: Ledger,
  kind: DocumentKind<Document>,
  name: string,
): Promise<StoredVersion<Document>[]> {
  if (!Name.safeParse(name).success) return [];
  return (await queryItems(ledger, `${kind.key}#${name}`, 'VERSION#')).map((item) => storedIn(kind, item));
}

/**
 * Writes the next version and makes it the current one. Throws `overtaken`, and changes nothing, when another version came meanwhile. A
 * version whose writer ended before it became current becomes so here: it was accepted first.
 */
export async function applyVersion<Document>(
  ledger: Ledger,
  kind: DocumentKind<Document>,
  { name, document, seen, by, at }: Applied<Document>,
): Promise<number> {
  const before = await readCurrent(ledger, kind, name);
  const holding = before?.document === undefined ? 0 : before.version;
  if (seen !== holding) throw overtaken(kind, name, [seen, holding]);
  const next: StoredVersion<Document> = {
    ...{ name, version: (before?.version ?? 0) + 1 },
    ...(document === undefined ? {} : { document }),
    ...{ appliedBy: by, appliedAt: at },
  };
  const { document: _, ...rest } = next;
  const content = document === undefined ? {} : { [kind.field]: document };
  if (await putNew(ledger, { ...versionKey(kind, next), ...rest, ...content })) {
    await makeCurrent(ledger, kind, next);
    return next.version;
  }
  const first = await getItem(ledger, versionKey(kind, next));
  if (first !== undefined) await makeCurrent(ledger, kind, storedIn(kind, first));
  throw overtaken(kind, name, [seen, next.version]);
}

/** Only forward: a version that came later stays. */
async function makeCurrent<Document>(
  ledger: Ledger,
  kind: DocumentKind<Document>,
  { name, version, document, appliedBy, appliedAt }: StoredVersion<Document>,
): Promise<void> {
  const set = '#name = :name, version = :version, appliedBy = :by, appliedAt = :at';
  await changeItem(ledger, currentKey(kind, name), {
    UpdateExpression: document === undefined ? `SET ${set} REMOVE #field` : `SET ${set}, #field = :field`,
    ConditionExpression: 'attribute_not_exists(pk) OR version < :version',
    ExpressionAttributeNames: { '#name': 'name', '#field': kind.field },
    ExpressionAttributeValues: {
      ':name': name,
      ':version': version,
      ':by': appliedBy,
      ':at': appliedAt,
      ...(document === undefined ? {} : { ':field': document }),
    },
  });
}

/** What was decided on is not what holds; 0 is none. */
export function overtaken<Document>(
  kind: Pick<DocumentKind<Document>, 'overtaken'>,
  name: string,
  versions: readonly [seen: number, now: number],
): DrawbridgeError {
  const [seen, now] = versions.map((version) => (version === 0 ? 'none' : `${version}`));
  return kind.overtaken(name, `${seen}`, `${now}`);
}

function storedIn<Document>({ field, schema }: DocumentKind<Document>, item: Item): StoredVersion<Document> {
  const { [field]: document, ...rest } = withoutKeys(item);
  return { ...Stored.parse(rest), ...(document === undefined ? {} : { document: schema.parse(document) }) };
}

function currentKey({ group, key }: Pick<DocumentKind<unknown>, 'group' | 'key'>, name: string) {
  return { pk: group, sk: `${key}#${name}` };
}

/** Numbers sort as text as long as they are equally long. */
function versionKey({ key }: Pick<DocumentKind<unknown>, 'key'>, { name, version }: { name: string; version: number }) {
  return { pk: `${key}#${name}`, sk: `VERSION#${String(version).padStart(8, '0')}` };
}
